// SPDX-License-Identifier: Apache-2.0
//
// Columns copied whole, and made longer or shorter.

/// Copies of numbers, and room for them.
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

    /// Makes a column hold so many numbers; new ones are 0.
    package static func resize<Number: Numeric>(_ column: inout [Number], to count: Int) {
        if column.count > count {
            column.removeLast(column.count - count)
        } else if column.count < count {
            column.append(contentsOf: repeatElement(0, count: count - column.count))
        }
    }
}
