// SPDX-License-Identifier: Apache-2.0
//
// The linear family: scores are weights times features plus a bias, and the kind says what a score
// means. All parameters start at zero, so no seed is needed.
//
// Memory: `values` holds for each row of parameters `width` weights and then the bias; the moments
// and the anchor have the same layout, and are empty where they are not used. Linear and logistic
// models have one row, softmax one for each class. A logistic model that meets a third class
// becomes a softmax model with the same odds.

import Kernels
package import Primitives

/// A linear, logistic, softmax or margin model under any of the optimisers.
package struct LinearModel: Learner {
    /// How it learns.
    package internal(set) var settings: LearnerSettings
    /// What its scores mean: as in the settings, until a logistic model has met a third class.
    ///
    /// A support vector machine that meets one stays what it is, with a margin for each class.
    package internal(set) var kind: ModelKind
    /// The number of features in a row.
    package internal(set) var width: Int
    /// The number of predictions for a row.
    package internal(set) var outputs: Int

    var values: [Float]
    var first: [Float]
    var second: [Float]
    var anchored: [Float] = []
    var pull = Anchor.none
    var rule: Rule
    /// Which parameters matter for what was learned, and where they were; see
    /// ``RemembersImportance``.
    package var importance = Importance()
    /// Which tensors stay as they are.
    var frozen = FrozenPart()
    /// Which weights stay at 0.
    package internal(set) var mask = PruningMask()
    /// Room for a gradient, and for what a teacher says; their content is of no account.
    var gradient: [Float] = []
    var lesson: [Float] = []

    /// Makes a model with all parameters at zero.
    ///
    /// - Precondition: The settings have no problem, and the shape suits the kind.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        precondition(settings.model != .network, "a network is no linear model")
        precondition(width >= 0 && outputs >= 0, "a learner's shape has no negative side")
        precondition(
            settings.model != .linear || outputs <= 1,
            "a linear model predicts one number"
        )
        self.settings = settings
        kind = settings.model
        self.width = width
        self.outputs = settings.model.leastOutputs(for: settings.task)
        rule = Rule(settings)
        values = []
        first = []
        second = []
        allocate()
        grow(width: width, outputs: outputs)
    }

    /// The number of rows of parameters.
    var rows: Int {
        switch kind {
        case .logistic: 1
        case .softmax: outputs
        case .svm: outputs == 2 ? 1 : outputs
        default: 1
        }
    }

    /// What an artifact holds.
    package var parameters: LearnerParameters {
        var weights: [Float] = []
        var bias: [Float] = []
        weights.reserveCapacity(rows * width)
        for row in 0..<rows {
            let start = row * (width + 1)
            weights.append(contentsOf: values[start..<start + width])
            bias.append(values[start + width])
        }
        return LearnerParameters(
            kind: kind.name,
            tensors: [
                .init("weights", shape: [rows, width], weights),
                .init("bias", shape: [rows], bias),
            ]
        )
    }

    /// The rate of the last step, where it falls or learns.
    package var figures: [JSONValue.Member] {
        guard settings.pace != .constant else { return [] }
        return [.init("rate", .number(Double(rule.optimiser.constants.rate)))]
    }

    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        values.allSatisfy(\.isFinite) && first.allSatisfy(\.isFinite)
            && second.allSatisfy(\.isFinite) && anchored.allSatisfy(\.isFinite)
            && importance.centre.allSatisfy(\.isFinite)
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        fillScores(&block)
        map(&block)
    }

    /// Fills the predictions with plain scores.
    func fillScores(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        fillScores(block, &predictions)
        block.predictions = predictions
    }

    /// Turns the scores of all rows into predictions.
    func map(_ block: inout Block) {
        let layout = Layout(self)
        guard layout.kind != .linear else { return }
        var own = Block.take(&block.predictions)
        var predictions = own.mutableSpan
        for row in 0..<block.rows { layout.map(row, &predictions) }
        block.predictions = own
    }

    private func fillScores(_ block: borrowing Block, _ predicted: inout [Float]) {
        let layout = Layout(self)
        let features = block.features.span
        var predictions = predicted.mutableSpan
        for row in 0..<block.rows {
            layout.score(row, values: values.span, features: features, into: &predictions)
        }
    }

    /// Pulls learning towards the parameters, bias included, as they are now.
    ///
    /// The gradient of the second norm's part joins that of the loss; where a step of that strength
    /// would overshoot, it goes as far as the anchor. The first norm's part is a proximal step
    /// after each: every parameter moves towards its anchor by `l1` times its own rate, and stops
    /// there.
    package mutating func anchor(_ anchor: Anchor) {
        pull = Anchor(l2: min(anchor.l2, rule.pullMost), l1: anchor.l1)
        anchored = pull == .none ? [] : values
        rule.setPull(pull)
    }

    /// Puts the optimiser's state to its start, and keeps the parameters and the anchor.
    package mutating func restartMoments() {
        rule = Rule(settings)
        rule.setPull(pull)
        for index in first.indices { first[index] = 0 }
        for index in second.indices { second[index] = 0 }
        alignMoments()
    }

    /// Sets the moments from which the parameters follow, for optimisers that have such.
    mutating func alignMoments() {
        guard rule.momentCount == 2 else { return }
        let optimiser = rule.optimiser
        var own = Block.take(&first)
        var moments = own.mutableSpan
        for row in 0..<rows {
            optimiser.align(
                &moments,
                second: second.span,
                parameters: values.span,
                row: row,
                width: width
            )
        }
        first = own
    }

    private mutating func allocate() {
        let count = rows * (width + 1)
        values = [Float](repeating: 0, count: count)
        first = rule.momentCount > 0 ? values : []
        second = rule.momentCount > 1 ? values : []
    }
}

/// Where a model's numbers lie, and what they mean: all that predicting a row needs, apart from the
/// numbers, so that it can be used while they are being changed.
struct Layout {
    let kind: ModelKind
    let rows: Int
    let width: Int
    let outputs: Int

    /// Whether learning needs the scores themselves, so that they become predictions afterwards.
    var learnsFromScores: Bool { kind == .svm }

    init(kind: ModelKind, rows: Int, width: Int, outputs: Int) {
        self.kind = kind
        self.rows = rows
        self.width = width
        self.outputs = outputs
    }

    init(_ model: LinearModel) {
        kind = model.kind
        rows = model.rows
        width = model.width
        outputs = model.outputs
    }
}
