// SPDX-License-Identifier: Apache-2.0
//
// Trees that predict, each node in eight bytes and nothing else. The nodes of a tree lie row by row
// of the tree, from the left: so the children of the n-th inner node of a tree (from 0) are its
// nodes 2 n + 1 and 2 n + 2, and where they are follows from which nodes are leaves. Bytes need not
// say it, and cannot say it wrongly: a child lies behind its parent, or there is no forest.
//
// What a leaf says: a number; of two classes, the share of the second. Of more classes, -1 - c
// where it has met the class c alone, or its place among the leaves that have met several, with a
// share for each that they met, which are few. So a forest is no larger for having many classes.

import CKernels

/// A forest.
package struct Forest: Sendable {
    /// The number of classes when it was made: 0 for numbers.
    package let classes: Int
    var nodes: [learnd_forest_node] = []
    /// The first node of each tree; at the end, the number of nodes.
    private(set) var starts: [UInt32] = [0]
    private(set) var depths: [UInt8] = []
    /// The first class of each leaf; at the end, the number of them.
    private(set) var leafStarts: [UInt32] = [0]
    private(set) var leafClasses: [UInt16] = []
    private(set) var leafShares: [Float] = []
    /// As many inputs as a row must have.
    private(set) var inputs = 0

    /// The most partitions on the way to a leaf.
    package static let depthMost = Int(LEARND_FOREST_DEPTH)
    private static let nodesMost = 1 << 24

    /// Makes a forest without trees.
    package init(classes: Int) { self.classes = classes }

    /// The number of trees.
    package var trees: Int { depths.count }
    /// The number of nodes of all trees.
    package var count: Int { nodes.count }

    /// Takes in a tree that has grown.
    ///
    /// - Precondition: The tree is done, and grew with as many leaves before it as there are.
    package mutating func append(_ tree: RandomTree) {
        precondition(tree.isDone, "a tree grows before it predicts")
        append(tree.grown)
        let leaves = tree.leaves
        let before = UInt32(leafClasses.count)
        leafStarts.append(contentsOf: leaves.ends.lazy.map { before + $0 })
        leafClasses.append(contentsOf: leaves.classes)
        leafShares.append(contentsOf: leaves.shares)
    }

    /// Finishes a boosted tree and takes it in.
    package mutating func append(_ tree: inout BoostedTree, on rows: ForestRows) {
        tree.finish(on: rows)
        append(tree.grown)
    }

    private mutating func append(_ grown: ArraySlice<learnd_forest_node>) {
        nodes.append(contentsOf: grown)
        guard let depth = Forest.depth(of: grown) else {
            preconditionFailure("a tree has its nodes in order")
        }
        depths.append(depth)
        starts.append(UInt32(nodes.count))
        inputs = max(inputs, Int(grown.lazy.map(\.feature).max() ?? 0))
    }

    /// The number of leaves that have met several classes.
    package var leaves: Int { leafStarts.count - 1 }

    /// How deep a tree is; nil where a child is not behind its parent, or some node has none.
    private static func depth(of tree: ArraySlice<learnd_forest_node>) -> UInt8? {
        var depths = [UInt8](repeating: 0, count: tree.count)
        var placed = 1
        for (place, node) in tree.enumerated() {
            guard place < placed else { return nil }
            guard node.feature > 0 else { continue }
            guard placed + 1 < tree.count, Int(node.step) == placed - place else { return nil }
            depths[placed] = depths[place] + 1
            depths[placed + 1] = depths[placed]
            placed += 2
        }
        guard placed == tree.count, let depth = depths.last, depth <= depthMost else { return nil }
        return depth
    }
}

// MARK: - Its parts as numbers

extension Forest {
    /// What a forest is made of.
    package struct Parts: Sendable, Equatable {
        /// The number of nodes of each tree.
        package var sizes: [UInt32]
        /// The input that each node looks at, counted from 1; 0 for a leaf.
        package var features: [UInt16]
        /// The largest value that goes left, or what a leaf says.
        package var values: [Float]
        /// Where those of each leaf of several classes begin, and the number of them.
        package var leafStarts: [UInt32]
        /// The classes of leaves.
        package var leafClasses: [UInt16]
        /// Their shares.
        package var leafShares: [Float]

        /// Puts parts together.
        package init(
            sizes: [UInt32],
            features: [UInt16],
            values: [Float],
            leafStarts: [UInt32],
            leafClasses: [UInt16],
            leafShares: [Float]
        ) {
            self.sizes = sizes
            self.features = features
            self.values = values
            self.leafStarts = leafStarts
            self.leafClasses = leafClasses
            self.leafShares = leafShares
        }
    }

