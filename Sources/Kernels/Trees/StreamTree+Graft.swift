// SPDX-License-Identifier: Apache-2.0
//
// Putting one tree in the place of a node of another one. Nodes are copied in the order of their
// depth, so children lie in pairs behind their parents again, and what falls away leaves no gap.

extension StreamTree {
    /// Where a node of a grafted tree comes from.
    package enum Origin: Sendable, Equatable {
        /// A node of the tree that was there.
        case own(Int)
        /// A node of the tree that was put in.
        case other(Int)
    }

    /// The tree with another one in the place of a node; both must have the same measure.
    ///
    /// - Returns: The tree, and where each of its nodes comes from; nil when it would have more
    ///   leaves than the rule allows.
    package func grafted(
        _ rule: TreeRule,
        at place: Int,
        with other: StreamTree
    ) -> (tree: StreamTree, origins: [Origin])? {
        var origins: [Origin] = [place == 0 ? .other(0) : .own(0)]
        var nodes: [Int32] = []
        var numbers: [Float] = []
        let (mine, theirs) = (statistics(rule), other.statistics(rule))
        var leaves = 0
        var next = 0
        while next < origins.count {
            let (tree, node, isOwn) =
                switch origins[next] {
                case .own(let node): (self, node, true)
                case .other(let node): (other, node, false)
                }
            if let slot = tree.slot(of: node) {
                let slots = slot * rule.stride..<(slot + 1) * rule.stride
                numbers += isOwn ? mine[slots] : theirs[slots]
                nodes += [-1, 0, 0, Int32(leaves)]
                leaves += 1
            } else {
                nodes += tree.words(of: node)
                nodes[nodes.count - 2] = Int32(origins.count)
                for child in tree.child(of: node)...tree.child(of: node) + 1 {
                    let isReplaced = isOwn && child == place
                    origins.append(isReplaced ? .other(0) : isOwn ? .own(child) : .other(child))
                }
            }
            next += 1
        }
        guard leaves <= rule.leavesMost,
            let tree = StreamTree(
                rule,
                nodes: nodes,
                statistics: numbers,
                random: random,
                measure: measure
            )
        else { return nil }
        return (tree, origins)
    }
}
