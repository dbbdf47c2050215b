// SPDX-License-Identifier: Apache-2.0
//
// How a tree that grows with the stream decides, and how much it may hold.

import CKernels

/// How a tree grows.
package struct TreeRule: Sendable, Equatable {
    /// The number of columns.
    package var width: Int
    /// The number of classes; 0: numbers are predicted.
    package var classes: Int
    /// How many columns, drawn anew at its birth, a leaf may be split by.
    package var looks: Int
    /// The weight between two looks for a split.
    package var grace: Float
    /// The chance that a split is not the best.
    package var delta: Double
    /// The bound below which any of the best columns will do.
    package var tie: Float
    /// The share of a leaf's weight that is waited for besides.
    package var patience: Float
    /// The weight of what a child knows from its parent.
    package var inherited: Float
    /// The most bytes that a tree's leaves may fill.
    package var bytesMost: Int

    /// Columns that may be split by one of their values.
    package var few = FewValues()

    /// The most leaves; there are about as many splits.
    package static let leavesMost = 1000

    /// Makes a rule.
    package init(
        width: Int,
        classes: Int,
        looks: Int,
        grace: Float,
        delta: Double,
        tie: Float,
        patience: Float,
        inherited: Float,
        bytesMost: Int
    ) {
        self.width = width
        self.classes = classes
        self.looks = looks
        self.grace = grace
        self.delta = delta
        self.tie = tie
        self.patience = patience
        self.inherited = inherited
        self.bytesMost = bytesMost
    }

    /// The width, filled up to whole lanes.
    var padded: Int { (width + 7) / 8 * 8 }
    /// How many numbers the statistics of a leaf are.
    package var stride: Int { learnd_tree_stride(classes, padded, few.columns.count) }
    /// How many leaves a tree may have.
    package var leavesMost: Int {
        min(TreeRule.leavesMost, bytesMost / (stride * MemoryLayout<Float>.stride))
    }

    /// Calls a kernel with the rule in C's form.
    func withC<Result>(_ kernel: (inout learnd_tree_rule) -> Result) -> Result {
        few.columns.withUnsafeBufferPointer { columns in
            few.values.withUnsafeBufferPointer { values in
                var rule = inC
                rule.tables = columns.count
                rule.table_columns = columns.baseAddress
                rule.table_values = values.baseAddress
                return kernel(&rule)
            }
        }
    }

    private var inC: learnd_tree_rule {
        learnd_tree_rule(
            classes: classes,
            width: width,
            padded: padded,
            stride: stride,
            looks: looks,
            leaves_most: leavesMost,
            grace: grace,
            doubt: Float(-Scalar.log(delta) / 2),
            tie: tie,
            patience: patience,
            inherited: inherited,
            tables: 0,
            table_columns: nil,
            table_values: nil
        )
    }
}
