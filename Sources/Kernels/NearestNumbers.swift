// SPDX-License-Identifier: Apache-2.0
//
// What the numbers of the nearest rows say.

import CKernels

extension Nearest {
    /// Predicts the number of each row from its neighbours; NearestNumbers.swift of the experts has
    /// the formula.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - history: The rows that may be neighbours.
    ///   - window: How many rows just before a row may be.
    ///   - count: How many neighbours an opinion is made of.
    ///   - opinions: The measured number of each row.
    package static func numbers(
        _ rows: ExpertRows,
        in history: ExpertHistory,
        window: Int,
        count: Int,
        opinions: inout MutableSpan<Float>
    ) {
        precondition(
            rows.outputs == 1 && opinions.count == rows.count,
            "there is room for every opinion"
        )
        withNeighbours(of: rows, in: history, window: window, count: count) { squares, places in
            opinions.withUnsafeMutableBufferPointer { opinions in
                rows.withC { rows in
                    history.withC { history in
                        learnd_nearest_numbers(
                            rows,
                            history,
                            squares.baseAddress,
                            places.baseAddress,
                            count,
                            opinions.baseAddress
                        )
                    }
                }
            }
        }
    }
}
