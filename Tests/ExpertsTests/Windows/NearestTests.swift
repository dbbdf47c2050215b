// SPDX-License-Identifier: Apache-2.0
//
// The nearest rows against a plain sort, where many rows are equally far.

import Experts
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

    @Test("Their labels vote by distance and weight", arguments: [3, 10])
    func votes(count: Int) throws {
        let history = try NearestTests.history(137, width: 4)
        let before = [0, 1, 2, 9, 60, 137]
        let rows = NearestTests.rows(width: 4, before: before)
        var said = [Float](repeating: .nan, count: before.count * 3 * 2)
        var span = said.mutableSpan
        Nearest.classes(rows, in: history, window: 50, counts: [1, count], opinions: &span)
        for row in before.indices {
            let own = NearestTests.expected(rows, history, row, window: 50).prefix(count)
            var votes = [0.0, 0, 0]
            for near in own {
                let place = Int(near.place)
                votes[Int(history.labels[place])] +=
                    Double(history.weights[place]) / (Double(near.square).squareRoot() + 0.001)
            }
            let (sum, found) = (votes.reduce(0, +), Double(own.count))
            for label in 0..<3 {
                let share = sum > 0 ? votes[label] / sum : 0
                let expected = (found * share + 0.1) / (found + 0.3)
                let second = before.count * 3 + row * 3 + label
                #expect(abs(Double(said[second]) - expected) < 1e-5)
            }
            if let nearest = own.first {
                let label = Int(history.labels[Int(nearest.place)])
                #expect(abs(said[row * 3 + label] - 1.1 / 1.3) < 1e-5)
            }
        }
    }

    @Test("The last label is trusted as often as it was right")
    func lastLabel() throws {
        let kind = try #require(ExpertKind.named("last_label"))
        var expert = kind.make(ExpertShape(width: 1, classes: 3), 1)
        var rows = NearestTests.rows(width: 1, before: [0, 0, 0, 0, 0])
        rows.labels = [1, 1, 2, 2, 0]
        rows.last = [-1, 1, 1, 2, 2]
        rows.weights = [1, 1, 2, 1, 1]
        rows.learns = [1, 1, 1, 1, 0]
        var history = ExpertHistory(capacity: 1)
        history.grow(width: 1)
        var said = [Float](repeating: .nan, count: 15)
        var span = said.mutableSpan
        expert.testThenTrain(rows, history, &span)
        // After a hit, then a miss of weight 2, then a hit.
        var (hits, misses) = (0.0, 0.0)
        var expected = [1.0 / 3, 1.0 / 3, 1.0 / 3]
        for (row, right) in [true, false, true, true].enumerated() {
            let hit = (hits + 1.0 / 3) / (hits + misses + 1)
            let last = Int(rows.last[row + 1])
            expected += (0..<3).map { $0 == last ? hit : (1 - hit) / 2 }
            (hits, misses) = (hits * 0.999, misses * 0.999)
            let weight = Double(rows.weights[row + 1])
            if right { hits += weight } else { misses += weight }
        }
        #expect(zip(said, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
        expert.grow(to: ExpertShape(width: 2, classes: 4))
        #expect(expert.tensors.first?.dimensions == [2])
    }
}
