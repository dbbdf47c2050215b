// SPDX-License-Identifier: Apache-2.0
//
// A tree that grows with the stream, in two flat arrays: its nodes, four words each (column or -1,
// limit, first child, slot), and the statistics of its leaves, one slot each. Children lie in pairs
// behind their parent, so that of a tree with n leaves the nodes are 2n - 1, and nothing is ever
// freed: the first child takes the slot of the leaf that was split. Room doubles when it is used
// up, until there is room for all that the rule allows.

import CKernels

/// A tree and the statistics of its leaves.
package struct StreamTree: Sendable {
    private var words: [Int32]
    private var slots: [Float]
    /// The number of leaves.
    package private(set) var leaves: Int
    /// The state of the chance that decides by which columns leaves may be split.
    package private(set) var random: UInt64
    /// What the numbers that it knows are measured by.
    package private(set) var measure: (centre: Float, spread: Float) = (0, 1)

    private static let wordsPerNode = 4

    /// Makes a tree of one leaf that has seen nothing.
    package init(_ rule: TreeRule, random: UInt64) {
        words = [Int32](repeating: 0, count: StreamTree.wordsPerNode)
        slots = [Float](repeating: 0, count: rule.stride)
        leaves = 1
        self.random = random
        rule.withC { rule in withC { learnd_tree_begin(&rule, &$0) } }
    }

    /// Makes a tree of what ``nodes``, ``statistics``, ``random`` and ``measure`` were.
    ///
    /// - Returns: nil when they cannot have been those of a tree.
    package init?(
        _ rule: TreeRule,
        nodes: [Int32],
        statistics: [Float],
        random: UInt64,
        measure: (centre: Float, spread: Float)
    ) {
        let stride = rule.stride
        leaves = statistics.count / stride
        words = nodes
        slots = statistics
        self.random = random
        self.measure = measure
        guard measure.centre.isFinite, measure.spread > 0, measure.spread.isFinite, leaves > 0,
            leaves <= TreeRule.leavesMost, statistics.count == leaves * stride,
            nodes.count == StreamTree.wordsPerNode * (2 * leaves - 1), isTree(rule)
        else { return nil }
        let areSound = rule.withC { rule in
            slots.withUnsafeBufferPointer { slots in
                (0..<leaves).allSatisfy { leaf in
                    slots.baseAddress.map { learnd_leaf_is_sound(&rule, $0 + leaf * stride) } == 1
                }
            }
        }
        guard areSound else { return nil }
    }

    /// Whether every node has a parent before it, but the first, and every leaf a slot of its own.
    private func isTree(_ rule: TreeRule) -> Bool {
        var isChild = [Bool](repeating: false, count: nodeCount)
        var isTaken = [Bool](repeating: false, count: leaves)
        isChild[0] = true
        for node in 0..<nodeCount {
            guard isChild[node] else { return false }
            if column(of: node) == nil {
                guard let slot = slot(of: node), slot < leaves, !isTaken[slot] else { return false }
                isTaken[slot] = true
                continue
            }
            let child = Int(words[node * StreamTree.wordsPerNode + 2])
            guard let column = column(of: node), column < rule.width, limit(of: node).isFinite,
                child > node, child + 1 < nodeCount, !isChild[child], !isChild[child + 1]
            else { return false }
            isChild[child] = true
            isChild[child + 1] = true
        }
        return isTaken.allSatisfy { $0 }
    }

    /// The number of nodes.
    package var nodeCount: Int { 2 * leaves - 1 }
    /// The nodes, four words each.
    package var nodes: [Int32] { Array(words.prefix(StreamTree.wordsPerNode * nodeCount)) }
    /// The numbers of all leaves, one leaf after the other.
    package func statistics(_ rule: TreeRule) -> [Float] {
        Array(slots.prefix(leaves * rule.stride))
    }
    /// Whether every number is finite.
    package func isFinite(_ rule: TreeRule) -> Bool {
        slots.prefix(leaves * rule.stride).allSatisfy(\.isFinite)
    }

    /// The column that a node splits by; nil: it is a leaf.
    package func column(of node: Int) -> Int? {
        let column = words[node * StreamTree.wordsPerNode]
        return column < 0 ? nil : Int(isEqual(node) ? column - LEARND_TREE_EQUAL : column)
    }
    /// Whether rows go to the first child whose column, as it came, is the limit.
    package func isEqual(_ node: Int) -> Bool {
        words[node * StreamTree.wordsPerNode] >= LEARND_TREE_EQUAL
    }
    /// The largest value of the column that goes to the first child.
    package func limit(of node: Int) -> Float {
        Float(bitPattern: UInt32(bitPattern: words[node * StreamTree.wordsPerNode + 1]))
    }
    /// The first child of a node that splits; the second is the node behind.
    package func child(of node: Int) -> Int { Int(words[node * StreamTree.wordsPerNode + 2]) }
    /// Which leaf a node is; nil: it splits.
    package func slot(of node: Int) -> Int? {
        let slot = Int(words[node * StreamTree.wordsPerNode + 3])
        return slot < 0 ? nil : slot
    }

    /// The four words of a node.
    func words(of node: Int) -> ArraySlice<Int32> {
        words[node * StreamTree.wordsPerNode..<(node + 1) * StreamTree.wordsPerNode]
    }
    /// For how many nodes there is room.
    var nodeRoom: Int { words.count / StreamTree.wordsPerNode }

    /// Makes room for one leaf more.
    ///
    /// There is room for twice as many then, but never for more than the rule allows and one, at
    /// which no tree arrives.
    package mutating func makeRoom(_ rule: TreeRule) {
        let (room, most) = ((nodeRoom + 1) / 2, max(rule.leavesMost, leaves) + 1)
        guard room == leaves, leaves < most else { return }
        let more = min(leaves, most - leaves)
        let nodes = 2 * StreamTree.wordsPerNode * more
        slots.reserveCapacity(slots.count + more * rule.stride)
        words.reserveCapacity(words.count + nodes)
        slots.append(contentsOf: repeatElement(0, count: more * rule.stride))
        words.append(contentsOf: repeatElement(0, count: nodes))
    }

    /// Moves the statistics to a rule with more columns, classes, or columns of few values.
    package mutating func grow(from narrow: TreeRule, to wide: TreeRule) {
        var grown = [Float](repeating: 0, count: leaves * wide.stride)
        narrow.withC { from in
            wide.withC { to in
                slots.withUnsafeBufferPointer { old in
                    grown.withUnsafeMutableBufferPointer { new in
                        guard let old = old.baseAddress, let new = new.baseAddress else { return }
                        for leaf in 0..<leaves {
                            let (here, there) = (leaf * from.stride, leaf * to.stride)
                            learnd_leaf_widen(&from, old + here, &to, new + there)
                        }
                    }
                }
            }
        }
        slots = grown
        words.removeSubrange(StreamTree.wordsPerNode * nodeCount..<words.count)
    }

    /// Calls a kernel with the tree in C's form, and takes over what it became.
    mutating func withC<Result>(_ kernel: (inout learnd_tree) -> Result) -> Result {
        var tree = learnd_tree()
        tree.slot_count = leaves
        tree.random = random
        tree.centre = measure.centre
        tree.spread = measure.spread
        tree.slot_room = (nodeRoom + 1) / 2
        defer {
            leaves = tree.slot_count
            random = tree.random
            measure = (tree.centre, tree.spread)
        }
        return words.withUnsafeMutableBytes { words in
            slots.withUnsafeMutableBufferPointer { slots in
                tree.nodes = words.baseAddress?.assumingMemoryBound(to: learnd_tree_node.self)
                tree.slots = slots.baseAddress
                return kernel(&tree)
            }
        }
    }

    /// Calls a kernel with the tree in C's form; it changes nothing.
    func withC(_ kernel: (UnsafePointer<learnd_tree>) -> Void) {
        words.withUnsafeBytes { words in
            slots.withUnsafeBufferPointer { slots in
                var tree = learnd_tree()
                let nodes = words.baseAddress?.assumingMemoryBound(to: learnd_tree_node.self)
                tree.nodes = UnsafeMutablePointer(mutating: nodes)
                tree.slots = UnsafeMutablePointer(mutating: slots.baseAddress)
                tree.slot_count = leaves
                tree.slot_room = leaves
                tree.centre = measure.centre
                tree.spread = measure.spread
                kernel(&tree)
            }
        }
    }
}
