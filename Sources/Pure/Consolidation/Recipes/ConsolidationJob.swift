// SPDX-License-Identifier: Apache-2.0
//
// A consolidation: a pure value that makes challengers from the champion and the memory, in slices,
// so that a worker can turn its crank and stop at any slice. Same champion, memory and seed give
// the same challengers.
//
// 1. Choose the rows: reservoir and recent window, each sample once; when a drift asked, only those
//    from after its onset, because the older ones teach the old world.
// 2. Weigh them so that the classes have the frequencies of the stream again: the reservoir is
//    balanced, and a model refitted on balanced rows ships the wrong prior.
// 3. Refit: a new contender passes over the rows, shuffled anew each time, in steps that fall from
//    pass to pass (StepSchedule.swift has the ways). What belongs to contexts of which the memory
//    has too few rows passes through unchanged.
// 4. Continuation: the champion does, held near what it was (Continuation.swift).
// 5. The replay buffer of a refit holds rows that it was made of, with its own scores; that of a
//    continuation is the champion's.

package import Learning
import Primitives

/// A consolidation's work, as a value that advances in slices.
package struct ConsolidationJob: Sendable {
    /// The job's number within its learner.
    package let id: UInt64
    /// What asked for it.
    package let trigger: ConsolidationTrigger
    /// The number of the first sample after the memory was copied.
    package let memoryEnd: UInt64
    /// The challengers that are done.
    package private(set) var challengers: [Challenger] = []

    private let rows: TrainingRows
    private let settings: RecipeSettings
    private var random: RandomSource
    private let continuation: Continuation
    private let passesMost: Int?
    private var waiting: [Challenger]
    private var passesLeft: Int
    private var order: [Int] = []
    private var position = 0
    private var block = Block()

    /// The rows of one slice.
    package static let sliceRows = 256

    /// Makes the job; nothing is trained yet.
    package init(
        id: UInt64,
        trigger: ConsolidationTrigger,
        champion: Contender,
        fresh: Contender,
        rows: TrainingRows,
        memoryEnd: UInt64,
        settings: RecipeSettings,
        seed: UInt64
    ) {
        self.id = id
        self.trigger = trigger
        self.memoryEnd = memoryEnd
        self.rows = rows
        self.settings = settings
        random = RandomSource(seed: seed)
        var anchored = champion
        anchored.learner.restartMoments()
        continuation = Continuation(champion: champion, settings: settings)
        continuation.begin(&anchored, on: rows, random: &random)
        passesMost = champion.learner.settings.model.passesMost
        anchored.learner.rehearse(true)
        var refitted = fresh
        rows.fit(&refitted.preparation)
        refitted.learner.inherit(from: champion.learner, rows: rows.countsByContext)
        refitted.learner.rehearse(true)
        let recipes = champion.learner.settings.model.recipes
        waiting = [
            Challenger(recipe: .continuation, contender: anchored),
            Challenger(recipe: .refit, contender: refitted),
        ].filter { recipes.contains($0.recipe) }
        passesLeft = 0
        order = Array(0..<rows.count)
        passesLeft = passes
    }

    private var passes: Int {
        guard rows.count > 0 else { return 0 }
        let wanted = min(settings.passesMax, max(3, settings.rowsPerRecipe / rows.count))
        return min(wanted, passesMost ?? wanted)
    }

    /// What the weights of this pass's rows are multiplied by.
    ///
    /// For gradient descent a weight is a factor of the rate, so falling weights end near the
    /// optimum of the rows, instead of somewhere around it that the last of them decide.
    private var stepShare: Float {
        // Where a weight is no rate but what a row counts, a row is to count for what it is.
        if passesMost == 1 { return 1 }
        switch settings.schedule {
        case .decay:
            let done = Double(passes - passesLeft) / Double(max(1, passes - 1))
            return Float(1 / (1 + (settings.decay - 1) * done))
        case .cosine:
            let inPass = Double(position) / Double(max(1, order.count))
            let done = (Double(passes - passesLeft) + inPass) / Double(max(1, passes))
            let inCycle = StepSchedule.doneInCycle(done: done, cycles: settings.cycles)
            return Float(StepSchedule.cosineShare(done: inCycle, fall: settings.decay))
        }
    }

    /// How many rows the challengers learn from.
    package var rowCount: Int { rows.count }

    /// Whether all challengers are done.
    package var isDone: Bool { waiting.isEmpty }

    /// Trains on one slice.
    package mutating func advance() {
        guard var challenger = waiting.popLast() else { return }
        if passesLeft == 0 {
            finish(&challenger)
            challengers.append(challenger)
            passesLeft = passes
            position = 0
            return
        }
        if position == 0 { random.shuffle(&order) }
        let end = min(position + ConsolidationJob.sliceRows, order.count)
        rows.fill(
            &block,
            from: order[position..<end],
            outputs: challenger.contender.learner.outputs,
            share: stepShare
        )
        challenger.contender.preparation.apply(&block)
        if challenger.recipe == .continuation {
            continuation.teach(
                &block,
                share: stepShare,
                mode: challenger.contender.learner.settings.mode
            )
        }
        challenger.contender.learner.testThenTrain(&block)
        challenger.contender.trained += UInt64(end - position)
        position = end
        if position == order.count {
            position = 0
            passesLeft -= 1
        }
        waiting.append(challenger)
    }

    /// Takes away what held the challenger, and sees to its buffer.
    private mutating func finish(_ challenger: inout Challenger) {
        switch challenger.recipe {
        case .continuation: continuation.end(&challenger.contender)
        case .refit:
            let outputs = challenger.contender.learner.outputs
            rows.fill(&block, from: order.sorted()[...], outputs: outputs)
            challenger.contender.refillBuffer(from: block)
        }
        // Moments belong to the passes; how certain parameters are belongs to what was learned.
        if challenger.contender.learner.settings.model.followsGradients {
            challenger.contender.learner.restartMoments()
        }
        challenger.contender.learner.rehearse(false)
    }
}
