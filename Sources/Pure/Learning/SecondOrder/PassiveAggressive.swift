// SPDX-License-Identifier: Apache-2.0
//
// Passive-aggressive learning (Crammer et al., "Online passive-aggressive algorithms", 2006), for a
// row x with its 1 of the bias, and a weight h: the smallest step after which the row has no loss,
// but not too large a one.
//
//     classes      loss = max(0, 1 - y w·x)               with y = 1 or -1
//     regression   loss = max(0, |y - w·x| - insensitivity)
//     PA-I         step = min(C h, loss / x·x)
//     PA-II        step = loss / (x·x + 1 / (2 C h))
//     w += step * sign * x                                sign = y, or that of y - w·x
//
// No rate to choose, and a row that fits changes nothing. Of more than two classes each is learned
// against the rest.
//
// Weight h multiplies C, so it counts where C is what bounds the step; a row that is corrected in
// full is not corrected more. A pull is a proximal step towards the anchor with the step as its
// rate, so rows that fit do not pull either. It has no moments: restarting changes nothing.
// Mean-gradient mode is refused: the size of a step is that of one row.
//
// Not for noisy labels at a large C: one wrong label is then corrected in full.

import Kernels
package import Primitives

/// Passive-aggressive learning of classes or of numbers.
package struct PassiveAggressive: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    private var own: WideParameters

    /// Makes a model with all parameters at zero.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        own = WideParameters(task: settings.task)
        grow(width: width, outputs: outputs)
    }

    /// The number of features in a row.
    package var width: Int { own.width }
    /// The number of classes, at least two, or 1 for regression.
    package var outputs: Int { own.outputs }
    /// What an artifact holds.
    package var parameters: LearnerParameters { own.parameters(kind: .passiveAggressive) }
    /// Whether every number of the state is finite.
    package var isFinite: Bool { own.isFinite }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) { own.predict(&block) }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predicted = Block.take(&block.predictions)
        var predictions = predicted.mutableSpan
        var values = Block.take(&own.values)
        var parameters = values.mutableSpan
        let rule = settings.models.passiveAggressive
        WideLearning.passiveAggressive(
            own.wideRows(block),
            parameters: &parameters,
            pull: own.widePull,
            aggressiveness: Double(rule.aggressiveness),
            insensitivity: Double(rule.insensitivity),
            isSecond: rule.variant == .second,
            predictions: &predictions
        )
        own.values = values
        block.predictions = predicted
    }

    /// Widens to the given shape, never shrinks; new columns and classes start at zero.
    package mutating func grow(width: Int, outputs: Int) {
        _ = own.grow(width: width, outputs: outputs)
    }

    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller: all start at 0, so there is no spread for a noise.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        own.shrink(to: share)
    }

    /// Pulls learning towards the parameters as they are now; ``Anchor/none`` removes the pull.
    package mutating func anchor(_ anchor: Anchor) { own.anchor(anchor) }

    /// Does nothing: there are no moments.
    package mutating func restartMoments() {}

    /// Takes other settings; the parameters stay.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings) && settings.task == self.settings.task,
            "a learner keeps its model and its task for life"
        )
        self.settings = settings
    }
}

extension PassiveAggressive {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.passiveAggressive)
        settings.encode(into: &writer)
        own.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try LearnerSettings(from: &reader)
        own = try WideParameters(from: &reader)
        guard settings.model == .passiveAggressive,
            own.isNumber == (settings.task == .regression)
        else { throw .invalid("a passive-aggressive model's numbers do not fit its shape") }
    }
}

extension PassiveAggressive: TakesParameters {
    /// Takes weights and biases.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) { own.take(tensors) }
}
