// SPDX-License-Identifier: Apache-2.0
//
// Continuation: the champion passes over the memory, held near what it was. It goes on from all
// that was ever learned, which is what a world that has moved a little asks for. What holds it:
//
//   anchor         anchor / 2 * |w - w*|² + anchorL1 * sum |w - w*|       (elastic net, L2-SP)
//   importance     strength / 2 * sum F (w - w*)², F over 256 rows of the memory    (EWC)
//   scores         strength * |z - z*|² for each row, z* what the champion gives it (DER++)
//   distillation   strength * T² KL(softmax(z*/T), softmax(z/T)), T = 2             (LwF)
//
// The anchor does not fall with the rows' weights, so the last pass feels it as many times more as
// its steps are smaller than those of the first.
//
// The labels of the memory's rows count beside it, whichever it is. For DER++ these rows are the
// memory: the champion scores them as it is when the job starts.

import Learning
import Primitives

/// The champion that a continuation is held to, and how.
struct Continuation: Sendable {
    /// From how many rows it is told which parameters matter.
    static let importanceRows = 256
    private static let temperature: Float = 2

    private let champion: Contender
    private let pull: ContinuationPull
    private let strength: Float
    private let anchor: Anchor

    init(champion: Contender, settings: RecipeSettings) {
        self.champion = champion
        pull = settings.pull
        anchor =
            pull == .anchor ? Anchor(l2: settings.anchor, l1: settings.anchorL1) : .none
        strength =
            pull == .anchor ? settings.anchor : settings.pullStrength ?? pull.usualStrength
    }

    /// Puts the champion at the start of its passes.
    static func begin(
        _ ingredients: Ingredients,
        _ settings: RecipeSettings,
        _ random: RandomSource
    ) -> RecipeRun {
        var random = random
        var contender = ingredients.champion
        contender.learner.restartMoments()
        let own = Continuation(champion: ingredients.champion, settings: settings)
        own.begin(&contender, on: ingredients.rows, random: &random)
        contender.learner.rehearse(true)
        return .passes(
            Passes(contender, ingredients, settings: settings, teacher: own, random: random)
        )
    }

    /// Holds the challenger before its first pass.
    func begin(_ challenger: inout Contender, on rows: TrainingRows, random: inout RandomSource) {
        challenger.learner.anchor(anchor)
        guard pull == .importance else { return }
        var places = Array(0..<rows.count)
        random.shuffle(&places)
        var block = Block()
        rows.fill(
            &block,
            from: places.prefix(Continuation.importanceRows).sorted()[...],
            outputs: challenger.learner.outputs
        )
        challenger.preparation.apply(&block)
        challenger.learner.holdOn(to: &block, decay: 1, strength: strength, random: &random)
    }

    /// Has the champion say what it thinks of the rows, when that is what holds the challenger.
    func teach(_ block: inout Block, share: Float, mode: LearningMode) {
        guard pull == .scores || pull == .distillation, block.rows > 0 else { return }
        let isSoftened = pull == .distillation && champion.learner.settings.task == .classes
        var seen = block
        champion.preparation.apply(&seen)
        champion.learner.score(&seen)
        let outputs = champion.learner.outputs
        block.teacher.reset(outputs: outputs)
        let each = mode == .meanGradient ? strength / Float(block.rows) : strength
        for row in 0..<block.rows {
            block.teacher.append(
                seen.scores[row * outputs..<(row + 1) * outputs],
                strength: each * share,
                temperature: isSoftened ? Continuation.temperature : 0
            )
        }
    }

    /// Lets go of the challenger; what the champion remembered of its parameters holds again.
    func end(_ challenger: inout Contender) {
        challenger.learner.anchor(.none)
        guard pull == .importance else { return }
        challenger.learner.setImportance(champion.learner.rememberedImportance)
    }
}
