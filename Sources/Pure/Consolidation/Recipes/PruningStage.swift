// SPDX-License-Identifier: Apache-2.0
//
// The end of a challenger's making, where versions are to be pruned: the model learns to do with
// fewer weights, on the rows that it was made of. A value that advances in slices, as the job
// does.
//
// 1. Hidden units go, if any are to, all at once.
// 2. In eight steps the share of zeros rises (``PruningSchedule``), and after each the model passes
//    over the rows with what is left; what is 0 stays so.
// 3. Two more passes with the final share.
// 4. The pruned model takes the place of the other only if it is as good (``Fidelity``) on the
//    holdout, or, while that has few rows, on the newest that both have learned from.
//
// Steps become smaller as those of the recipes do, from a half to a tenth. Without `keeps` the
// zeros are let go at the end: the model learns on with all its weights, and those that were
// pruned are the smallest for a while, so that each version prunes them again. A learner that
// cannot be pruned while it learns passes through unchanged.

package import Learning
import Primitives

/// How a challenger is pruned.
package struct PruningSettings: Sendable, Equatable {
    /// The share of the weights of each matrix.
    package var share = 0.0
    /// The share of the hidden units.
    package var unitShare = 0.0
    /// Whether what is pruned stays so while learning goes on.
    package var keeps = false
    /// How much worse, relatively, the pruned model may be.
    package var tolerance = 0.02

    /// Makes settings that prune nothing.
    package init() {}

    /// Whether there is anything to be done.
    package var isActive: Bool { share > 0 || unitShare > 0 }
}

/// The pruning of one challenger.
package struct PruningStage: Sendable {
    /// The model: pruned once the stage is done, or as it came when that was no worse.
    package private(set) var contender: Contender
    /// What the pruned model is worth beside the one that came; nil before the end, and when
    /// nothing could be pruned.
    package private(set) var fidelity: Fidelity?

    private let original: Contender
    private let rows: TrainingRows
    private let compared: TrainingRows
    private let sliceRows: Int
    private let settings: PruningSettings
    private var random: RandomSource
    private var passesLeft: Int
    private var order: [Int]
    private var position = 0
    private var block = Block()

    /// In how many steps the share rises.
    package static let steps = 8
    /// How many passes follow the last.
    package static let lastPasses = 2
    /// The most rows on which both are compared at the end.
    package static let comparedMost = 1000
    /// With fewer rows the holdout does not decide.
    package static let holdoutLeast = 200

    /// Begins with a model that is trained.
    ///
    /// - Parameters:
    ///   - contender: The model.
    ///   - rows: The rows that it was made of.
    ///   - holdout: Rows that it has not learned.
    ///   - settings: How it is pruned.
    ///   - seed: What decides the order of the rows.
    package init(
        _ contender: Contender,
        rows: TrainingRows,
        holdout: TrainingRows,
        settings: PruningSettings,
        seed: UInt64
    ) {
        original = contender
        self.contender = contender
        self.rows = rows
        compared = holdout.count < PruningStage.holdoutLeast ? rows : holdout
        sliceRows = RecipeRun.sliceRows(of: contender.learner)
        self.settings = settings
        random = RandomSource(seed: seed)
        order = Array(0..<rows.count)
        let hasLost = self.contender.learner.pruneUnitsIfAble(share: settings.unitShare)
        let isPruned = settings.share > 0 && self.contender.learner.pruneIfAble(share: 0)
        passesLeft =
            settings.isActive && rows.count > 0 && (hasLost || isPruned)
            ? PruningStage.steps + PruningStage.lastPasses : 0
        guard !isDone else { return }
        self.contender.learner.restartMoments()
        self.contender.learner.rehearse(true)
    }

    /// Whether the model is done.
    package var isDone: Bool { passesLeft == 0 }

    /// The share of the work that is behind.
    private var done: Double {
        let passes = Double(PruningStage.steps + PruningStage.lastPasses)
        let inPass = Double(position) / Double(max(1, order.count))
        return 1 - (Double(passesLeft) - inPass) / passes
    }

    /// Ends at once, with the model as it came.
    package mutating func giveUp() {
        guard !isDone else { return }
        contender = original
        passesLeft = 0
    }

    /// Trains on one slice.
    package mutating func advance() {
        guard !isDone else { return }
        if position == 0 { begin(pass: PruningStage.steps + PruningStage.lastPasses - passesLeft) }
        let end = min(position + sliceRows, order.count)
        rows.fill(
            &block,
            from: order[position..<end],
            outputs: contender.learner.outputs,
            share: Float(0.5 / (1 + 4 * done))
        )
        contender.preparation.apply(&block)
        contender.learner.testThenTrain(&block)
        contender.trained += UInt64(end - position)
        position = end
        guard position == order.count else { return }
        position = 0
        passesLeft -= 1
        if isDone { finish() }
    }

    /// Prunes a little more before a pass, counted from 0.
    private mutating func begin(pass: Int) {
        random.shuffle(&order)
        guard settings.share > 0, pass < PruningStage.steps else { return }
        let schedule = PruningSchedule(final: settings.share, steps: PruningStage.steps)
        _ = contender.learner.pruneIfAble(share: schedule.share(after: pass + 1))
    }

    private mutating func finish() {
        if !settings.keeps { _ = contender.learner.pruneIfAble(share: 0) }
        contender.learner.restartMoments()
        contender.learner.rehearse(false)
        let newest = Array(max(0, compared.count - PruningStage.comparedMost)..<compared.count)
        compared.fill(&block, from: newest[...], outputs: contender.learner.outputs)
        fidelity = Fidelity(
            of: original,
            smaller: contender,
            on: &block,
            tolerance: settings.tolerance
        )
        guard contender.isFinite, fidelity?.isKept ?? false else {
            contender = original
            return
        }
    }
}
