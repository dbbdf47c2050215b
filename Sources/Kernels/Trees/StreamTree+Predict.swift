// SPDX-License-Identifier: Apache-2.0
//
// What a tree says of rows, without learning them.

import CKernels

extension StreamTree {
    /// Predicts the rows.
    func predict(_ rule: TreeRule, _ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        vote(rule, rows, &opinions, quality: 1, says: nil)
    }

    /// Adds what the tree says of the rows by its quality, and how much that is to `says`; without
    /// it, what the tree says is all.
    func vote(
        _ rule: TreeRule,
        _ rows: ExpertRows,
        _ opinions: inout MutableSpan<Float>,
        quality: Float,
        says: UnsafeMutablePointer<Float>?
    ) {
        precondition(
            rows.width == rule.width && opinions.count == rows.count * rows.outputs
                && rows.outputs == max(1, rule.classes),
            "rows have the shape of the tree"
        )
        rule.withC { rule in
            rows.withC { rows in
                opinions.withUnsafeMutableBufferPointer { opinions in
                    let said = opinions.baseAddress
                    withTreeScratch(learnd_tree_scratch(&rule)) { scratch in
                        withC { learnd_tree_vote(&rule, $0, quality, rows, scratch, said, says) }
                    }
                }
            }
        }
    }

    /// Measures what the tree knows by another centre and spread.
    mutating func measure(_ rule: TreeRule, by measure: (centre: Float, spread: Float)) {
        rule.withC { rule in
            withC { learnd_tree_measure(&rule, &$0, measure.centre, measure.spread) }
        }
    }
}

func withTreeScratch<Result>(
    _ count: Int,
    _ kernel: (UnsafeMutablePointer<Float>?) -> Result
) -> Result {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, count)) { room in
        room.initialize(repeating: 0)
        return kernel(room.baseAddress)
    }
}
