// SPDX-License-Identifier: Apache-2.0
//
// A tree of a random forest that grows in slices; Sources/CKernels/forest_grow.c has the steps. The
// same one grows all trees of a forest, one after the other.

import CKernels

/// A tree of a random forest on its way.
package struct RandomTree: Sendable {
    /// What a tree is grown by.
    package struct Rule: Sendable, Equatable {
        /// How many inputs are tried at a node.
        package var tried: Int
        /// The fewest rows of a leaf.
        package var leafRows: Int
        /// The most partitions on the way to a leaf.
        package var depth: Int

        /// Makes a rule.
        package init(tried: Int, leafRows: Int, depth: Int) {
            self.tried = tried
            self.leafRows = leafRows
            self.depth = depth
        }
    }

    private let rule: Rule
    private let rows: Int
    private let inputs: Int
    private let classes: Int
    private var state = learnd_forest_tree_state()
    // Order and spare order of the rows, the classes of leaves; the inputs.
    private var places: [UInt16]
    // Sums, spare sums, shares of leaves; the cells of the bins, the tally of the classes.
    private var numbers: [Float]
    // Starts and counts of nodes, ends of leaves.
    private var marks: [UInt32]
    private var depths: [UInt8]
    private var nodes: [learnd_forest_node]

    /// Makes room for trees on rows like these.
    package init(on rows: ForestRows, _ rule: Rule) {
        precondition(
            rule.tried > 0 && rule.leafRows > 0 && rule.depth <= Forest.depthMost,
            "a tree tries an input, has rows in its leaves and an end"
        )
        self.rule = rule
        self.rows = rows.count
        inputs = rows.inputs
        classes = rows.classes
        let (n, most) = (rows.count, 2 * rows.count)
        places = [UInt16](repeating: 0, count: 3 * n + inputs)
        numbers = [Float](
            repeating: 0,
            count: 9 * n + 4 * Int(LEARND_FOREST_STRIDE) + 2 * classes
        )
        marks = [UInt32](repeating: 0, count: 2 * most + n)
        depths = [UInt8](repeating: 0, count: most)
        nodes = [learnd_forest_node](repeating: learnd_forest_node(), count: most)
    }

    /// Whether every node is done.
    package var isDone: Bool { state.node_count > 0 && state.next == state.node_count }

    /// The nodes of a tree that is done.
    var grown: ArraySlice<learnd_forest_node> { nodes[..<state.node_count] }
    /// Where the classes of each leaf end, the classes, and their shares.
    var leaves: (ends: ArraySlice<UInt32>, classes: ArraySlice<UInt16>, shares: ArraySlice<Float>) {
        (
            marks[4 * rows..<4 * rows + state.leaf_count],
            places[2 * rows..<2 * rows + state.leaf_pairs],
            numbers[8 * rows..<8 * rows + state.leaf_pairs]
        )
    }

    /// Begins a tree.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - seed: What decides all that is drawn.
    ///   - leavesBefore: The leaves that the forest has already.
    package mutating func start(on rows: ForestRows, seed: UInt64, leavesBefore: Int) {
        state = learnd_forest_tree_state()
        state.random = seed
        state.leaves_before = leavesBefore
        withC(on: rows) { rows, tree in learnd_forest_tree_start(rows, tree) }
    }

    /// Grows until the tree is done or about `budget` values have been looked at.
    package mutating func grow(on rows: ForestRows, budget: Int) {
        var inC = learnd_forest_tree_rule(
            tried: rule.tried,
            leaf_rows: rule.leafRows,
            depth: rule.depth
        )
        withC(on: rows) { rows, tree in learnd_forest_tree_grow(rows, &inC, tree, budget) }
    }

    private mutating func withC(
        on rows: ForestRows,
        _ kernel: (
            UnsafePointer<learnd_forest_rows>, UnsafeMutablePointer<learnd_forest_tree>
        ) -> Void
    ) {
        precondition(
            rows.isReady && rows.count == self.rows && rows.inputs == inputs
                && rows.classes == classes,
            "a tree grows on rows that are as many and as wide as it has room for"
        )
        let (n, state) = (self.rows, self.state)
        self.state = places.withUnsafeMutableBufferPointer { places in
            numbers.withUnsafeMutableBufferPointer { numbers in
                marks.withUnsafeMutableBufferPointer { marks in
                    depths.withUnsafeMutableBufferPointer { depths in
                        nodes.withUnsafeMutableBufferPointer { nodes in
                            guard let place = places.baseAddress, let number = numbers.baseAddress,
                                let mark = marks.baseAddress
                            else { preconditionFailure("there is room for a tree") }
                            let cells = number + 9 * n
                            var tree = learnd_forest_tree()
                            tree.order = place
                            tree.spare_order = place + n
                            tree.leaf_classes = place + 2 * n
                            tree.inputs = place + 3 * n
                            tree.sums = number
                            tree.spare_sums = number + 4 * n
                            tree.leaf_shares = number + 8 * n
                            tree.cells = cells
                            tree.tally = cells + 4 * Int(LEARND_FOREST_STRIDE)
                            tree.starts = mark
                            tree.counts = mark + 2 * n
                            tree.leaf_ends = mark + 4 * n
                            tree.depths = depths.baseAddress
                            tree.nodes = nodes.baseAddress
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
