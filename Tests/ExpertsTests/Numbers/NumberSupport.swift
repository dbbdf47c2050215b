// SPDX-License-Identifier: Apache-2.0
//
// Rows with numbers to be predicted, whose forms are chosen by the test.

import Experts
import Kernels
import Primitives

/// Rows for experts that predict numbers.
enum NumberRows {
    /// Rows whose number is a curve of the first two columns, with noise.
    static func random(_ count: Int, width: Int, seed: UInt64, noise: Double = 0.05) -> ExpertRows {
        var random = RandomSource(seed: seed)
        var rows = LineRows.random(count, width: width, classes: 1, seed: seed)
        rows.labels = [Int32](repeating: -1, count: count)
        for row in 0..<count {
            let x = rows.scaled[row * width..<(row + 1) * width].map { Double($0) }
            let curve = 0.4 * x[0] - 0.2 * x[0] * x[width - 1] + 0.3
            rows.targets[row] = Float(min(max(curve + noise * random.normal(), -5), 5))
        }
        return rows
    }

    /// The quadratic features of a row, in double precision.
    static func quadratic(_ rows: ExpertRows, _ row: Int) -> [Double] {
        let z = LineRows.row(rows.scaled, row, width: rows.width)
        return z.indices.reduce([1]) { features, j in
            features + [z[j], 0.7 * (z[j] * z[j] - 1)] + (0..<j).map { z[$0] * z[j] }
        }
    }

    /// The weights of an expert.
    static func weights(_ expert: any Expert) -> [Double] {
        switch expert.tensors[0].content {
        case .doubles(let numbers): numbers
        case .numbers(let numbers), .places(let numbers): numbers.map { Double($0) }
        }
    }
}
