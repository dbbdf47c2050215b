// SPDX-License-Identifier: Apache-2.0
//
// The rows of a block in the forms in which the experts of a pool want them: made once for all
// experts, and reused from block to block. Every form of a row is made from that row and from rows
// before it, never from its label.

import CKernels

/// The rows that experts predict, and learn one after the other.
package struct ExpertRows: Sendable {
    /// The number of rows.
    package var count = 0
    /// The number of columns in a row.
    package var width = 0
    /// The number of predictions for a row: the class count, or 1 for a number.
    package var outputs = 0
    /// The columns as they came, with the mean where one is missing; `count * width`.
    package var raw: [Float] = []
    /// Measured by mean and deviation of about the last 2,000 rows.
    package var scaled: [Float] = []
    /// Measured by mean and deviation of all rows before.
    package var slow: [Float] = []
    /// How far each column lies from its fading mean, as it came.
    package var change: [Float] = []
    /// The same, measured by mean and deviation of about the last 2,000 of its kind.
    package var scaledChange: [Float] = []
    /// The last class that was known before each row; -1 where none was.
    package var last: [Int32] = []
    /// The class of each row; -1 where there is none.
    package var labels: [Int32] = []
    /// The number to be predicted, measured by centre and spread; NaN where there is none.
    package var targets: [Float] = []
    /// The mean of the numbers before each row.
    package var centres: [Float] = []
    /// The deviation of the numbers before each row; 1 until they differ.
    package var spreads: [Float] = []
    /// The weight of each row.
    package var weights: [Float] = []
    /// 1 for each row that is to be learned, 0 for all others.
    package var learns: [UInt8] = []
    /// How many rows of the history there were before each row; those are the ones it may know.
    package var before: [Int32] = []

    /// A weight beyond this counts as this, so that no sum of weights is infinite.
    package static let weightMost: Float = 1e6

    /// Makes no rows.
    package init() {}

    /// Empties the columns and keeps their room.
    package mutating func reset(width: Int, outputs: Int) {
        count = 0
        self.width = width
        self.outputs = outputs
        raw.removeAll(keepingCapacity: true)
        scaled.removeAll(keepingCapacity: true)
        slow.removeAll(keepingCapacity: true)
        change.removeAll(keepingCapacity: true)
        scaledChange.removeAll(keepingCapacity: true)
        last.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        centres.removeAll(keepingCapacity: true)
        spreads.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        learns.removeAll(keepingCapacity: true)
        before.removeAll(keepingCapacity: true)
    }

    private func check() {
        let area = count * width
        precondition(
            raw.count == area && scaled.count == area && slow.count == area
                && change.count == area && scaledChange.count == area,
            "every form of the rows fills them"
        )
        precondition(
            last.count == count && labels.count == count && targets.count == count
                && centres.count == count && spreads.count == count && weights.count == count
                && learns.count == count && before.count == count,
            "every column of the rows fills them"
        )
    }

    /// Calls a kernel with the rows in C's form, unless there are none.
    func withC(_ kernel: (UnsafePointer<learnd_expert_rows>) -> Void) {
        check()
        guard count > 0 else { return }
        raw.withUnsafeBufferPointer { raw in
            scaled.withUnsafeBufferPointer { scaled in
                slow.withUnsafeBufferPointer { slow in
                    change.withUnsafeBufferPointer { change in
                        scaledChange.withUnsafeBufferPointer { scaledChange in
                            var inC = learnd_expert_rows()
                            inC.rows = count
                            inC.width = width
                            inC.outputs = outputs
                            inC.raw = raw.baseAddress
                            inC.scaled = scaled.baseAddress
                            inC.slow = slow.baseAddress
                            inC.change = change.baseAddress
                            inC.scaled_change = scaledChange.baseAddress
                            withColumns(&inC, kernel)
                        }
                    }
                }
            }
        }
    }

    private func withColumns(
        _ inC: inout learnd_expert_rows,
        _ kernel: (UnsafePointer<learnd_expert_rows>) -> Void
    ) {
        last.withUnsafeBufferPointer { last in
            labels.withUnsafeBufferPointer { labels in
                targets.withUnsafeBufferPointer { targets in
                    centres.withUnsafeBufferPointer { centres in
                        inC.last = last.baseAddress
                        inC.labels = labels.baseAddress
                        inC.targets = targets.baseAddress
                        inC.centres = centres.baseAddress
                        withFlags(&inC, kernel)
                    }
                }
            }
        }
    }

    private func withFlags(
        _ inC: inout learnd_expert_rows,
        _ kernel: (UnsafePointer<learnd_expert_rows>) -> Void
    ) {
        spreads.withUnsafeBufferPointer { spreads in
            weights.withUnsafeBufferPointer { weights in
                learns.withUnsafeBufferPointer { learns in
                    before.withUnsafeBufferPointer { before in
                        inC.spreads = spreads.baseAddress
                        inC.weights = weights.baseAddress
                        inC.learns = learns.baseAddress
                        inC.before = before.baseAddress
                        withUnsafePointer(to: inC, kernel)
                    }
                }
            }
        }
    }
}
