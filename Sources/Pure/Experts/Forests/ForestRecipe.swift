// SPDX-License-Identifier: Apache-2.0
//
// What sets the kinds of forests apart: what they see of a row, and how their trees are grown.
//
//     forest, forest_numbers   the columns as they came
//     forest_temporal          the columns, the change of each, and 1 for the last known label
//     boosted_trees            the columns as they came
//
// All are made of at most the last 5,000 rows. A random forest has 40 trees, each on as many rows
// as there are, drawn with replacement; leaves of at least 2 rows, at most 24 partitions deep. Of n
// inputs it tries round(sqrt(n)) at a node (Breiman, "Random forests", Machine Learning 45, 2001);
// for numbers two thirds, with which errors were a tenth smaller than with one. Boosting has 80
// trees at a rate of 0.1, of at most 31 leaves with at least 20 rows.
//
// A row of weight 2 counts like two rows in what is summed: in where a node is parted, and in what
// a leaf says. It is drawn like one, and one of the 2 rows of a leaf; for boosting it is two of 20.

import Kernels
import Primitives

/// A way to make a forest.
struct ForestRecipe: Sendable, Equatable {
    /// The number of the kind, which sets its draws apart from those of others.
    let kind: UInt8
    /// Whether it sees changes and the last label.
    var isTemporal = false
    /// Whether each tree learns what those before it leave.
    var isBoosted = false

    /// The fewest rows.
    static let rowsLeast = 20
    /// What is kept of the share that trees give a class; the rest is for all alike.
    static let trust: Float = 0.98
    /// The most inputs of boosted trees, whose tables take two kilobytes for each and each leaf.
    static let boostedInputsMost = 512

    /// The number of trees.
    var trees: Int { isBoosted ? 80 : 40 }

    /// How many inputs a row has.
    func inputs(_ shape: ExpertShape) -> Int {
        Forest.inputs(isTemporal: isTemporal, width: shape.width, classes: shape.classes)
    }

    /// Whether rows of this shape are not too wide.
    func fits(_ shape: ExpertShape) -> Bool {
        inputs(shape) <= (isBoosted ? ForestRecipe.boostedInputsMost : ForestRows.inputsMost)
    }

    /// Where an input stands after the rows have become wider.
    func place(of input: Int, from old: ExpertShape, to new: ExpertShape) -> Int {
        guard isTemporal, input >= old.width else { return input }
        let beyond = input < 2 * old.width ? 1 : 2
        return input + beyond * (new.width - old.width)
    }

    /// How random trees grow on so many inputs.
    func randomRule(inputs: Int, isNumber: Bool) -> RandomTree.Rule {
        let tried = isNumber ? Double(inputs) * 2 / 3 : Double(inputs).squareRoot()
        return RandomTree.Rule(tried: max(1, Int(tried.rounded())), leafRows: 2, depth: 24)
    }

    /// How boosted trees grow.
    static let boostedRule = BoostedTree.Rule(rate: 0.1, leaves: 31, leafWeight: 20)
}
