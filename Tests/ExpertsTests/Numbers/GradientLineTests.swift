// SPDX-License-Identifier: Apache-2.0
//
// Normalised least mean squares is what its formulas say.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Gradient lines of a pool")
struct GradientLineTests {
    @Test(
        "Predictions are those of the formulas",
        arguments: [("nlms_slow", 0.1), ("nlms_fast", 0.3)]
    )
    func followsTheFormulas(name: String, rate: Double) throws {
        var rows = NumberRows.random(1500, width: 4, seed: 4, noise: 0.5)
        // Errors beyond 3, and steps that would pass their target.
        for row in stride(from: 5, to: 1500, by: 50) { rows.targets[row] = 5 }
        for row in stride(from: 9, to: 1500, by: 50) { rows.weights[row] = 20 }
        let kind = try #require(ExpertKind.named(name))
        let (_, said) = LineRows.opinions(kind, rows)
        var weights = [Double](repeating: 0, count: 15)
        var (square, count) = (0.0, 0.0)
        var expected: [Double] = []
        for row in 0..<1500 {
            let x = NumberRows.quadratic(rows, row)
            let own = Plain.dot(weights, x)
            expected.append(own)
            guard rows.learns[row] == 1 else { continue }
            let error = min(max(Double(rows.targets[row]) - own, -3), 3)
            let norm = Plain.dot(x, x)
            count = min(count + 1, 1000)
            square += (norm - square) / count
            let share = min(1, rate * Double(rows.weights[row])) / max(square, norm)
            weights = zip(weights, x).map { $0 + share * error * $1 }
        }
        #expect(LineRows.worst(said, expected) < 1e-4)
    }

    @Test("More than 64 columns have no products")
    func manyColumnsArePlain() throws {
        let kind = try #require(ExpertKind.named("nlms_slow"))
        var expert = kind.make(ExpertShape(width: 64, classes: 0), 1)
        #expect(expert.tensors[0].dimensions == [1 + 64 + 64 + 64 * 63 / 2])
        _ = LineRows.opinions(&expert, NumberRows.random(30, width: 64, seed: 1))
        let weights = NumberRows.weights(expert)
        expert.grow(to: ExpertShape(width: 65, classes: 0))
        let left = NumberRows.weights(expert)
        #expect(left.count == 66)
        #expect(left[64] == weights[1 + 2 * 63 + 63 * 62 / 2])
        _ = LineRows.opinions(&expert, NumberRows.random(30, width: 65, seed: 2))
        #expect(expert.isFinite)
    }
}
