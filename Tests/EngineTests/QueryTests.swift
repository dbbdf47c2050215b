// SPDX-License-Identifier: Apache-2.0
//
// Questions: never beyond the budget, always the same from one seed, and worth more than questions
// about any sample.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite struct QueryTests {
    /// What became of a stream whose labels come only when they are asked for.
    private struct Lesson {
        var asked: [SampleQuery] = []
        var candidates: UInt64 = 0
        var errors = 0
        var bytes: [UInt8] = []
    }

    private func settings(_ strategy: QueryStrategy, budget: Double) -> EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.width = 10
        settings.classes = [.number(0), .number(1)]
        settings.voteSamples = 1
        settings.optimiser = .sgd(rate: 0.2)
        settings.query.budget = budget
        settings.query.strategy = strategy
        settings.memory.holdoutEvery = 1000
        return settings
    }

    private func learn(
        _ strategy: QueryStrategy,
        seed: UInt64,
        budget: Double = 0.05,
        rows: Int = 2000
    ) -> Lesson {
        var stream = AbruptRotation(seed: seed, noise: 0)
        var engine = TestEngine(settings(strategy, budget: budget))
        var lesson = Lesson()
        var answers: [String: Double] = [:]
        for start in stride(from: 0, to: rows, by: 10) {
            var batch = MicroBatch()
            for number in start..<start + 10 {
                let sample = stream.next()
                batch.append(features: sample.features, id: "\(number)")
                answers["\(number)"] = sample.label
            }
            engine.step(.batch(batch))
            var reply = MicroBatch()
            for case .queried(let query) in engine.events {
                lesson.asked.append(query)
                reply.append(label: answers[query.id] ?? 0, for: query.id)
            }
            engine.events.removeAll()
            engine.step(.batch(reply))
            let selector = engine.engine.selector
            #expect(Double(selector.asked) <= budget * Double(selector.candidates))
        }
        lesson.candidates = engine.engine.selector.candidates
        // An examination on what comes next, of which nothing is learned.
        var exam = MicroBatch()
        var right: [Double] = []
        for number in 0..<500 {
            let sample = stream.next()
            exam.append(features: sample.features, id: "exam\(number)")
            right.append(sample.label)
        }
        engine.step(.command(.pause))
        engine.step(.batch(exam))
        for case .scored(let sample) in engine.events {
            guard sample.id.hasPrefix("exam"), let number = Int(sample.id.dropFirst(4)) else {
                continue
            }
            if sample.label != .number(right[number]) { lesson.errors += 1 }
        }
        lesson.bytes = engine.engine.encoded()
        return lesson
    }

    @Test func askingAboutTheUncertainTeachesMore() {
        var errors = (uncertain: 0, random: 0)
        for seed in 1...6 as ClosedRange<UInt64> {
            let uncertain = learn(.uncertainty, seed: seed)
            let random = learn(.random, seed: seed)
            #expect(uncertain.candidates == 2000)
            // With no more labels than random asks for, within a few.
            #expect(uncertain.asked.count <= random.asked.count + 10)
            #expect(uncertain.asked.count > 80)
            errors.uncertain += uncertain.errors
            errors.random += random.errors
        }
        #expect(Double(errors.uncertain) < 0.9 * Double(errors.random), "\(errors)")
    }

    @Test(arguments: [0.01, 0.2, 1])
    func theBudgetIsKept(budget: Double) {
        let lesson = learn(.uncertainty, seed: 3, budget: budget, rows: 600)
        #expect(Double(lesson.asked.count) <= budget * 600)
        #expect(Double(lesson.asked.count) > budget * 600 * 0.3)
    }

    @Test func theSameSeedAsksTheSame() {
        let first = learn(.uncertainty, seed: 4, rows: 300)
        let second = learn(.uncertainty, seed: 4, rows: 300)
        #expect(first.asked == second.asked && first.bytes == second.bytes)
        #expect(first.asked.allSatisfy { ($0.uncertainty ?? -1) >= 0 && $0.why == .uncertainty })
    }

    @Test func nobodyIsAskedUnlessThereIsABudget() {
        #expect(learn(.uncertainty, seed: 1, budget: 0, rows: 100).asked.isEmpty)
    }

    @Test func numbersAreAskedAboutAtRandom() {
        var settings = settings(.uncertainty, budget: 0.2)
        settings.task = .regression
        settings.classes = []
        var engine = TestEngine(settings)
        var batch = MicroBatch()
        for number in 0..<200 {
            batch.append(features: [Float](repeating: Float(number), count: 10), id: "\(number)")
        }
        engine.step(.batch(batch))
        var asked = 0
        for case .queried(let query) in engine.events {
            asked += 1
            #expect(query.why == .random && query.uncertainty == nil)
        }
        #expect((10...40).contains(asked))
    }
}
