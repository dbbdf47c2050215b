// SPDX-License-Identifier: Apache-2.0
//
// Columns copied whole.

/// Copies of numbers.
package enum Copying {
    /// Overwrites the numbers of `column` from `at` on.
    package static func copy(
        _ numbers: Span<Float>,
        to column: inout MutableSpan<Float>,
        at: Int
    ) {
        checkRange(at, numbers.count, column.count)
        numbers.withUnsafeBufferPointer { numbers in
            column.withUnsafeMutableBufferPointer { column in
                guard let first = numbers.baseAddress else { return }
                start(column).advanced(by: at).update(from: first, count: numbers.count)
            }
        }
    }
}
