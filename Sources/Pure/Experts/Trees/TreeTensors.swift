// SPDX-License-Identifier: Apache-2.0
//
// What a consumer needs to predict as trees do: all trees one after the other, nodes and leaves
// numbered through. docs/experts-trees.md says how to predict from it.

import Kernels

enum TreeTensors {
    static func tensors(
        _ trees: [(tree: StreamTree, quality: Float)],
        _ rule: TreeRule
    ) -> [ExpertTensor] {
        nodes(trees) + (rule.classes > 0 ? classes(trees, rule) : numbers(trees, rule))
    }

    private static func nodes(_ trees: [(tree: StreamTree, quality: Float)]) -> [ExpertTensor] {
        var roots: [Float] = []
        var columns: [Float] = []
        var limits: [Float] = []
        var equals: [Float] = []
        var children: [Float] = []
        var leaves = 0
        for (tree, _) in trees {
            let first = columns.count
            roots.append(Float(first))
            for node in 0..<tree.nodeCount {
                columns.append(Float(tree.column(of: node) ?? -1))
                limits.append(tree.limit(of: node))
                equals.append(tree.isEqual(node) ? 1 : 0)
                let slot = tree.slot(of: node).map { leaves + $0 }
                children.append(Float(slot ?? first + tree.child(of: node)))
            }
            leaves += tree.leaves
        }
        return [
            ExpertTensor("roots", [roots.count], .places(roots)),
            ExpertTensor("qualities", [trees.count], trees.map(\.quality)),
            ExpertTensor("columns", [columns.count], .places(columns)),
            ExpertTensor("limits", [limits.count], limits),
            ExpertTensor("equals", [equals.count], .places(equals)),
            ExpertTensor("children", [children.count], .places(children)),
        ]
    }

    private static func classes(
        _ trees: [(tree: StreamTree, quality: Float)],
        _ rule: TreeRule
    ) -> [ExpertTensor] {
        var leaves = ClassLeaves()
        for (tree, _) in trees { leaves.append(tree, rule) }
        let (count, classes, width) = (leaves.isBayes.count, rule.classes, rule.width)
        return [
            ExpertTensor("is_bayes", [count], .places(leaves.isBayes)),
            ExpertTensor("counts", [count, classes], leaves.counts),
            ExpertTensor("norms", [count, classes], leaves.norms),
            ExpertTensor("means", [count, classes, width], leaves.means),
            ExpertTensor("inverses", [count, classes, width], leaves.inverses),
        ]
    }

    private static func numbers(
        _ trees: [(tree: StreamTree, quality: Float)],
        _ rule: TreeRule
    ) -> [ExpertTensor] {
        var leaves = NumberLeaves()
        for (tree, _) in trees { leaves.append(tree, rule) }
        let count = leaves.isLine.count
        return [
            ExpertTensor("centres", [trees.count], trees.map(\.tree.measure.centre)),
            ExpertTensor("spreads", [trees.count], trees.map(\.tree.measure.spread)),
            ExpertTensor("is_line", [count], .places(leaves.isLine)),
            ExpertTensor("means", [count], leaves.means),
            ExpertTensor("lines", [count, rule.width + 1], leaves.lines),
        ]
    }
}
