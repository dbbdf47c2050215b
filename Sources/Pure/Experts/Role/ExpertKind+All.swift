// SPDX-License-Identifier: Apache-2.0
//
// The one list of kinds. A kind that is added is a file and a line here; the laws, the coding and
// the configuration go by the list.

extension ExpertKind {
    /// Every kind there is.
    package static let all: [ExpertKind] = windows + lines + numbers + networks + trees + forests

    /// Kinds that look at the rows or the labels just before.
    static let windows: [ExpertKind] = [
        .labelTable, .lastLabel, .nearestOf200, .nearestOf1000, .nearestOf5000,
    ]
    /// Kinds with one layer of weights, or moments of classes.
    static let lines: [ExpertKind] = [
        .linearSlow, .linearFast, .quadratic, .arowTemporal, .arowQuadratic, .naiveBayes,
        .naiveBayesFading, .linearDiscriminant,
    ]
    /// Kinds for numbers that have no hidden layers.
    static let numbers: [ExpertKind] = [
        .meanNumber, .lastNumber, .nearestNumbers, .slowGradientLine, .fastGradientLine,
        .leastSquaresLine, .forgettingLeastSquaresLine,
    ]
    /// Kinds with hidden layers.
    static let networks: [ExpertKind] = [.mlp, .mlpReplay, .wideMLP, .wideMLPReplay]
    /// Trees that grow with the stream.
    static let trees: [ExpertKind] = [
        .hoeffdingTree, .adaptiveTree, .leveragingBagging, .adaptiveForest,
    ]
    /// Trees that are made anew from remembered rows.
    static let forests: [ExpertKind] = [.forest, .forestTemporal, .boostedTrees, .forestNumbers]
}
