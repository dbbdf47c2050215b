// SPDX-License-Identifier: Apache-2.0
//
// AROW (Crammer, Kulesza and Dredze, "Adaptive regularization of weight vectors", 2009) with
// process noise, for a row x with its 1 of the bias, y = 1 or -1 and a weight h:
//
//     m = y w·x
//     where m < 1:  b = 1 / (x'Sx + r / h)
//                   w += (1 - m) b y S x
//                   S -= b (S x)(S x)'
//     always:       S += q I, but no variance above 1, where it began
//
// S says how uncertain each weight is: rare features move far, settled ones hardly. With q = 0 it
// is AROW as published and freezes, like everything whose knowledge only grows; with q it follows a
// stream that drifts. Of more than two classes each is learned against the rest.
//
// S is a full matrix up to `fullWidth` columns and while all of them together hold no more than
// `numbersMost` numbers, else its diagonal alone: a row then costs the number of columns, no longer
// its square, and correlated features are learned more slowly.
//
// Weight h divides r: a row of weight 2 is trusted like one with half of the noise. A pull is a
// proximal step towards the anchor with each weight's own variance as its rate. Restarting puts S
// to its start. Mean-gradient mode is refused: there is no mean of such steps.
//
// Not where probabilities matter: margins are turned into them by a fixed map, and are not
// calibrated; logistic and softmax are.

import Kernels
package import Primitives

/// Adaptive regularisation of weight vectors.
package struct AdaptiveRegularisation: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    private var own: WideParameters
    private var covariance: Covariance
    private var scratch: [Double] = []

    /// The most numbers that all full covariances together may have: 32 MiB.
    package static let numbersMost = 1 << 22

    /// Makes a model with all parameters at zero.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        own = WideParameters(task: .classes)
        covariance = Covariance(isFull: true)
        resize(doubles: false)
        grow(width: width, outputs: outputs)
    }

    /// The number of features in a row.
    package var width: Int { own.width }
    /// The number of classes; at least two.
    package var outputs: Int { own.outputs }
    /// What an artifact holds.
    package var parameters: LearnerParameters { own.parameters(kind: .arow) }
    /// Whether the covariances are matrices, not only diagonals.
    package var isFull: Bool { covariance.isFull }
    /// The variances and covariances of the first row of parameters: a matrix or its diagonal.
    package var firstCovariance: [Double] {
        Array(covariance.numbers.prefix((width + 1) * (isFull ? width + 1 : 1)))
    }
    /// Whether every number of the state is finite.
    package var isFinite: Bool { own.isFinite && covariance.numbers.allSatisfy(\.isFinite) }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) { own.predict(&block) }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predicted = Block.take(&block.predictions)
        var predictions = predicted.mutableSpan
        var values = Block.take(&own.values)
        var numbers = Block.take(&covariance.numbers)
        var room = Block.take(&scratch)
        var parameters = values.mutableSpan
        var matrix = numbers.mutableSpan
        var roomSpan = room.mutableSpan
        WideLearning.adaptiveRegularisation(
            own.wideRows(block),
            parameters: &parameters,
            covariance: &matrix,
            isFull: covariance.isFull,
            scratch: &roomSpan,
            pull: own.widePull,
            r: Double(settings.models.arow.r),
            q: Double(settings.models.arow.q),
            predictions: &predictions
        )
        own.values = values
        covariance.numbers = numbers
        scratch = room
        block.predictions = predicted
    }

    /// Widens to the given shape, never shrinks; what is new is as uncertain as all was.
    package mutating func grow(width: Int, outputs: Int) {
        let doubles = own.splits(outputs: outputs)
        if own.grow(width: width, outputs: outputs) { resize(doubles: doubles) }
    }

    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller: all start at 0, so there is no spread for a noise.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        own.shrink(to: share)
    }

    /// Covariances with every other column, for each row of parameters.
    package var rowWork: Int { own.rows * (width + 1) * (isFull ? width + 1 : 1) }

    /// Pulls learning towards the parameters as they are now; ``Anchor/none`` removes the pull.
    package mutating func anchor(_ anchor: Anchor) { own.anchor(anchor) }

    /// Makes everything as uncertain as at the start, and keeps the parameters.
    package mutating func restartMoments() { covariance.restart(variance: 1) }

    /// Takes other settings; the parameters stay.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model for life"
        )
        self.settings = settings
        covariance.setFull(mayBeFull)
    }

    private var mayBeFull: Bool {
        width <= settings.models.arow.fullWidth
            && own.rows * (width + 1) * (width + 1) <= AdaptiveRegularisation.numbersMost
    }

    private mutating func resize(doubles: Bool) {
        // First, so that no matrix is ever made that may not be.
        if !mayBeFull { covariance.setFull(false) }
        covariance.grow(size: width + 1, rows: own.rows, doubles: doubles, variance: 1)
        scratch = [Double](repeating: 0, count: width + 1)
    }
}

extension AdaptiveRegularisation {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.adaptiveRegularisation)
        settings.encode(into: &writer)
        own.encode(into: &writer)
        writer.write(covariance.isFull)
        writer.write(covariance.numbers)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try LearnerSettings(from: &reader)
        own = try WideParameters(from: &reader)
        let size = own.width + 1
        let isFull = try reader.readFlag()
        covariance = Covariance(size: size, isFull: isFull, numbers: try reader.readDoubles())
        guard settings.model == .arow, !own.isNumber,
            covariance.isSound(size: size, rows: own.rows), !isFull || mayBeFull
        else { throw .invalid("an AROW model's numbers do not fit its shape") }
        scratch = [Double](repeating: 0, count: size)
    }
}

extension AdaptiveRegularisation: TakesParameters {
    /// Takes weights and biases.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) { own.take(tensors) }
}
