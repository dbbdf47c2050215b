// SPDX-License-Identifier: Apache-2.0
//
// Recursive least squares with forgetting (Plackett, "Some theorems in least squares", 1950;
// Ljung and Söderström, "Theory and practice of recursive identification", 1983). For a row x with
// its 1 of the bias, a label y and a weight h, with f the forgetting:
//
//     v = P x,   s = f / h + x·v,   e = y - w·x
//     w += v e / s
//     P  = (P - v v' / s) / f
//
// From P = I / ridge it is at every row exactly the weighted ridge regression
// (X'HX + ridge I)^-1 X'Hy of all rows so far when nothing is forgotten (the bias is penalised like
// the weights), that is Newton's step (X'X)^-1 X'(y - w·x) done row by row. No rate, no tuning, and
// the best linear answer after as many rows as there are columns.
//
// What keeps it bounded: with forgetting, P grows where nothing is seen (wind-up), so it is divided
// by f only while the mean of its diagonal stays below `traceCap` times that of the start; P is
// exactly symmetric and its diagonal positive; an error counts up to `clip` usual ones.
//
// Weight h is the row h times when nothing is forgotten. A pull is a proximal step towards the
// anchor with each parameter's own variance as its rate. Restarting puts P to its start. There are
// no means of gradients here, so mean-gradient mode is refused.
//
// Not for more than 512 columns (a row costs the square of their number), for classes, or where
// labels have outliers and `clip` is off.

import Kernels
package import Primitives

/// Recursive least squares.
package struct RecursiveLeastSquares: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    private var own: WideParameters
    private var covariance = Covariance(isFull: true)
    private var state = LeastSquaresState()
    private var scratch: [Double] = []

    /// Makes a model with all parameters at zero.
    package init(_ settings: LearnerSettings, width: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        own = WideParameters(task: .regression)
        resize()
        takeSettings()
        grow(width: width, outputs: 1)
    }

    /// The number of features in a row.
    package var width: Int { own.width }
    /// One number is predicted.
    package var outputs: Int { 1 }
    /// What an artifact holds.
    package var parameters: LearnerParameters { own.parameters(kind: .rls) }
    /// The weights and then the bias, as exact as they are.
    package var exact: [Double] { own.values }
    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        own.isFinite && covariance.numbers.allSatisfy(\.isFinite) && state.variance.isFinite
    }
    /// The mean of the covariance's diagonal.
    package var meanVariance: Double {
        let size = width + 1
        return (0..<size).reduce(0) { $0 + covariance.numbers[$1 * size + $1] } / Double(size)
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) { own.predict(&block) }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: 1)
        var predicted = Block.take(&block.predictions)
        var predictions = predicted.mutableSpan
        var values = Block.take(&own.values)
        var numbers = Block.take(&covariance.numbers)
        var room = Block.take(&scratch)
        var parameters = values.mutableSpan
        var matrix = numbers.mutableSpan
        var roomSpan = room.mutableSpan
        WideLearning.leastSquares(
            own.wideRows(block),
            parameters: &parameters,
            covariance: &matrix,
            scratch: &roomSpan,
            pull: own.widePull,
            state: &state,
            predictions: &predictions
        )
        own.values = values
        covariance.numbers = numbers
        scratch = room
        block.predictions = predicted
    }

    /// Widens to the given shape, never shrinks; new columns are as uncertain as all were.
    package mutating func grow(width: Int, outputs: Int) {
        if own.grow(width: width, outputs: outputs) { resize() }
    }

    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller: all start at 0, so there is no spread for a noise.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        own.shrink(to: share)
    }

    /// Covariances with every other column.
    package var rowWork: Int { (width + 1) * (width + 1) }

    /// Pulls learning towards the parameters as they are now; ``Anchor/none`` removes the pull.
    package mutating func anchor(_ anchor: Anchor) { own.anchor(anchor) }

    /// Forgets how much has been seen, and keeps the parameters.
    package mutating func restartMoments() {
        covariance.restart(variance: startVariance)
        state = LeastSquaresState()
        takeSettings()
    }

    /// Takes other settings; the parameters stay, and a new ridge is for new columns and a restart.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model for life"
        )
        self.settings = settings
        takeSettings()
    }

    private var startVariance: Double { 1 / Double(settings.models.rls.ridge) }

    private mutating func resize() {
        covariance.grow(size: width + 1, rows: 1, doubles: false, variance: startVariance)
        scratch = [Double](repeating: 0, count: width + 1)
    }

    private mutating func takeSettings() {
        let rls = settings.models.rls
        state.forgetting = Double(rls.forgetting)
        state.varianceMost = Double(rls.traceCap) * startVariance
        state.clip = Double(rls.clip)
    }
}

extension RecursiveLeastSquares {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.leastSquares)
        settings.encode(into: &writer)
        own.encode(into: &writer)
        writer.write(covariance.numbers)
        writer.write(state.variance)
        writer.write(state.count)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        settings = try LearnerSettings(from: &reader)
        own = try WideParameters(from: &reader)
        let size = own.width + 1
        covariance = Covariance(size: size, isFull: true, numbers: try reader.readDoubles())
        state.variance = try reader.readDouble()
        state.count = try reader.readDouble()
        guard settings.model == .rls, own.isNumber, covariance.isSound(size: size, rows: 1),
            state.variance >= 0, state.variance.isFinite, state.count >= 0,
            state.count <= LeastSquaresState.warmRows
        else { throw .invalid("a least-squares model's numbers do not fit its shape") }
        scratch = [Double](repeating: 0, count: size)
        takeSettings()
    }
}

extension RecursiveLeastSquares: TakesParameters {
    /// Takes weights and biases.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) { own.take(tensors) }
}
