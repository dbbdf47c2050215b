// SPDX-License-Identifier: Apache-2.0
//
// A tree of a gradient boosting that grows in slices; Sources/CKernels/forest_boost.c has the
// steps. It knows what the trees before it predict, so the same one grows all of them in turn.

import CKernels

/// A boosted tree on its way.
package struct BoostedTree: Sendable {
    /// What a tree is grown by.
    package struct Rule: Sendable, Equatable {
        /// The share of each tree that is taken.
        package var rate: Float
        /// The most leaves.
        package var leaves: Int
        /// The least weight of a leaf, where rows weigh 1 on average.
        package var leafWeight: Float

        /// Makes a rule.
        package init(rate: Float, leaves: Int, leafWeight: Float) {
            self.rate = rate
            self.leaves = leaves
            self.leafWeight = leafWeight
        }
    }

    private let rule: Rule
    private let rows: Int
    private let inputs: Int
    private var state = learnd_boosted_tree_state()
    // Order and spare order of the rows.
    private var places: [UInt16]
    // Sums, spare sums, predictions; gains.
    private var numbers: [Float]
    // Starts, counts, tables, best inputs and best edges of nodes.
    private var marks: [UInt32]
    // The nodes as they are made, then in the order of the tree.
    private var nodes: [learnd_forest_node]
    private var cells: [Float]

    /// Makes room for trees on rows like these, and predicts 0.
    package init(on rows: ForestRows, _ rule: Rule) {
        precondition(
            rows.classes == 0 && rule.leaves > 1 && rule.leaves <= Forest.depthMost
                && rule.leafWeight > 0,
            "a boosted tree has values, and leaves that weigh something"
        )
        self.rule = rule
        self.rows = rows.count
        inputs = rows.inputs
        let most = 2 * rule.leaves
        places = [UInt16](repeating: 0, count: 2 * rows.count)
        numbers = [Float](repeating: 0, count: 5 * rows.count + most)
        marks = [UInt32](repeating: 0, count: 5 * most)
        nodes = [learnd_forest_node](repeating: learnd_forest_node(), count: 2 * most)
        cells = [Float](
            repeating: 0,
            count: rule.leaves * inputs * 2 * Int(LEARND_FOREST_STRIDE)
        )
    }

    /// Whether no leaf is to be parted any more.
    package var isDone: Bool { state.is_done != 0 }

    /// The nodes of a tree that was finished.
    var grown: ArraySlice<learnd_forest_node> {
        let first = 2 * rule.leaves
        return nodes[first..<first + state.node_count]
    }

    /// Begins a tree on what the trees before leave.
    package mutating func start(on rows: ForestRows) {
        var inC = ruleInC
        withC(on: rows) { rows, tree in learnd_boost_start(rows, &inC, tree) }
    }

    /// Grows until the tree is done or about `budget` values have been looked at.
    package mutating func grow(on rows: ForestRows, budget: Int) {
        var inC = ruleInC
        withC(on: rows) { rows, tree in learnd_boost_grow(rows, &inC, tree, budget) }
    }

    /// Gives the leaves their values, and takes them into what is predicted.
    mutating func finish(on rows: ForestRows) {
        precondition(isDone, "a tree is finished when it is done")
        var inC = ruleInC
        withC(on: rows) { _, tree in learnd_boost_finish(&inC, tree) }
    }

    private var ruleInC: learnd_boost_rule {
        learnd_boost_rule(rate: rule.rate, leaves: rule.leaves, leaf_weight: rule.leafWeight)
    }

    private mutating func withC(
        on rows: ForestRows,
        _ kernel: (
            UnsafePointer<learnd_forest_rows>, UnsafeMutablePointer<learnd_boosted_tree>
        ) -> Void
    ) {
        precondition(
            rows.isReady && rows.count == self.rows && rows.inputs == inputs && rows.classes == 0,
            "a tree grows on rows that are as many and as wide as it has room for"
        )
        let (n, most, state) = (self.rows, 2 * rule.leaves, self.state)
        self.state = places.withUnsafeMutableBufferPointer { places in
            numbers.withUnsafeMutableBufferPointer { numbers in
                marks.withUnsafeMutableBufferPointer { marks in
                    nodes.withUnsafeMutableBufferPointer { nodes in
                        cells.withUnsafeMutableBufferPointer { cells in
                            guard let place = places.baseAddress,
                                let number = numbers.baseAddress, let mark = marks.baseAddress,
                                let node = nodes.baseAddress
                            else { preconditionFailure("there is room for a tree") }
                            var tree = learnd_boosted_tree()
                            tree.order = place
                            tree.spare_order = place + n
                            tree.sums = number
                            tree.spare_sums = number + 2 * n
                            tree.predictions = number + 4 * n
                            tree.gains = number + 5 * n
                            tree.starts = mark
                            tree.counts = mark + most
                            tree.tables = mark + 2 * most
                            tree.best_inputs = mark + 3 * most
                            tree.best_edges = mark + 4 * most
                            tree.nodes = node
                            tree.ordered = node + most
                            tree.cells = cells.baseAddress
                            tree.state = state
                            rows.withC { kernel($0, &tree) }
                            return tree.state
                        }
                    }
                }
            }
        }
    }
}
