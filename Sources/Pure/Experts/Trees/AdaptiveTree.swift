// SPDX-License-Identifier: Apache-2.0
//
// The Hoeffding adaptive tree (Bifet and Gavalda, "Adaptive learning from evolving data streams",
// 2009): one tree that repairs itself where it is no longer right. Every node watches whether the
// rows that pass it are predicted worse than before (ADWIN). If so, another tree begins to grow in
// its place, on the same rows; the one with fewer errors stays. So a change that concerns a part of
// the rows costs that part of the tree, no more.
//
// Where eight trees grow already, no other one begins. A row of weight 2 counts twice.

import Kernels
import Primitives

/// A tree that changes where it is no longer right.
struct AdaptiveTree: Expert {
    private(set) var shape: ExpertShape
    private var sight: TreeSight
    private var nodes: AdaptiveNodes
    private var random: RandomSource

    private static let alternatesMost = 8
    private static let drift = 0.002

    init(_ shape: ExpertShape, seed: UInt64) {
        self.shape = shape
        sight = TreeSight(.adaptive, shape)
        random = RandomSource(seed: seed)
        nodes = AdaptiveNodes(StreamTree(sight.rule, random: random.nextBits()))
    }

    private var rule: TreeRule { sight.rule }

    var cost: Double {
        let width = Double(shape.width)
        return 300 + (shape.isNumber ? 50 * width : 1.5 * width * Double(shape.classes))
    }
    var isFinite: Bool {
        nodes.tree.isFinite(rule) && nodes.alternates.allSatisfy { $0.tree.isFinite(rule) }
    }
    var tensors: [ExpertTensor] { TreeTensors.tensors([(nodes.tree, 1)], rule) }

    private var alternateLeaves: Int { max(1, rule.leavesMost / AdaptiveTree.alternatesMost) }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        var row = 0
        while row < rows.count {
            let end = sight.look(rows, from: row)
            follow(rows, row..<end, &opinions)
            let old = rule
            if let new = sight.learned() { nodes.grow(from: old, to: new) }
            row = end
        }
    }

    private mutating func follow(
        _ rows: ExpertRows,
        _ range: Range<Int>,
        _ opinions: inout MutableSpan<Float>
    ) {
        var row = range.lowerBound
        while let changes = nodes.follow(
            rule,
            alternateLeaves: alternateLeaves,
            drift: AdaptiveTree.drift,
            rows,
            row: &row,
            to: range.upperBound,
            &opinions
        ) {
            change(changes)
        }
    }

    private mutating func change(_ changes: AdaptiveNodes.Changes) {
        for node in changes.wanted where nodes.alternates.count < AdaptiveTree.alternatesMost {
            nodes.begin(StreamTree(rule, random: random.nextBits()), at: node)
        }
        if let won = changes.won {
            nodes.replace(by: won, rule)
        } else if let lost = changes.lost {
            nodes.drop(lost)
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        nodes.predict(rule, rows, &opinions)
    }

    mutating func grow(to shape: ExpertShape) {
        let narrow = rule
        sight.grow(to: shape)
        nodes.grow(from: narrow, to: rule)
        self.shape = shape
    }

    func encode(into writer: inout ByteWriter) {
        sight.encode(into: &writer)
        random.encode(into: &writer)
        nodes.tree.encode(rule, into: &writer)
        writer.write(numbers: nodes.watchWords)
        writer.write(UInt8(nodes.alternates.count))
        for alternate in nodes.alternates {
            alternate.tree.encode(rule, into: &writer)
            alternate.watch.encode(into: &writer)
            writer.write(UInt32(alternate.node))
        }
    }

    init(from reader: inout ByteReader, _ shape: ExpertShape) throws(DecodeError) {
        self.shape = shape
        let sight = try TreeSight(.adaptive, from: &reader, shape)
        let rule = sight.rule
        self.sight = sight
        random = try RandomSource(from: &reader)
        let tree = try StreamTree(rule, from: &reader)
        let watches: [UInt32] = try reader.readNumbers()
        let count = Int(try reader.read(UInt8.self))
        var alternates: [TreeAlternate] = []
        for _ in 0..<count {
            let tree = try StreamTree(rule, from: &reader)
            let watch = try ErrorWatch(from: &reader)
            let node = Int(try reader.read(UInt32.self))
            alternates.append(TreeAlternate(tree: tree, watch: watch, node: node))
        }
        guard count <= AdaptiveTree.alternatesMost,
            let nodes = AdaptiveNodes(tree: tree, watches: watches, alternates: alternates)
        else { throw .invalid("the watches of an adaptive tree are not those of its nodes") }
        self.nodes = nodes
    }
}

extension ExpertKind {
    /// One tree that is replaced in parts.
    static let adaptiveTree = ExpertKind(
        "adaptive_tree",
        number: 61,
        use: .both,
        fits: { TreeRecipe.adaptive.fits($0) },
        make: { shape, seed in AdaptiveTree(shape, seed: seed) },
        read: { reader, shape throws(DecodeError) in try AdaptiveTree(from: &reader, shape) }
    )
}
