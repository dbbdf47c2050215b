// SPDX-License-Identifier: Apache-2.0
//
// The models whose steps follow from their rows alone, against closed forms and hand calculations.

import Learning
import Primitives
import Testing

@Suite("Second-order and passive-aggressive models")
struct SecondOrderTests {
    private func settings(
        _ model: ModelKind,
        _ loss: LossKind? = nil,
        _ change: (inout ModelSettings) -> Void = { _ in }
    ) -> LearnerSettings {
        var models = ModelSettings()
        change(&models)
        return LearnerSettings(
            model: model,
            loss: loss ?? model.usualLoss(for: model.task ?? .classes),
            optimiser: .sgd(rate: 0.05),
            models: models
        )
    }

    private func block(
        _ rows: [[Float]],
        targets: [Float] = [],
        labels: [Int32] = [],
        weights: [Float] = []
    ) -> Block {
        var block = Block()
        block.reset(width: rows[0].count, outputs: 1)
        for (index, row) in rows.enumerated() {
            block.append(
                raw: row.span,
                target: targets.isEmpty ? .nan : targets[index],
                class: labels.isEmpty ? -1 : labels[index],
                weight: weights.isEmpty ? 1 : weights[index]
            )
        }
        block.features = block.raw
        return block
    }

    private func bytes(_ learner: some Learner) -> [UInt8] {
        var writer = ByteWriter()
        learner.encode(into: &writer)
        return writer.bytes
    }

    // MARK: Recursive least squares

    /// Solves (X'HX + ridge I) w = X'Hy by elimination; the bias is the last unknown.
    private func ridge(_ rows: [[Float]], _ y: [Float], _ h: [Float], _ ridge: Double) -> [Double] {
        let size = rows[0].count + 1
        var a = [[Double]](repeating: [Double](repeating: 0, count: size + 1), count: size)
        for place in 0..<size { a[place][place] = ridge }
        for (index, row) in rows.enumerated() {
            let x = row.map(Double.init) + [1]
            for i in 0..<size {
                for j in 0..<size { a[i][j] += Double(h[index]) * x[i] * x[j] }
                a[i][size] += Double(h[index]) * x[i] * Double(y[index])
            }
        }
        for pivot in 0..<size {
            for row in 0..<size where row != pivot {
                let factor = a[row][pivot] / a[pivot][pivot]
                for column in pivot...size { a[row][column] -= factor * a[pivot][column] }
            }
        }
        return (0..<size).map { a[$0][size] / a[$0][$0] }
    }

    @Test("RLS that forgets nothing is weighted ridge regression", arguments: [1, 5, 20])
    func closedForm(width: Int) {
        var random = RandomSource(seed: UInt64(width))
        let rows = (0..<120).map { _ in (0..<width).map { _ in Float(random.normal()) } }
        let targets = rows.map { row in row.reduce(3) { $0 * 0.7 + $1 } + Float(random.normal()) }
        let weights = rows.map { _ in Float(random.below(4)) + 0.5 }
        var learner = RecursiveLeastSquares(
            settings(.rls) { models in
                models.rls.forgetting = 1
                models.rls.ridge = 0.5
                models.rls.clip = 0
            },
            width: width
        )
        var learned = block(rows, targets: targets, weights: weights)
        learner.testThenTrain(&learned)
        for (own, exact) in zip(learner.exact, ridge(rows, targets, weights, 0.5)) {
            #expect(abs(own - exact) <= 1e-9 * max(1, abs(exact)))
        }
    }

    @Test("RLS follows a change when it forgets, and the trace stays below its cap")
    func forgetting() {
        var random = RandomSource(seed: 3)
        var errors: [Float: Float] = [:]
        for forgetting in [0.98, 1] as [Float] {
            var learner = RecursiveLeastSquares(
                settings(.rls) { $0.rls.forgetting = forgetting },
                width: 3
            )
            for sign in [1, -1] as [Float] {
                let rows = (0..<600).map { _ in (0..<3).map { _ in Float(random.normal()) } }
                var learned = block(rows, targets: rows.map { sign * ($0[0] - $0[2]) })
                learner.testThenTrain(&learned)
                let last = (500..<600).map { abs(learned.predictions[$0] - learned.targets[$0]) }
                errors[forgetting] = last.reduce(0, +) / 100
            }
        }
        #expect((errors[0.98] ?? 1) < 0.01)
        #expect((errors[1] ?? 0) > 0.3)
    }

