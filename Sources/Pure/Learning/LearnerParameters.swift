// SPDX-License-Identifier: Apache-2.0
//
// A model of the linear family as its consumers see it: scores are `weights · z + bias`, and the
// kind says what a score means.

/// The parameters that predict, without anything that only learning needs.
package struct LearnerParameters: Sendable, Equatable {
    /// What the scores mean.
    package var kind: ModelKind
    /// The number of columns.
    package var width: Int
    /// The weights: one row for linear and logistic, one for each class for softmax.
    package var weights: [Float]
    /// The bias of each row.
    package var bias: [Float]

    /// Makes parameters.
    package init(kind: ModelKind, width: Int, weights: [Float], bias: [Float]) {
        self.kind = kind
        self.width = width
        self.weights = weights
        self.bias = bias
    }

    /// The number of rows.
    package var rows: Int { bias.count }
}
