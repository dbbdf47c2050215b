// SPDX-License-Identifier: Apache-2.0
//
// What the kinds of trees differ in. The constants were chosen once, on streams of many kinds, and
// there is nothing to set; docs/experts-trees.md says what each is.

import Kernels

/// How many trees there are, and how they grow.
struct TreeRecipe: Sendable {
    /// The number of trees.
    var trees: Int
    /// Whether a leaf may be split only by some of the columns, drawn at its birth.
    var isRandom: Bool
    /// When a watch warns and when it is sure; nil: trees grow and never go.
    var levels: (warning: Double, drift: Double)?
    /// The weight between two looks of a leaf for a split.
    var grace: Float
    /// The chance that a split is not the best.
    var delta: Double
    /// The bound below which any of the best columns will do.
    var tie: Float
    /// The share of a leaf's weight that is waited for besides.
    var patience: Float
    /// The weight of what a child knows from its parent.
    var inherited: Float

    /// Whether a row counts as often as is drawn, for each tree.
    var isBagged: Bool { trees > 1 }

    /// The most bytes that the leaves of all trees may fill, those in the background among them.
    static let bytesMost = 64 << 20
    /// A kind is left out where its trees could have no more leaves than these.
    static let leavesLeast = 16

    /// One tree.
    static let single = TreeRecipe(
        trees: 1,
        isRandom: false,
        levels: nil,
        grace: 200,
        delta: 1e-3,
        tie: 0.1,
        patience: 0,
        inherited: 20
    )
    /// One tree that repairs itself.
    static let adaptive = TreeRecipe(
        trees: 1,
        isRandom: false,
        levels: nil,
        grace: 100,
        delta: 1e-3,
        tie: 0.1,
        patience: 0,
        inherited: 20
    )
    /// Leveraging bagging.
    static let bagging = TreeRecipe(
        trees: 10,
        isRandom: false,
        levels: (0.01, 0.002),
        grace: 50,
        delta: 0.01,
        tie: 0.05,
        patience: 0.08,
        inherited: 30
    )
    /// The adaptive random forest.
    static let forest = TreeRecipe(
        trees: 10,
        isRandom: true,
        levels: (0.01, 0.001),
        grace: 50,
        delta: 0.01,
        tie: 0.1,
        patience: 0.08,
        inherited: 30
    )

    /// How its trees grow on rows of the shape; for numbers they have a grace of their own.
    func rule(_ shape: ExpertShape) -> TreeRule {
        var rule = rule(of: shape)
        guard shape.isNumber else { return rule }
        rule.grace = isBagged ? 100 : 50
        rule.delta = 0.01
        return rule
    }

    private func rule(of shape: ExpertShape) -> TreeRule {
        TreeRule(
            width: shape.width,
            classes: shape.classes,
            looks: looks(shape.width),
            grace: grace,
            delta: delta,
            tie: tie,
            patience: patience,
            inherited: inherited,
            bytesMost: TreeRecipe.bytesMost / (2 * trees)
        )
    }

    private func looks(_ width: Int) -> Int {
        isRandom ? min(width, Int((Double(width).squareRoot() + 1).rounded())) : width
    }

    /// Whether rows of the shape leave room for trees.
    func fits(_ shape: ExpertShape) -> Bool {
        rule(shape).leavesMost >= TreeRecipe.leavesLeast
    }
}
