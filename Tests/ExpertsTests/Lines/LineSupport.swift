// SPDX-License-Identifier: Apache-2.0
//
// Rows whose forms are chosen by the test, for experts whose numbers are compared with those of
// double precision.

import Experts
import Kernels
import Primitives

/// Rows for experts with one layer.
enum LineRows {
    /// Rows of the given width whose forms are all random and whose class follows from two columns.
    static func random(_ count: Int, width: Int, classes: Int, seed: UInt64) -> ExpertRows {
        var random = RandomSource(seed: seed)
        var rows = ExpertRows()
        rows.reset(width: width, outputs: classes)
        rows.count = count
        rows.weights = (0..<count).map { _ in random.chance(0.2) ? 2 : 1 }
        let area = count * width
        func numbers() -> [Float] {
            (0..<area).map { _ in min(max(Float(random.normal()), -5), 5) }
        }
        (rows.scaled, rows.slow, rows.scaledChange) = (numbers(), numbers(), numbers())
        (rows.raw, rows.change) = (rows.scaled, rows.scaledChange)
        var last: Int32 = -1
        for row in 0..<count {
            let score = rows.scaled[row * width] + 0.7 * rows.slow[row * width + 1 % width]
            let noisy = Double(score) + random.normal() * 0.5
            let label = Int32(min(max((noisy + 1.5) / 3 * Double(classes), 0), Double(classes - 1)))
            rows.labels.append(label)
            rows.last.append(last)
            last = label
        }
        rows.targets = [Float](repeating: .nan, count: count)
        rows.centres = [Float](repeating: 0, count: count)
        rows.spreads = [Float](repeating: 1, count: count)
        rows.learns = (0..<count).map { $0 % 7 == 3 ? 0 : 1 }
        rows.before = [Int32](repeating: 0, count: count)
        return rows
    }

    /// What an expert of the kind says of the rows while it learns them.
    static func opinions(_ kind: ExpertKind, _ rows: ExpertRows) -> (any Expert, [Float]) {
        var expert = kind.make(ExpertShape(width: rows.width, classes: rows.outputs), 1)
        return (expert, opinions(&expert, rows))
    }

    /// What an expert says of the rows while it learns them.
    static func opinions(_ expert: inout any Expert, _ rows: ExpertRows) -> [Float] {
        var said = [Float](repeating: .nan, count: rows.count * rows.outputs)
        var history = ExpertHistory(capacity: 1)
        history.grow(width: rows.width)
        var span = said.mutableSpan
        expert.testThenTrain(rows, history, &span)
        return said
    }

    /// What an expert says of the rows.
    static func predictions(_ expert: any Expert, _ rows: ExpertRows) -> [Float] {
        var said = [Float](repeating: .nan, count: rows.count * rows.outputs)
        var history = ExpertHistory(capacity: 1)
        history.grow(width: rows.width)
        var span = said.mutableSpan
        expert.predict(rows, history, &span)
        return said
    }

    /// One row of a form of the rows, in double precision.
    static func row(_ form: [Float], _ row: Int, width: Int) -> [Double] {
        form[row * width..<(row + 1) * width].map { Double($0) }
    }

    /// Probabilities from scores.
    static func softmax(_ scores: [Double]) -> [Double] {
        let top = scores.max() ?? 0
        let powers = scores.map { Scalar.exp($0 - top) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// The largest distance of what was said from what should have been.
    static func worst(_ said: [Float], _ expected: [Double]) -> Double {
        zip(said, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    }
}

/// Sums over rows of numbers in double precision.
enum Plain {
    static func dot(_ left: [Double], _ right: [Double]) -> Double {
        zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }

    static func product(_ matrix: [[Double]], _ row: [Double]) -> [Double] {
        matrix.map { dot($0, row) }
    }

    /// matrix += factor * left right'.
    static func add(
        _ factor: Double,
        _ left: [Double],
        _ right: [Double],
        to matrix: inout [[Double]]
    ) {
        for i in left.indices {
            for j in right.indices { matrix[i][j] += factor * left[i] * right[j] }
        }
    }

    static func unit(_ size: Int) -> [[Double]] {
        (0..<size).map { i in (0..<size).map { i == $0 ? 1 : 0 } }
    }

    /// The inverse, by Gauss and Jordan.
    static func inverse(_ matrix: [[Double]]) -> [[Double]] {
        let size = matrix.count
        var wide = matrix.enumerated().map { $1 + unit(size)[$0] }
        for column in 0..<size {
            let pivot = (column..<size).max { abs(wide[$0][column]) < abs(wide[$1][column]) }
            wide.swapAt(column, pivot ?? column)
            let scale = 1 / wide[column][column]
            wide[column] = wide[column].map { $0 * scale }
            for row in 0..<size where row != column {
                let factor = wide[row][column]
                for place in wide[row].indices {
                    wide[row][place] -= factor * wide[column][place]
                }
            }
        }
        return wide.map { Array($0.suffix(size)) }
    }
}
