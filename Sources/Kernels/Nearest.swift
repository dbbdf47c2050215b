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

    /// Predicts the class of each row from its neighbours.
    ///
    /// NearestNeighbours.swift of the experts has the formulas. Each of `counts` says how many
    /// neighbours an opinion is made of, and has the probabilities of every row in `opinions`.
    package static func classes(
        _ rows: ExpertRows,
        in history: ExpertHistory,
        window: Int,
        counts: [Int],
        opinions: inout MutableSpan<Float>
    ) {
        let area = rows.count * rows.outputs
        precondition(opinions.count == area * counts.count, "there is room for every opinion")
        guard let most = counts.max(), let least = counts.min() else { return }
        precondition(least > 0, "an opinion is made of at least one neighbour")
        withNeighbours(of: rows, in: history, window: window, count: most) { squares, places in
            opinions.withUnsafeMutableBufferPointer { opinions in
                rows.withC { rows in
                    history.withC { history in
                        for (column, count) in counts.enumerated() {
                            learnd_nearest_classes(
                                rows,
                                history,
                                squares.baseAddress,
                                places.baseAddress,
                                most,
                                count,
                                opinions.baseAddress.map { $0 + column * area }
                            )
                        }
                    }
                }
            }
        }
    }

    /// Finds the neighbours in memory that lasts as long as `body` does.
    static func withNeighbours(
        of rows: ExpertRows,
        in history: ExpertHistory,
        window: Int,
        count: Int,
        _ body: (UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Int32>) -> Void
    ) {
        let area = rows.count * count
        withUnsafeTemporaryAllocation(of: Float.self, capacity: area) { squares in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: area) { places in
                squares.initialize(repeating: .infinity)
                places.initialize(repeating: -1)
                var squaresSpan = squares.mutableSpan
                var placesSpan = places.mutableSpan
                search(
                    rows,
                    in: history,
                    window: window,
                    count: count,
                    squares: &squaresSpan,
                    places: &placesSpan
                )
                body(squares, places)
            }
        }
    }
}