    @Test("A constant input for a million rows leaves RLS bounded and exact")
    func windUp() {
        var learner = RecursiveLeastSquares(
            settings(.rls) { $0.rls.forgetting = 0.9 },
            width: 3
        )
        let rows = [[Float]](repeating: [1, 0, -2], count: 10_000)
        var constant = block(rows, targets: [Float](repeating: 5, count: 10_000))
        for _ in 0..<100 { learner.testThenTrain(&constant) }
        #expect(learner.isFinite)
        #expect(learner.meanVariance <= 100 * 1.0001 && learner.meanVariance > 1)
        #expect(abs(constant.predictions[9999] - 5) < 1e-4)
        // What was never seen is learned at once when it comes.
        var news = block([[0, 1, 0], [0, 1, 0]], targets: [50, 50])
        learner.testThenTrain(&news)
        #expect(abs(news.predictions[1] - 50) < 1)
    }

    @Test("An error counts up to so many usual ones")
    func clipping() {
        var random = RandomSource(seed: 8)
        let rows = (0..<400).map { _ in [Float(random.normal())] }
        var targets = rows.map { 2 * $0[0] + Float(random.normal()) / 10 }
        targets[300] = 1e6
        func last(clip: Float) -> Float {
            var learner = RecursiveLeastSquares(settings(.rls) { $0.rls.clip = clip }, width: 1)
            var learned = block(rows, targets: targets)
            learner.testThenTrain(&learned)
            return learner.parameters.weights[0]
        }
        #expect(abs(last(clip: 6) - 2) < 0.1)
        #expect(abs(last(clip: 0) - 2) > 10)
    }

