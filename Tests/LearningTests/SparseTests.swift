// SPDX-License-Identifier: Apache-2.0
//
// Models over slots beside the dense model, by finite differences, and where a linear one fails.

import Foundation
import Learning
import Primitives
import Testing

@Suite("Models over slots")
struct SparseTests {
    private func block(slots rows: [[Float]]) -> Block {
        var block = Block()
        block.reset(width: rows[0].count, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        block.features = block.raw
        return block
    }

    @Test(
        "FTRL over slots is FTRL over columns",
        arguments: [ModelKind.linear, .logistic, .softmax]
    )
    func sameAsDense(model: ModelKind) {
        let outputs = model == .linear ? 1 : model == .logistic ? 2 : 3
        var settings = LearnerSettings(
            model: model,
            loss: model.usualLoss(for: .classes),
            optimiser: .followTheLeader(rate: 0.1, beta: 1),
            l1: 0.01,
            l2: 0.02
        )
        var dense = makeLearner(settings, width: 8, outputs: outputs)
        settings.sparse = SparseSettings(bits: 10)
        var sparse = makeLearner(settings, width: 16, outputs: outputs)
        var random = RandomSource(seed: 3)
        var columns: [[Float]] = []
        var slots: [[Float]] = []
        for _ in 0..<300 {
            let row = (0..<8).map { _ in random.chance(0.5) ? 0 : Float(random.normal()) }
            columns.append(row)
            let pairs = row.enumerated().filter { $0.element != 0 }
            var slot = pairs.flatMap { [Float($0.offset * 100), $0.element] }
            while slot.count < 16 { slot += [.nan, .nan] }
            slots.append(slot.map { $0.isNaN ? 0 : $0 })
        }
        var left = block(slots: columns)
        var right = block(slots: slots)
        for row in 0..<300 {
            let score = columns[row][0] - columns[row][3]
            for block in [0, 1] {
                let label = Int32(min(outputs - 1, max(0, Int(score + 1))))
                if block == 0 {
                    left.targets[row] = score
                    left.classes[row] = label
                } else {
                    right.targets[row] = score
                    right.classes[row] = label
                }
            }
        }
        dense.testThenTrain(&left)
        sparse.testThenTrain(&right)
        for (one, other) in zip(left.predictions, right.predictions) {
            #expect(abs(one - other) <= 1e-4 * max(1, abs(one)))
        }
    }

    @Test("A step of plain descent is down the gradient", arguments: [Task.regression, .classes])
    func gradient(task: Task) throws {
        let rate: Float = 1e-3
        let settings = LearnerSettings(
            model: .factorisation,
            loss: task == .regression ? .squared : .logistic,
            optimiser: .sgd(rate: rate),
            sparse: SparseSettings(bits: 8, factors: 3, deviation: 0.5, seed: 4)
        )
        var machine = makeLearner(settings, width: 8, outputs: task == .regression ? 1 : 2)
        var row = block(slots: [[3, 1.5, 20, -0.5, 77, 2, 0, 0]])
        row.targets = [2]
        row.classes = [1]
        // The first row draws the factors; the second step starts from a machine that is known.
        machine.testThenTrain(&row)
        let before = machine.parameters
        machine.testThenTrain(&row)
        let after = machine.parameters
        let numbers = { (parameters: LearnerParameters) in
            ["bias", "weights", "factors"].flatMap { parameters.numbers(of: $0) }
        }
        let x: [Double] = [1.5, -0.5, 2]
        func score(_ numbers: [Double]) -> Double {
            var score = numbers[0]
            for i in 0..<3 { score += numbers[1 + i] * x[i] }
            for i in 0..<3 {
                for j in 0..<i {
                    for k in 0..<3 {
                        score += numbers[4 + 3 * i + k] * numbers[4 + 3 * j + k] * x[i] * x[j]
                    }
                }
            }
            return score
        }
        func loss(_ numbers: [Double]) -> Double {
            let score = score(numbers)
            return task == .regression ? (score - 2) * (score - 2) : log(1 + exp(-score))
        }
        let start = numbers(before).map(Double.init)
        let end = numbers(after).map(Double.init)
        for place in start.indices {
            var (up, down) = (start, start)
            up[place] += 1e-4
            down[place] -= 1e-4
            let slope = (loss(up) - loss(down)) / 2e-4
            let step = (start[place] - end[place]) / Double(rate)
            #expect(abs(slope - step) <= 2e-2 * max(1, abs(slope)), "parameter \(place)")
        }
    }

    @Test("A machine learns which pairs go together, where a linear model cannot")
    func interaction() {
        // The label says whether user and item are both even or both odd: no sum of weights knows.
        var random = RandomSource(seed: 2)
        var rows: [[Float]] = []
        var labels: [Int32] = []
        for _ in 0..<3000 {
            let (user, item) = (random.below(12), random.below(12))
            rows.append([Float(user), 1, Float(100 + item), 1])
            labels.append(user % 2 == item % 2 ? 1 : 0)
        }
        func errors(_ settings: LearnerSettings) -> Int {
            var learner = makeLearner(settings, width: 4, outputs: 2)
            var block = block(slots: rows)
            block.classes = labels
            learner.testThenTrain(&block)
            return (2000..<3000).reduce(0) {
                $0 + (block.isError(row: $1, outputs: 2) ? 1 : 0)
            }
        }
        let machine = errors(
            LearnerSettings(
                model: .factorisation,
                loss: .logistic,
                optimiser: .adaGrad(rate: 0.1, epsilon: 1e-6),
                sparse: SparseSettings(bits: 10, factors: 4, seed: 1)
            )
        )
        let linear = errors(
            LearnerSettings(
                model: .logistic,
                loss: .logistic,
                optimiser: .followTheLeader(rate: 0.1, beta: 1),
                sparse: SparseSettings(bits: 10)
            )
        )
        #expect(machine < 50, "the machine errs \(machine) times in 1000")
        #expect(linear > 350, "the linear model errs \(linear) times in 1000")
    }

    @Test("L1 leaves only the weights that matter in the artifact")
    func sparsity() {
        let settings = LearnerSettings(
            model: .logistic,
            loss: .logistic,
            optimiser: .followTheLeader(rate: 0.1, beta: 1),
            l1: 2,
            sparse: SparseSettings(bits: 20)
        )
        var learner = makeLearner(settings, width: 4, outputs: 2)
        var random = RandomSource(seed: 2)
        var rows: [[Float]] = []
        var labels: [Int32] = []
        for _ in 0..<2000 {
            let sign = random.below(2)
            rows.append([Float(sign), 1, Float(10 + random.below(1000)), 1])
            labels.append(Int32(sign))
        }
        var block = block(slots: rows)
        block.classes = labels
        learner.testThenTrain(&block)
        let buckets = learner.parameters.numbers(of: "buckets")
        #expect(buckets.starts(with: [0, 1]) && buckets.count < 20, "\(buckets.count) buckets")
        #expect(buckets == buckets.sorted())
        #expect(!learner.parameters.numbers.contains(1_000))
    }

    @Test("Sizes beyond all bounds are refused with a way out")
    func bounds() {
        #expect(SparseSettings(bits: 18).complaint(outputs: 256) == nil)
        let wide = SparseSettings(bits: 18).complaint(outputs: 1000)
        #expect(wide?.contains("hash_bits to 16") == true, "\(wide ?? "")")
        #expect(wide?.contains("classes_max to 256") == true)
        let deep = SparseSettings(bits: 22, factors: 32).complaint(outputs: 1)
        #expect(deep?.contains("fewer factors") == true)
        var settings = LearnerSettings(model: .factorisation, optimiser: .sgd(rate: 0.1))
        #expect(settings.problem?.contains("hash_bits") == true)
        settings.sparse = SparseSettings(bits: 10)
        #expect(settings.problem?.contains("factor") == true)
        settings.sparse?.factors = 2
        #expect(settings.problem == nil)
        settings.optimiser = .adam(rate: 0.1, beta1: 0.9, beta2: 0.9, epsilon: 1e-8)
        #expect(settings.problem?.contains("adagrad") == true)
    }
}
