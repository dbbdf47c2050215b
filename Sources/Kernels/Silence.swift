// SPDX-License-Identifier: Apache-2.0
//
// For how many rows in a row each unit of a layer gave 0.

import CKernels

/// Counts of silent rows.
package enum Silence {
    /// Goes on counting: one more for each row of 0, and anew after any other.
    ///
    /// - Parameters:
    ///   - silent: The counts of some units, from `first` on; none becomes more than `limit`.
    ///   - first: Where they begin.
    ///   - units: How many there are.
    ///   - values: What they gave, row by row, from `at` on.
    ///   - at: Where that begins.
    ///   - rows: The number of rows.
    ///   - limit: The most that is counted.
    /// - Returns: The highest of these counts.
    package static func count(
        _ silent: inout MutableSpan<UInt32>,
        from first: Int,
        units: Int,
        values: Span<Float>,
        at: Int,
        rows: Int,
        limit: UInt32
    ) -> UInt32 {
        checkRange(first, units, silent.count)
        checkRange(at, rows * units, values.count)
        guard units > 0, rows > 0 else { return 0 }
        return values.withUnsafeBufferPointer { values in
            silent.withUnsafeMutableBufferPointer { silent in
                guard let counts = silent.baseAddress else { return 0 }
                let given = start(values) + at
                return learnd_count_silence(given, rows, units, limit, counts + first)
            }
        }
    }
}
