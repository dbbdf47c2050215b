// SPDX-License-Identifier: Apache-2.0
//
// Sums of columns over rows, for whoever watches them.

import CKernels

/// The sums of columns since somebody began to count.
package struct ColumnSums: Sendable, Equatable {
    /// How many finite values each column had.
    package var count: [Float] = []
    /// The sum of what lies at most 8 units from the center.
    package var sum: [Float] = []
    /// The same of the squares.
    package var square: [Float] = []
    /// The same of the fourth powers.
    package var fourth: [Float] = []

    /// Makes sums of no columns.
    package init() {}

    /// Adds columns without values.
    package mutating func grow(to columns: Int) {
        let more = repeatElement(Float(0), count: max(0, columns - count.count))
        count += more
        sum += more
        square += more
        fourth += more
    }

    /// Forgets the values of a column.
    package mutating func clear(_ column: Int) {
        count[column] = 0
        sum[column] = 0
        square[column] = 0
        fourth[column] = 0
    }

    /// Adds `columns`, which lie from `place` on in each of `rows` rows, measured by center and
    /// scale.
    package mutating func add(
        _ raw: Span<Float>,
        width: Int,
        rows: Range<Int>,
        place: Int,
        columns: Range<Int>,
        center: [Float],
        scale: [Float]
    ) {
        guard !rows.isEmpty, !columns.isEmpty else { return }
        let (first, n) = (columns.lowerBound, columns.count)
        precondition(place >= 0 && place + n <= width, "the columns lie within their rows")
        checkRange(rows.lowerBound * width, rows.count * width, raw.count)
        for numbers in [center.count, scale.count, count.count, sum.count, square.count] {
            checkRange(first, n, numbers)
        }
        checkRange(first, n, fourth.count)
        ColumnSums.add(
            raw,
            width: width,
            rows: rows,
            place: place,
            first: first,
            center: center,
            scale: scale,
            n: n,
            &count,
            &sum,
            &square,
            &fourth
        )
    }

    private static func add(
        _ raw: Span<Float>,
        width: Int,
        rows: Range<Int>,
        place: Int,
        first: Int,
        center: [Float],
        scale: [Float],
        n: Int,
        _ counts: inout [Float],
        _ sums: inout [Float],
        _ squares: inout [Float],
        _ fourths: inout [Float]
    ) {
        var count = counts.mutableSpan
        var sum = sums.mutableSpan
        var square = squares.mutableSpan
        var fourth = fourths.mutableSpan
        raw.withUnsafeBufferPointer { raw in
            center.span.withUnsafeBufferPointer { center in
                scale.span.withUnsafeBufferPointer { scale in
                    count.withUnsafeMutableBufferPointer { count in
                        sum.withUnsafeMutableBufferPointer { sum in
                            square.withUnsafeMutableBufferPointer { square in
                                fourth.withUnsafeMutableBufferPointer { fourth in
                                    learnd_column_sums(
                                        start(raw) + rows.lowerBound * width + place,
                                        width,
                                        rows.count,
                                        n,
                                        start(center) + first,
                                        start(scale) + first,
                                        start(count) + first,
                                        start(sum) + first,
                                        start(square) + first,
                                        start(fourth) + first
                                    )
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
