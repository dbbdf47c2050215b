// SPDX-License-Identifier: Apache-2.0
//
// What a row is turned into before it meets one layer of weights, and how the numbers of such
// experts lie in memory: rows of `stride` floats, the size rounded up to sixteen, of which the last
// ones are zero. Of two classes there is one row of weights.

import CKernels

/// What a row is turned into.
package enum LineForm: UInt32, Sendable {
    /// 1, then the scaled columns.
    case plain = 0
    /// 1, then for each column j: z_j, 0.7 (z_j² - 1), and z_i z_j for each i before j.
    case quadratic = 1
    /// 1, the scaled columns, the scaled changes, then 1 for the last label and 0 for the others.
    case temporal = 2
    /// The columns as measured by all rows before.
    case slow = 3
    /// The scaled columns.
    case scaled = 4

    var inC: learnd_line_form { learnd_line_form(rawValue: rawValue) }

    /// The number of features of a row.
    package func size(width: Int, classes: Int) -> Int {
        learnd_line_size(inC, width, classes)
    }

    /// The size of a row in memory.
    package static func stride(of size: Int) -> Int { learnd_line_stride(size) }

    /// The number of rows of weights for so many classes.
    package static func models(classes: Int) -> Int { classes <= 2 ? 1 : classes }

    /// The features of one row.
    package func features(_ rows: ExpertRows, _ row: Int) -> [Float] {
        precondition(row >= 0 && row < rows.count, "a row is one of the rows")
        let size = size(width: rows.width, classes: rows.outputs)
        var features = [Float](repeating: 0, count: LineForm.stride(of: size))
        features.withUnsafeMutableBufferPointer { features in
            rows.withC { learnd_line_features($0, row, inC, features.baseAddress) }
        }
        return Array(features.prefix(size))
    }

    /// Calls a kernel with the rows in C's form and with scratch, unless there are no rows.
    func withRows(
        _ rows: ExpertRows,
        _ opinions: inout MutableSpan<Float>,
        _ kernel: (
            UnsafePointer<learnd_expert_rows>, UnsafeMutablePointer<Float>,
            UnsafeMutablePointer<Float>
        ) -> Void
    ) {
        precondition(
            opinions.count == rows.count * rows.outputs,
            "there is room for every opinion"
        )
        let room = learnd_line_scratch(inC, rows.width, rows.outputs)
        opinions.withUnsafeMutableBufferPointer { opinions in
            rows.withC { rows in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { scratch in
                    kernel(rows, start(scratch), start(opinions))
                }
            }
        }
    }
}
