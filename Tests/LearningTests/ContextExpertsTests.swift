// SPDX-License-Identifier: Apache-2.0
//
// What contexts with experts of their own do: keep their skill, make room, and weigh each other.

import Primitives
import Testing

@testable import Learning

@Suite("Experts of contexts") struct ContextExpertsTests {
    private static let width = 4

    /// Rows of one world: `sign` turns its rule round, `level` moves its features.
    private func rows(
        _ count: Int,
        context: Int32,
        sign: Float = 1,
        level: Float = 0,
        seed: UInt64,
        use: RowUse = .train,
        isNumber: Bool = false
    ) -> Block {
        var random = RandomSource(seed: seed)
        var block = Block()
        block.reset(width: Self.width, outputs: 2)
        for _ in 0..<count {
            let z = (0..<Self.width).map { _ in Float(random.normal()) }
            let score = sign * (z[0] - 2 * z[1] + z[2])
            let raw = z.map { $0 * 2 + level }
            let label: Int32 = score > 0 ? 1 : 0
            block.append(
                raw: raw.span,
                target: isNumber ? score : .nan,
                class: isNumber ? -1 : label,
                context: context,
                use: use
            )
        }
        block.features = block.raw
        return block
    }

    private func learner(
        expertsMax: Int = 8,
        probation: Int = 50,
        model: ModelKind = .softmax,
        optimiser: OptimiserSettings = .sgd(rate: 0.05)
    ) -> ContextExperts {
        var settings = LearnerSettings(model: model, optimiser: optimiser)
        settings.isolation = IsolationSettings(expertsMax: expertsMax, probation: probation)
        return ContextExperts(settings, width: Self.width, outputs: model == .linear ? 1 : 2)
    }

    /// The share of wrong classes, or the mean square, of rows that are only predicted.
    private func error(_ learner: ContextExperts, _ block: Block) -> Double {
        var block = block
        learner.predict(&block)
        block.computeLosses(task: learner.settings.task)
        var sum = 0.0
        for row in 0..<block.rows {
            let isNumber = learner.settings.task == .regression
            sum += isNumber ? Double(block.losses[row]) : Double(block.errors[row])
        }
        return sum / Double(block.rows)
    }

    private func bytes(_ learner: ContextExperts) -> [UInt8] {
        var writer = ByteWriter()
        learner.encode(into: &writer)
        return writer.bytes
    }

    @Test("A context that comes back is predicted as when it left, to the bit")
    func skillStays() {
        for model in [ModelKind.softmax, .linear] {
            var learner = learner(
                model: model,
                optimiser: model == .linear ? .invariant(rate: 0.05) : .sgd(rate: 0.05)
            )
            let isNumber = model == .linear
            var first = rows(600, context: 0, seed: 1, isNumber: isNumber)
            learner.testThenTrain(&first)
            let probe = rows(300, context: 0, seed: 2, use: .holdout, isNumber: isNumber)
            var before = probe
            learner.predict(&before)
            #expect(error(learner, probe) < 0.08)
            // The opposite rule, on features that lie elsewhere.
            var second = rows(
                2000,
                context: 1,
                sign: -1,
                level: 40,
                seed: 3,
                isNumber: isNumber
            )
            learner.testThenTrain(&second)
            var after = probe
            learner.predict(&after)
            #expect(after.predictions == before.predictions)
            let other = rows(
                300,
                context: 1,
                sign: -1,
                level: 40,
                seed: 4,
                use: .holdout,
                isNumber: isNumber
            )
            #expect(error(learner, other) < 0.08)
        }
    }

    @Test("An unknown context is served by the ensemble, which finds the right expert")
    func ensembleFollows() {
        var learner = learner()
        for context in 0..<4 as Range<Int32> {
            let sign: Float = context == 1 ? -1 : 1
            var block = rows(500, context: context, sign: sign, seed: UInt64(context))
            learner.testThenTrain(&block)
        }
        // Rows without a context, of the world that only the second expert knows.
        var labelled = rows(40, context: -1, sign: -1, seed: 20)
        learner.testThenTrain(&labelled)
        #expect(learner.mix.best == 2)
        #expect(learner.experts.count == 5, "no expert is opened for them")
        #expect(error(learner, rows(300, context: -1, sign: -1, seed: 21, use: .holdout)) < 0.1)
        #expect(error(learner, rows(300, context: 77, sign: -1, seed: 22, use: .holdout)) < 0.1)
        // The shared expert has learned them too, the others have not.
        #expect(learner.experts[0].trained == 2040)
        #expect(learner.experts[4].trained == 500)
        var sum = 0.0
        for weight in learner.mix.weights { sum += weight }
        #expect(abs(sum - 1) < 1e-9)
    }