    @Test("RLS in its first columns does not notice those that come later with zeros")
    func growth() {
        var random = RandomSource(seed: 4)
        let rows = (0..<50).map { _ in (0..<3).map { _ in Float(random.normal()) } }
        let targets = rows.map { $0[0] + 2 }
        let exactly = settings(.rls) { $0.rls.forgetting = 1 }
        var grown = RecursiveLeastSquares(exactly, width: 3)
        var whole = RecursiveLeastSquares(exactly, width: 5)
        var first = block(Array(rows[..<20]), targets: Array(targets[..<20]))
        grown.testThenTrain(&first)
        grown.grow(width: 5, outputs: 1)
        var padded = block(rows.map { $0 + [0, 0] }, targets: targets)
        whole.testThenTrain(&padded)
        var rest = block(rows[20...].map { $0 + [0, 0] }, targets: Array(targets[20...]))
        grown.testThenTrain(&rest)
        for (left, right) in zip(grown.exact, whole.exact) { #expect(abs(left - right) < 1e-12) }
    }

    // MARK: AROW

    @Test("AROW without process noise is the published rule, by hand")
    func arowByHand() {
        let published = settings(.arow) { $0.arow.q = 0 }
        var learner = AdaptiveRegularisation(published, width: 1, outputs: 2)
        // x = (2, 1), y = 1: S = I, m = 0; S x = (2, 1), b = 1 / (5 + 1); w = (2, 1) / 6,
        // S = I - (2, 1)(2, 1)' / 6.
        var learned = block([[2]], labels: [1])
        learner.testThenTrain(&learned)
        #expect(abs(learner.parameters.weights[0] - 2 / 6) < 1e-7)
        #expect(abs(learner.parameters.bias[0] - 1 / 6) < 1e-7)
        let expected = [1 - 4.0 / 6, -2.0 / 6, -2.0 / 6, 1 - 1.0 / 6]
        for (own, value) in zip(learner.firstCovariance, expected) {
            #expect(abs(own - value) < 1e-15)
        }
        // x = (-1, 1), y = -1: m = -1/6; S x = (-2/3, 7/6), x'Sx = 11/6, b = 6/17;
        // w += (1 - 1/6) * 6/17 * (2/3, -7/6).
        learned = block([[-1]], labels: [0])
        learner.testThenTrain(&learned)
        let factor = 5.0 / 6 * 6 / 17
        #expect(abs(Double(learner.parameters.weights[0]) - (1.0 / 3 + factor * 2 / 3)) < 1e-7)
        #expect(abs(Double(learner.parameters.bias[0]) - (1.0 / 6 - factor * 7 / 6)) < 1e-7)
        // A row beyond the margin changes nothing, as published.
        let before = bytes(learner)
        learned = block([[40]], labels: [1])
        learner.testThenTrain(&learned)
        #expect(bytes(learner) == before)
    }

    @Test("Process noise gives variance back, up to where it began")
    func processNoise() {
        var noisy = AdaptiveRegularisation(
            settings(.arow) { $0.arow.q = 0.25 },
            width: 1,
            outputs: 2
        )
        var learned = block([[2]], labels: [1])
        noisy.testThenTrain(&learned)
        #expect(abs(noisy.firstCovariance[0] - (1 - 4.0 / 6 + 0.25)) < 1e-15)
        #expect(noisy.firstCovariance[3] == 1)
        #expect(abs(noisy.firstCovariance[1] + 2.0 / 6) < 1e-15)
    }

    @Test("AROW follows a stream that turns round only with process noise")
    func arowFollows() {
        var errors: [Float: Int] = [:]
        for q in [0, 1e-3] as [Float] {
            var random = RandomSource(seed: 2)
            var learner = AdaptiveRegularisation(
                settings(.arow) { $0.arow.q = q },
                width: 4,
                outputs: 2
            )
            for turned in [false, true] {
                let rows = (0..<6000).map { _ in (0..<4).map { _ in Float(random.normal()) } }
                let labels = rows.map { row -> Int32 in
                    let side = row[0] + row[1] > 0
                    return (side != turned) != random.chance(0.1) ? 1 : 0
                }
                var learned = block(rows, labels: labels)
                learner.testThenTrain(&learned)
                errors[q] = (0..<1500).reduce(0) { sum, row in
                    sum + (learned.isError(row: row, outputs: 2) ? 1 : 0)
                }
            }
        }
        // One label in ten is wrong, so about 150 of 1500 are the least.
        #expect((errors[1e-3] ?? 1500) < 300)
        #expect((errors[0] ?? 0) > 2 * (errors[1e-3] ?? 0))
    }

    @Test("A full covariance goes over to its diagonal where it is too wide")
    func diagonal() {
        let narrow = settings(.arow) { $0.arow.fullWidth = 3 }
        var learner = AdaptiveRegularisation(narrow, width: 3, outputs: 2)
        #expect(learner.isFull)
        var learned = block([[2, -1, 0.5], [1, 1, 1]], labels: [1, 0])
        learner.testThenTrain(&learned)
        let full = learner.firstCovariance
        let parameters = learner.parameters
        learner.grow(width: 4, outputs: 2)
        #expect(!learner.isFull)
        #expect(learner.firstCovariance == [full[0], full[5], full[10], 1, full[15]])
        #expect(Array(learner.parameters.weights.prefix(3)) == parameters.weights)
        // Too many numbers for all classes together: 4096 * 33² is more than four million.
        learner = AdaptiveRegularisation(settings(.arow), width: 32, outputs: 4096)
        #expect(!learner.isFull)
    }

    @Test("Covariances stay positive over a million rows")
    func positive() {
        var random = RandomSource(seed: 6)
        var learner = AdaptiveRegularisation(settings(.arow), width: 3, outputs: 2)
        let rows = (0..<10_000).map { _ in (0..<3).map { _ in Float(random.normal() * 3) } }
        let labels = rows.map { Int32($0[0] + Float(random.normal()) > 0 ? 1 : 0) }
        var learned = block(rows, labels: labels)
        for _ in 0..<100 { learner.testThenTrain(&learned) }
        let s = learner.firstCovariance
        for i in 0..<4 {
            #expect(s[i * 4 + i] > 0 && s[i * 4 + i] <= 1)
            for j in 0..<4 {
                #expect(s[i * 4 + j] == s[j * 4 + i])
                #expect(s[i * 4 + j] * s[i * 4 + j] <= s[i * 4 + i] * s[j * 4 + j] * 1.0001)
            }
        }
    }

    // MARK: Passive-aggressive

    @Test("Without a bound on its step a row has no loss afterwards")
    func passiveAggressive() {
        let bold: (inout ModelSettings) -> Void = { $0.passiveAggressive.aggressiveness = 1e9 }
        var classes = PassiveAggressive(
            settings(.passiveAggressive, .hinge, bold),
            width: 2,
            outputs: 2
        )
        var numbers = PassiveAggressive(
            settings(.passiveAggressive, .epsilonInsensitive, bold),
            width: 2,
            outputs: 1
        )
        var random = RandomSource(seed: 1)
        for _ in 0..<20 {
            let row = [Float(random.normal()), Float(random.normal())]
            var learned = block([row], labels: [Int32(random.below(2))])
            classes.testThenTrain(&learned)
            classes.predict(&learned)
            // A margin of 1 is the probability 1 / (1 + exp(-2)).
            #expect(learned.predictions[Int(learned.classes[0])] >= 0.8807970)
            learned = block([row], targets: [Float(random.normal() * 10)])
            numbers.testThenTrain(&learned)
            numbers.predict(&learned)
            #expect(abs(learned.predictions[0] - learned.targets[0]) <= 0.1 + 1e-5)
        }
    }
}