    /// What it is made of.
    package var parts: Parts {
        Parts(
            sizes: zip(starts.dropFirst(), starts).map { $0 - $1 },
            features: nodes.map(\.feature),
            values: nodes.map(\.value),
            leafStarts: leafStarts,
            leafClasses: leafClasses,
            leafShares: leafShares
        )
    }

    /// Makes a forest of its parts.
    ///
    /// - Returns: nil when they do not make trees that end, on so many inputs.
    package init?(classes: Int, inputs: Int, parts: Parts) {
        self.init(classes: classes)
        let count = parts.features.count
        guard count <= Forest.nodesMost, parts.values.count == count, inputs < 1 << 16,
            parts.values.allSatisfy(\.isFinite), parts.features.allSatisfy({ $0 <= inputs }),
            takeLeaves(of: parts)
        else { return nil }
        var first = 0
        for size in parts.sizes {
            guard size > 0, Int(size) <= 1 << 16, first + Int(size) <= count else { return nil }
            let features = parts.features[first..<first + Int(size)]
            guard let steps = Forest.steps(features), takeTree(of: parts, first, steps) else {
                return nil
            }
            first += Int(size)
        }
        guard first == count else { return nil }
        self.inputs = Int(parts.features.max() ?? 0)
    }

    /// How far behind each node its children are; nil where that is not behind it.
    private static func steps(_ features: ArraySlice<UInt16>) -> [UInt16]? {
        var placed = 1
        var steps: [UInt16] = []
        steps.reserveCapacity(features.count)
        for (place, feature) in features.enumerated() {
            guard place < placed, placed - place < 1 << 16 else { return nil }
            steps.append(feature > 0 ? UInt16(placed - place) : 0)
            if feature > 0 { placed += 2 }
        }
        return steps
    }

    private mutating func takeTree(of parts: Parts, _ first: Int, _ steps: [UInt16]) -> Bool {
        for (place, step) in steps.enumerated() {
            let (feature, value) = (parts.features[first + place], parts.values[first + place])
            guard feature > 0 || isLeaf(value) else { return false }
            nodes.append(learnd_forest_node(value: value, feature: feature, step: step))
        }
        guard let depth = Forest.depth(of: nodes[first...]) else { return false }
        depths.append(depth)
        starts.append(UInt32(nodes.count))
        return true
    }

    private func isLeaf(_ value: Float) -> Bool {
        switch classes {
        case 0: true
        case 2: 0...1 ~= value
        default:
            value >= Float(-classes) && value < Float(leaves) && value == value.rounded(.down)
        }
    }

    /// Takes in the classes of leaves, whose shares must sum to 1.
    private mutating func takeLeaves(of parts: Parts) -> Bool {
        let (starts, shares) = (parts.leafStarts, parts.leafShares)
        guard starts.first == 0, Int(starts[starts.count - 1]) == shares.count,
            parts.leafClasses.count == shares.count, classes > 2 || shares.isEmpty,
            parts.leafClasses.allSatisfy({ $0 < classes }), shares.allSatisfy({ 0...1.001 ~= $0 })
        else { return false }
        for (first, end) in zip(starts, starts.dropFirst()) {
            guard first < end, Int(end) <= shares.count,
                abs(shares[Int(first)..<Int(end)].reduce(0, +) - 1) < 1e-3
            else { return false }
        }
        (leafStarts, leafClasses, leafShares) = (starts, parts.leafClasses, shares)
        return true
    }

    /// Gives the inputs other places, because rows have become wider.
    ///
    /// - Parameter place: The place of an input that was at a place.
    package mutating func move(_ place: (Int) -> Int) {
        for node in nodes.indices where nodes[node].feature > 0 {
            let moved = place(Int(nodes[node].feature) - 1)
            precondition(moved >= 0 && moved < ForestRows.inputsMost, "an input has a place")
            nodes[node].feature = UInt16(moved + 1)
            inputs = max(inputs, moved + 1)
        }
    }
}