    @Test("Of two alike one gives way, and its context finds the other")
    func alikeAreMerged() throws {
        var learner = learner(expertsMax: 3, probation: 20)
        for (context, sign) in [(0, 1), (1, 1), (2, -1)] as [(Int32, Float)] {
            var block = rows(1500, context: context, sign: sign, seed: UInt64(10 + context))
            learner.testThenTrain(&block)
        }
        #expect(learner.experts.count == 4)
        var newcomer = rows(19, context: 3, sign: -1, level: 9, seed: 30)
        learner.testThenTrain(&newcomer)
        #expect(learner.contextNews.isEmpty, "a newcomer must bring some rows first")
        newcomer = rows(1, context: 3, sign: -1, level: 9, seed: 31)
        learner.testThenTrain(&newcomer)
        let news = learner.contextNews
        #expect(news.count == 2)
        let merged = try #require(news.first)
        #expect(merged.samples == 1500)
        // Zero and one are alike; one of them took over the other.
        #expect([0, 1].contains(merged.context))
        #expect(merged.change == .merged(into: 1 - merged.context))
        #expect(learner.owner(of: 0) == learner.owner(of: 1))
        #expect(learner.owner(of: 3) > 0)
        #expect(learner.expertStatus.map(\.contexts.count) == [0, 2, 1, 1])
        #expect(learner.experts[Int(learner.owner(of: 0))].trained == 3000)
        for context in [0, 1] as [Int32] {
            #expect(error(learner, rows(300, context: context, seed: 40, use: .holdout)) < 0.1)
        }
        let other = rows(300, context: 2, sign: -1, seed: 41, use: .holdout)
        #expect(error(learner, other) < 0.1)
    }

    @Test("What nobody can stand in for is dropped, the least used first")
    func leastUsefulIsDropped() throws {
        var learner = learner(expertsMax: 2, probation: 5)
        let worlds: [(Int32, Int, Float)] = [(0, 900, 1), (1, 60, -1)]
        for (context, count, sign) in worlds {
            var block = rows(count, context: context, sign: sign, seed: UInt64(context))
            learner.testThenTrain(&block)
        }
        var newcomer = rows(5, context: 2, sign: 1, level: 30, seed: 8)
        learner.testThenTrain(&newcomer)
        let dropped = try #require(learner.contextNews.first)
        #expect(dropped.context == 1 && dropped.change == .dropped && dropped.samples == 60)
        #expect(learner.owner(of: 1) == -1)
        #expect(learner.owner(of: 0) == 1 && learner.owner(of: 2) == 2)
        // When it comes back it must prove itself like any other.
        var back = rows(5, context: 1, sign: -1, seed: 9)
        learner.testThenTrain(&back)
        #expect(learner.owner(of: 1) > 0)
        #expect(learner.experts.count == 3)
    }

    @Test("Who gives way does not depend on the batches", arguments: [1, 7, 64])
    func roomIsMadeAlikeInAllBatches(size: Int) {
        var order = RandomSource(seed: 3)
        var blocks: [Block] = []
        for seed in 0..<60 as Range<UInt64> {
            let context = Int32(order.below(7)) - 1
            blocks.append(
                rows(17, context: context, sign: context % 2 == 0 ? 1 : -1, seed: seed)
            )
        }
        var whole = Block()
        whole.reset(width: Self.width, outputs: 2)
        for block in blocks { whole.append(0..<block.rows, of: block) }
        whole.features = whole.raw
        var one = learner(expertsMax: 2, probation: 10)
        var parts = one
        for start in stride(from: 0, to: whole.rows, by: size) {
            var part = Block()
            part.reset(width: Self.width, outputs: 2)
            part.append(start..<min(start + size, whole.rows), of: whole)
            part.features = part.raw
            parts.testThenTrain(&part)
        }
        one.testThenTrain(&whole)
        #expect(bytes(one) == bytes(parts))
        #expect(one.contextNews.count > 4, "some have given way")
    }

