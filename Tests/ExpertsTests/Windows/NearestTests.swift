// SPDX-License-Identifier: Apache-2.0
//
// The nearest rows against a plain sort, where many rows are equally far.

import Kernels
import Primitives
import Testing

@Suite("Nearest rows")
struct NearestTests {
    /// Rows of a few whole numbers, so that ties are the rule and sums are exact.
    private static func history(_ count: Int, width: Int) throws -> ExpertHistory {
        var random = RandomSource(seed: UInt64(count + width))
        let numbers = (0..<count * width).map { _ in Float(random.below(4)) }
        let labels = (0..<count).map { Int32($0 % 3) }
        let weights: [Float] = (0..<count).map { $0 % 5 == 0 ? 2 : 1 }
        let history = ExpertHistory(
            capacity: 4000,
            width: width,
            raw: numbers,
            scaled: numbers,
            change: numbers,
            last: labels,
            labels: labels,
            targets: weights,
            weights: weights
        )
        return try #require(history)
    }

    /// Rows that have the given numbers of rows before them.
    private static func rows(width: Int, before: [Int]) -> ExpertRows {
        var random = RandomSource(seed: 3)
        var rows = ExpertRows()
        rows.reset(width: width, outputs: 3)
        rows.count = before.count
        rows.scaled = (0..<before.count * width).map { _ in Float(random.below(4)) }
        (rows.raw, rows.slow) = (rows.scaled, rows.scaled)
        (rows.change, rows.scaledChange) = (rows.scaled, rows.scaled)
        let nothing = [Float](repeating: 1, count: before.count)
        (rows.targets, rows.centres, rows.spreads, rows.weights) =
            (nothing, nothing, nothing, nothing)
        rows.last = before.map { _ in -1 }
        rows.labels = before.map { _ in -1 }
        rows.learns = before.map { _ in 0 }
        rows.before = before.map { Int32($0) }
        return rows
    }

    private static func expected(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ row: Int,
        window: Int
    ) -> [(square: Float, place: Int32)] {
        let end = Int(rows.before[row])
        let near = (max(0, end - window)..<end).map { place in
            let square = (0..<rows.width).reduce(Float(0)) { sum, column in
                let apart =
                    rows.scaled[row * rows.width + column]
                    - history.scaled[place * rows.width + column]
                return sum + apart * apart
            }
            return (square: square, place: Int32(place))
        }
        return near.sorted { ($0.square, -$0.place) < ($1.square, -$1.place) }
    }

    @Test(
        "They are those of a sort, newer rows first where the distance is the same",
        arguments: [1, 2, 3, 4, 5, 8, 10, 17],
        [1, 3, 10, 20]
    )
    func search(width: Int, count: Int) throws {
        let history = try NearestTests.history(137, width: width)
        // Blocks that fill four rows and do not, windows that begin before the history and in it.
        let before = [0, 1, 2, 15, 16, 17, 40, 90, 137, 136, 100]
        let rows = NearestTests.rows(width: width, before: before)
        for window in [1, 16, 50, 200] {
            var squares = [Float](repeating: .nan, count: before.count * count)
            var places = [Int32](repeating: 99, count: before.count * count)
            var into = squares.mutableSpan
            var near = places.mutableSpan
            Nearest.search(
                rows,
                in: history,
                window: window,
                count: count,
                squares: &into,
                places: &near
            )
            for row in before.indices {
                let own = NearestTests.expected(rows, history, row, window: window).prefix(count)
                let found = row * count..<row * count + own.count
                #expect(Array(places[found]) == own.map(\.place))
                #expect(Array(squares[found]) == own.map(\.square))
                let rest = found.upperBound..<(row + 1) * count
                #expect(places[rest].allSatisfy { $0 == -1 })
                #expect(squares[rest].allSatisfy { $0 == .infinity })
            }
        }
    }
}
