// SPDX-License-Identifier: Apache-2.0
//
// The nearest rows of a history to each row of a block, by the squared distance of their scaled
// columns. Of rows that are equally far, the newer one comes first. A row may see the `window` rows
// of the history that stand just before it, and no others.

import CKernels

/// Searches for the nearest rows.
package enum Nearest {
    /// Finds the `count` nearest rows for each row, nearest first.
    ///
    /// - Parameters:
    ///   - rows: The rows to find neighbours of.
    ///   - history: The rows that may be neighbours.
    ///   - window: How many rows just before a row may be.
    ///   - count: How many are looked for.
    ///   - squares: Squared distances, `count` for each row; infinite where there are fewer rows.
    ///   - places: Rows of the history, `count` for each row; -1 where there are fewer.
    /// - Precondition: The history is as wide as the rows, and holds those that come before them.
    package static func search(
        _ rows: ExpertRows,
        in history: ExpertHistory,
        window: Int,
        count: Int,
        squares: inout MutableSpan<Float>,
        places: inout MutableSpan<Int32>
    ) {
        precondition(window > 0 && count > 0, "at least one row is looked for in at least one")
        precondition(rows.width == history.width, "a history is as wide as the rows")
        precondition(
            rows.before.allSatisfy { $0 >= 0 && $0 <= history.count },
            "the rows before a row are in the history"
        )
        precondition(
            squares.count == rows.count * count && places.count == squares.count,
            "there is room for every neighbour"
        )
        squares.withUnsafeMutableBufferPointer { squares in
            places.withUnsafeMutableBufferPointer { places in
                rows.withC { rows in
                    history.withC { history in
                        withUnsafeTemporaryAllocation(
                            of: Float.self,
                            capacity: learnd_nearest_scratch(rows, window)
                        ) { scratch in
                            learnd_nearest(
                                rows,
                                history,
                                window,
                                count,
                                scratch.baseAddress,
                                squares.baseAddress,
                                places.baseAddress
                            )
                        }
                    }
                }
            }
        }
    }

    /// Turns the first `used` of the `count` neighbours of each row into probabilities of classes.
    ///
    /// - Precondition: Squares and places are those of a search among the same rows and history;
    ///   `opinions` has room from `start` on.
    package static func classes(
        _ rows: ExpertRows,
        in history: ExpertHistory,
        squares: Span<Float>,
        places: Span<Int32>,
        count: Int,
        used: Int,
        opinions: inout MutableSpan<Float>,
        start: Int
    ) {
        precondition(
            squares.count == rows.count * count && places.count == squares.count && used <= count,
            "there are neighbours of every row"
        )
        precondition(
            start >= 0 && start + rows.count * rows.outputs <= opinions.count,
            "there is room for every opinion"
        )
        for place in places.indices {
            precondition(places[place] < history.count, "a neighbour is a row of the history")
        }
        squares.withUnsafeBufferPointer { squares in
            places.withUnsafeBufferPointer { places in
                opinions.withUnsafeMutableBufferPointer { opinions in
                    rows.withC { rows in
                        history.withC { history in
                            learnd_nearest_classes(
                                rows,
                                history,
                                squares.baseAddress,
                                places.baseAddress,
                                count,
                                used,
                                opinions.baseAddress.map { $0 + start }
                            )
                        }
                    }
                }
            }
        }
    }
}
