// SPDX-License-Identifier: Apache-2.0
//
// Recursive least squares is ridge regression, and does not explode.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Recursive least squares of a pool")
struct LeastSquaresLineTests {
    private static func kind(_ name: String) throws -> ExpertKind {
        try #require(ExpertKind.named(name))
    }

    @Test(
        "It is ridge regression, of weighted and of fading rows",
        arguments: [("rls", 1.0), ("rls_forgetting", 0.9995)]
    )
    func isRidgeRegression(name: String, forgetting: Double) throws {
        // Errors are cut off after a hundred rows.
        let rows = NumberRows.random(100, width: 3, seed: 4)
        var expert = try Self.kind(name).make(ExpertShape(width: 3, classes: 0), 1)
        let said = LineRows.opinions(&expert, rows)
        let size = 10
        var precision = Plain.unit(size).map { $0.map { $0 / 0.1 } }
        var moment = [Double](repeating: 0, count: size)
        for row in 0..<100 {
            let x = NumberRows.quadratic(rows, row)
            let fit = Plain.product(Plain.inverse(precision), moment)
            #expect(abs(Double(said[row]) - Plain.dot(fit, x)) < 1e-6)
            guard rows.learns[row] == 1 else { continue }
            let (weight, target) = (Double(rows.weights[row]), Double(rows.targets[row]))
            precision = precision.map { $0.map { $0 * forgetting } }
            Plain.add(weight, x, x, to: &precision)
            moment = zip(moment, x).map { $0 * forgetting + weight * target * $1 }
        }
        let fit = Plain.product(Plain.inverse(precision), moment)
        for (weight, expected) in zip(NumberRows.weights(expert), fit) {
            #expect(abs(weight - expected) < 1e-7)
        }
    }

    @Test("Constant and wild rows do not explode it", arguments: ["rls", "rls_forgetting"])
    func survives(name: String) throws {
        var expert = try Self.kind(name).make(ExpertShape(width: 2, classes: 0), 1)
        var random = RandomSource(seed: 8)
        let good = NumberRows.random(300, width: 2, seed: 5)
        _ = LineRows.opinions(&expert, good)
        var constant = good
        constant.scaled = [Float](repeating: 0.5, count: 600)
        constant.targets = [Float](repeating: 0.5, count: 300)
        // With a forgetting of 0.9995, P would be 12,000 times as large after these.
        for _ in 0..<64 { _ = LineRows.opinions(&expert, constant) }
        #expect(expert.isFinite)
        var wild = good
        for _ in 0..<10 {
            wild.scaled = wild.scaled.map { _ in random.chance(0.5) ? 5 : -5 }
            wild.targets = wild.targets.map { _ in random.chance(0.5) ? 5 : -5 }
            wild.weights = wild.weights.map { _ in random.chance(0.1) ? 3e38 : 1 }
            #expect(LineRows.opinions(&expert, wild).allSatisfy { abs($0) <= 5 })
        }
        #expect(expert.isFinite)
        for seed in 10..<30 {
            let rows = NumberRows.random(300, width: 2, seed: UInt64(seed))
            let said = LineRows.opinions(&expert, rows)
            #expect(said.allSatisfy { $0.isFinite })
        }
        // What came before is outweighed, or forgotten, as far as that goes.
        let rows = NumberRows.random(300, width: 2, seed: 40)
        let said = LineRows.opinions(&expert, rows)
        let error = zip(said, rows.targets).map { abs($0 - $1) }.reduce(0, +) / 300
        #expect(error < (name == "rls" ? 1 : 0.3))
    }

    @Test("A target far off moves a line that knows what is usual but little")
    func surprisesAreCutOff() throws {
        var expert = try Self.kind("rls").make(ExpertShape(width: 2, classes: 0), 1)
        _ = LineRows.opinions(&expert, NumberRows.random(300, width: 2, seed: 5))
        let before = NumberRows.weights(expert)
        var rows = NumberRows.random(1, width: 2, seed: 6)
        rows.targets = [5]
        rows.weights = [1]
        _ = LineRows.opinions(&expert, rows)
        for (was, weight) in zip(before, NumberRows.weights(expert)) {
            #expect(abs(was - weight) < 0.01)
        }
        #expect(before != NumberRows.weights(expert))
    }

    @Test("New columns leave what was learned; too many of them leave the columns")
    func growthKeepsWhatWasLearned() throws {
        var expert = try Self.kind("rls").make(ExpertShape(width: 3, classes: 0), 1)
        _ = LineRows.opinions(&expert, NumberRows.random(200, width: 3, seed: 5))
        let probe = NumberRows.random(20, width: 3, seed: 6)
        let before = LineRows.predictions(expert, probe)
        var wide = probe
        wide.width = 4
        wide.scaled = (0..<20).flatMap { probe.scaled[$0 * 3..<$0 * 3 + 3] + [0.7] }
        (wide.raw, wide.slow) = (wide.scaled, wide.scaled)
        (wide.change, wide.scaledChange) = (wide.scaled, wide.scaled)
        expert.grow(to: ExpertShape(width: 4, classes: 0))
        // The new features add zeros, in another order.
        for (old, new) in zip(before, LineRows.predictions(expert, wide)) {
            #expect(abs(old - new) < 1e-6)
        }
        let weights = NumberRows.weights(expert)
        expert.grow(to: ExpertShape(width: 20, classes: 0))
        let left = NumberRows.weights(expert)
        #expect(left.count == 21)
        #expect(left[0..<5] == [weights[0], weights[1], weights[3], weights[6], weights[10]])
        #expect(left[5...].allSatisfy { $0 == 0 })
        _ = LineRows.opinions(&expert, NumberRows.random(50, width: 20, seed: 7))
        #expect(expert.isFinite)
    }
}
