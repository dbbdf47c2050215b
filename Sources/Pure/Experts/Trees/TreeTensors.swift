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
        var roots: [Float] = []
        var columns: [Float] = []
        var limits: [Float] = []
        var children: [Float] = []
        var leaves = LeafNumbers()
        for (tree, _) in trees {
            let (node, leaf) = (columns.count, leaves.count)
            roots.append(Float(node))
            for own in 0..<tree.nodeCount {
                columns.append(Float(tree.column(of: own) ?? -1))
                limits.append(tree.limit(of: own))
                children.append(
                    Float(tree.slot(of: own).map { leaf + $0 } ?? node + tree.child(of: own))
                )
            }
            leaves.append(tree, rule)
        }
        let (classes, width) = (rule.classes, rule.width)
        return [
            ExpertTensor("roots", [roots.count], .places(roots)),
            ExpertTensor("qualities", [trees.count], trees.map(\.quality)),
            ExpertTensor("columns", [columns.count], .places(columns)),
            ExpertTensor("limits", [limits.count], limits),
            ExpertTensor("children", [children.count], .places(children)),
            ExpertTensor("is_bayes", [leaves.count], .places(leaves.isBayes)),
            ExpertTensor("counts", [leaves.count, classes], leaves.counts),
            ExpertTensor("norms", [leaves.count, classes], leaves.norms),
            ExpertTensor("means", [leaves.count, classes, width], leaves.means),
            ExpertTensor("inverses", [leaves.count, classes, width], leaves.inverses),
        ]
    }
}
