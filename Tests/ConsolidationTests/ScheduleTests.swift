// SPDX-License-Identifier: Apache-2.0
//
// The steps of a consolidation: the cosines by hand, and what the recipes make of them.

import Consolidation
import Learning
import Primitives
import Testing

@Suite("How the steps of a consolidation fall")
struct ScheduleTests {
    @Test("A cosine begins in full, is half-way in the middle, and ends at the least")
    func cosine() {
        #expect(StepSchedule.cosineShare(done: 0, fall: 8) == 1)
        #expect(abs(StepSchedule.cosineShare(done: 0.5, fall: 8) - (1 + 1.0 / 8) / 2) < 1e-15)
        #expect(abs(StepSchedule.cosineShare(done: 1, fall: 8) - 1.0 / 8) < 1e-15)
        #expect(StepSchedule.cosineShare(done: 0.3, fall: 1) == 1)
    }

    @Test("Each cycle is twice as long as the one before, and the last ends with the work")
    func cycles() {
        // Three cycles: 1, 2 and 4 sevenths.
        let expected: [(Double, Double)] = [
            (0, 0), (0.5 / 7, 0.5), (1.0 / 7, 0), (2.0 / 7, 0.5), (3.0 / 7, 0), (5.0 / 7, 0.5),
            (1, 1),
        ]
        for (done, inCycle) in expected {
            let own = StepSchedule.doneInCycle(done: done, cycles: 3)
            #expect(abs(own - inCycle) < 1e-12, "\(done)")
        }
        #expect(StepSchedule.doneInCycle(done: 0.25, cycles: 1) == 0.25)
    }

    /// A memory of rows around a line; every tenth label is wrong.
    private func memory(_ task: Task) -> ReplayMemory {
        var random = RandomSource(seed: 3)
        var memory = ReplayMemory(settings: MemorySettings(), seed: 5)
        memory.grow(width: 3)
        var block = Block()
        block.reset(width: 3, outputs: task == .classes ? 2 : 1)
        for _ in 0..<600 {
            let row = (0..<3).map { _ in Float(random.normal()) }
            let score = row[0] - row[1] / 2
            block.append(
                raw: row.span,
                target: task == .regression ? 4 * score + 1 : .nan,
                class: task == .classes ? ((score > 0) != random.chance(0.1) ? 1 : 0) : -1
            )
            block.losses.append(1)
        }
        _ = memory.remember(block, from: 0)
        return memory
    }

    private func challengers(
        _ settings: LearnerSettings,
        _ change: (inout RecipeSettings) -> Void = { _ in }
    ) -> [Challenger] {
        var recipe = RecipeSettings()
        change(&recipe)
        var preparation = Preparation()
        preparation.grow(width: 3)
        let fresh = Contender(
            preparation: preparation,
            learner: makeLearner(
                settings,
                width: 3,
                outputs: settings.task == .classes ? 2 : 1
            )
        )
        // The champion knows the scales, and next to nothing else.
        var champion = fresh
        var few = Block()
        few.reset(width: 3, outputs: fresh.learner.outputs)
        few.append(raw: ([1, 0, -1] as [Float]).span, target: 0, class: 0)
        few.append(raw: ([-1, 1, 1] as [Float]).span, target: 1, class: 1)
        champion.testThenTrain(&few)
        var job = ConsolidationJob(
            id: 1,
            trigger: .command,
            recipes: [.refit, .continuation],
            ingredients: Ingredients(
                champion: champion,
                fresh: fresh,
                rows: TrainingRows(memory: memory(settings.task), task: settings.task, since: 0),
                holdout: TrainingRows(MemoryRows(width: 3))
            ),
            memoryEnd: 600,
            settings: recipe,
            seed: 7
        )
        while !job.isDone { job.advance() }
        return job.challengers
    }

    /// The mean loss of the refit on rows without noise.
    private func refitLoss(_ challengers: [Challenger]) throws -> Float {
        let refit = try #require(challengers.first { $0.recipe == .refit })
        var random = RandomSource(seed: 11)
        var block = Block()
        let task = refit.contender.learner.settings.task
        block.reset(width: 3, outputs: task == .classes ? 2 : 1)
        for _ in 0..<200 {
            let row = (0..<3).map { _ in Float(random.normal()) }
            let score = row[0] - row[1] / 2
            block.append(raw: row.span, target: 4 * score + 1, class: score > 0 ? 1 : 0)
        }
        refit.contender.predict(&block)
        block.computeLosses(refit.contender.learner.settings.yardstick)
        return block.losses.reduce(0, +) / 200
    }

    @Test("A refit under cosines is as good as one under decay, and another model")
    func refit() throws {
        let settings = LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.05))
        let decayed = challengers(settings)
        let cosines = challengers(settings) { $0.schedule = .cosine }
        let single = challengers(settings) {
            $0.schedule = .cosine
            $0.cycles = 1
        }
        let losses = try [decayed, cosines, single].map(refitLoss)
        for loss in losses { #expect(loss < 0.35) }
        #expect(abs(losses[0] - losses[1]) < 0.05)
        #expect(losses[0] != losses[1] && losses[1] != losses[2])
    }

    @Test("Least squares passes over the memory once, and keeps how certain it is")
    func leastSquares() throws {
        var settings = LearnerSettings(model: .rls, optimiser: .sgd(rate: 0.05))
        settings.models.rls.forgetting = 1
        let made = challengers(settings)
        for challenger in made { #expect(challenger.contender.trained == 600) }
        #expect(try refitLoss(made) < 1e-3)
        let refit = try #require(made.first { $0.recipe == .refit })
        let learner = try #require(refit.contender.learner as? RecursiveLeastSquares)
        #expect(learner.meanVariance < 0.01)
    }

    @Test("The first norm of the anchor leaves parameters exactly where they were")
    func anchorL1() throws {
        let settings = LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.01))
        let held = challengers(settings) { $0.anchorL1 = 0.06 }
        let continued = try #require(held.first { $0.recipe == .continuation })
        let free = try #require(challengers(settings).first { $0.recipe == .continuation })
        let champion = challengers(settings) { $0.anchorL1 = 1000 }.first {
            $0.recipe == .continuation
        }
        let start = try #require(champion).contender.learner.parameters.numbers
        let same = zip(continued.contender.learner.parameters.numbers, start).filter { $0 == $1 }
        #expect(same.count >= 2 && same.count < 8)
        let moved = zip(free.contender.learner.parameters.numbers, start).filter { $0 != $1 }
        #expect(moved.count == 8)
    }
}
