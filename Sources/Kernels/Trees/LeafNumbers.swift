// SPDX-License-Identifier: Apache-2.0
//
// What leaves predict by, as it goes to consumers: those of several trees one after the other.

import CKernels

/// What leaves of trees for classes predict by.
package struct ClassLeaves: Sendable {
    /// 1 for each leaf that goes by naive Bayes, 0 for those that go by their counts.
    package private(set) var isBayes: [Float] = []
    /// The weight of each class in each leaf.
    package private(set) var counts: [Float] = []
    /// What is added to the score of a class, in each leaf.
    package private(set) var norms: [Float] = []
    /// The mean of each column of each class in each leaf.
    package private(set) var means: [Float] = []
    /// The inverse of its variance.
    package private(set) var inverses: [Float] = []

    /// Makes no leaves.
    package init() {}

    /// Appends the leaves of a tree.
    package mutating func append(_ tree: StreamTree, _ rule: TreeRule) {
        var counts = [Float](repeating: 0, count: rule.classes)
        var norms = counts
        var means = [Float](repeating: 0, count: rule.classes * rule.width)
        var inverses = means
        tree.forEachLeaf(rule) { rule, leaf in
            let isBayes = learnd_leaf_show(&rule, leaf, &counts, &norms, &means, &inverses)
            self.isBayes.append(isBayes == 1 ? 1 : 0)
            self.counts += counts
            self.norms += norms
            self.means += means
            self.inverses += inverses
        }
    }
}

/// What leaves of trees for numbers predict by.
package struct NumberLeaves: Sendable {
    /// 1 for each leaf that goes by its line, 0 for those that go by their mean.
    package private(set) var isLine: [Float] = []
    /// The mean of each leaf.
    package private(set) var means: [Float] = []
    /// The weights of each line, its bias behind them.
    package private(set) var lines: [Float] = []

    /// Makes no leaves.
    package init() {}

    /// Appends the leaves of a tree.
    package mutating func append(_ tree: StreamTree, _ rule: TreeRule) {
        var mean: Float = 0
        var line = [Float](repeating: 0, count: rule.width + 1)
        tree.forEachLeaf(rule) { rule, leaf in
            let isLine = learnd_leaf_show_number(&rule, leaf, &mean, &line)
            self.isLine.append(isLine == 1 ? 1 : 0)
            means.append(mean)
            lines += line
        }
    }
}

extension StreamTree {
    fileprivate func forEachLeaf(
        _ rule: TreeRule,
        _ body: (inout learnd_tree_rule, UnsafePointer<Float>) -> Void
    ) {
        let numbers = statistics(rule)
        rule.withC { rule in
            numbers.withUnsafeBufferPointer { numbers in
                guard let first = numbers.baseAddress else { return }
                for leaf in 0..<leaves { body(&rule, first + leaf * rule.stride) }
            }
        }
    }
}