    @Test("An expert whose rows another predicts better goes on from its copy")
    func headStart() {
        var learner = learner()
        var first = rows(2000, context: 0, seed: 1)
        learner.testThenTrain(&first)
        var twin = rows(30, context: 1, seed: 2)
        learner.testThenTrain(&twin)
        let probe = rows(500, context: 1, seed: 3, use: .holdout)
        #expect(error(learner, probe) < 0.1)
        var settings = learner.settings
        settings.isolation?.trial = 0
        var alone = ContextExperts(settings, width: Self.width, outputs: 2)
        first = rows(2000, context: 0, seed: 1)
        alone.testThenTrain(&first)
        twin = rows(30, context: 1, seed: 2)
        alone.testThenTrain(&twin)
        #expect(error(learner, probe) < error(alone, probe), "better than from nothing")
        var opposite = rows(30, context: 2, sign: -1, seed: 4)
        learner.testThenTrain(&opposite)
        let wrong = rows(500, context: 2, sign: -1, seed: 5, use: .holdout)
        #expect(error(learner, wrong) < 0.3, "nobody's copy: all others are wrong there")
    }

    @Test("A refit takes over whom it cannot teach, and nobody moves while rows are repeated")
    func refitsPassThrough() {
        var champion = learner(expertsMax: 2, probation: 5)
        for (context, sign) in [(0, 1), (1, -1)] as [(Int32, Float)] {
            var block = rows(800, context: context, sign: sign, seed: UInt64(context))
            champion.testThenTrain(&block)
        }
        var refit = learner(expertsMax: 2, probation: 5)
        refit.inherit(from: champion, rows: [400, 10])
        refit.rehearse(true)
        let blank = rows(300, context: 0, seed: 50, use: .holdout)
        #expect(error(refit, blank) > 0.3, "context 0 begins from nothing")
        let kept = rows(300, context: 1, sign: -1, seed: 51, use: .holdout)
        #expect(error(refit, kept) < 0.1, "context 1 has passed through")
        for pass in 0..<3 as Range<UInt64> {
            var block = rows(400, context: 0, seed: 60 + pass)
            refit.testThenTrain(&block)
            var strangers = rows(30, context: 5, seed: 70 + pass)
            refit.testThenTrain(&strangers)
        }
        refit.rehearse(false)
        #expect(refit.expertStatus.map(\.contexts) == [[], [0], [1]])
        #expect(error(refit, blank) < 0.1)
        #expect(error(refit, kept) < 0.1)
    }

    @Test("Fewer places make experts give way at once")
    func fewerPlaces() {
        var learner = learner(expertsMax: 4)
        for context in 0..<4 as Range<Int32> {
            var block = rows(
                200,
                context: context,
                sign: context % 2 == 0 ? 1 : -1,
                seed: UInt64(context)
            )
            learner.testThenTrain(&block)
        }
        var settings = learner.settings
        settings.isolation?.expertsMax = 2
        learner.configure(settings)
        #expect(learner.experts.count == 3)
        #expect(learner.contextNews.count == 2)
        #expect(learner.owner(of: 0) == learner.owner(of: 2))
        #expect(learner.owner(of: 1) == learner.owner(of: 3))
    }

    @Test("Two linear models become the mean of their scores, whatever their scaling")
    func averages() throws {
        var first = learner(model: .linear, optimiser: .invariant(rate: 0.05))
        var second = first
        var low = rows(700, context: 0, level: 3, seed: 1, isNumber: true)
        first.testThenTrain(&low)
        var high = rows(700, context: 0, sign: 0.5, level: 5, seed: 2, isNumber: true)
        second.testThenTrain(&high)
        let probe = rows(50, context: 0, level: 4, seed: 3, use: .holdout, isNumber: true)
        var (one, two, both) = (probe, probe, probe)
        first.predict(&one)
        second.predict(&two)
        let (target, source) = (first.experts[1], second.experts[1])
        var average = target
        let change = try #require(target.preparation.change(to: source.preparation))
        var model = try #require(target.learner as? LinearModel)
        let isDone = model.average(
            with: source.learner,
            share: 0.25,
            gain: change.gain,
            shift: change.shift
        )
        #expect(isDone)
        average.learner = model
        average.predict(&both)
        for row in 0..<50 {
            let mean = 0.75 * one.predictions[row] + 0.25 * two.predictions[row]
            // Clipping apart, which these levels do not reach.
            #expect(abs(both.predictions[row] - mean) < 2e-3)
        }
    }
}
