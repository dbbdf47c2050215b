// SPDX-License-Identifier: Apache-2.0
//
// Each loss's gradient against finite differences of the loss, written once more in double
// precision. One plain step at rate 1 moves the parameters by minus the gradient.

import Kernels
import Learning
import Primitives
import Testing

@Suite("Gradients")
struct GradientTests {
    private let width = 5

    /// The loss of one row with the given weights, row by row, each followed by its bias.
    private func loss(_ kind: LossKind, _ w: [Double], _ x: [Float], _ y: Float, _ c: Int) -> Double
    {
        var scores: [Double] = []
        for row in 0..<w.count / 6 {
            var score = w[row * 6 + 5]
            for column in 0..<5 { score += w[row * 6 + column] * Double(x[column]) }
            scores.append(score)
        }
        switch kind {
        case .squared: return (scores[0] - Double(y)) * (scores[0] - Double(y))
        case .epsilonInsensitive: return .nan
        case .huber(let delta):
            let distance = abs(scores[0] - Double(y))
            let most = Double(delta)
            return distance <= most ? distance * distance / 2 : most * (distance - most / 2)
        case .logistic:
            return Scalar.log(1 + Scalar.exp(c == 1 ? -scores[0] : scores[0]))
        case .hinge:
            if scores.count == 1 { return max(0, 1 - (c == 1 ? 1 : -1) * scores[0]) }
            return scores.indices.reduce(0.0) { sum, place in
                sum + max(0, 1 - (place == c ? 1 : -1) * scores[place])
            }
        case .quantile(let tau):
            let distance = scores[0] - Double(y)
            return distance < 0 ? -Double(tau) * distance : Double(1 - tau) * distance
        case .expectile(let tau):
            let distance = scores[0] - Double(y)
            return Double(distance < 0 ? tau : 1 - tau) * distance * distance
        case .crossEntropy:
            let sum: Double = scores.reduce(0) { $0 + Scalar.exp($1) }
            return Scalar.log(sum) - scores[c]
        case .negativeSampling:
            return .nan  // Not of the linear family; KernelsTests have its gradients.
        }
    }

    private func flat(_ parameters: LearnerParameters) -> [Double] {
        var flat: [Double] = []
        let weights = parameters.weights
        for (row, bias) in parameters.bias.enumerated() {
            for column in 0..<5 { flat.append(Double(weights[row * 5 + column])) }
            flat.append(Double(bias))
        }
        return flat
    }

    private static let cases: [(ModelKind, LossKind)] = [
        (.linear, .squared), (.linear, .huber(delta: 0.6)), (.logistic, .logistic),
        (.softmax, .crossEntropy), (.svm, .hinge), (.linear, .quantile(tau: 0.8)),
        (.linear, .expectile(tau: 0.3)),
    ]

    private func rows(_ count: Int, seed: UInt64, outputs: Int) -> Block {
        var random = RandomSource(seed: seed)
        var block = Block()
        block.reset(width: width, outputs: outputs)
        for _ in 0..<count {
            let row = (0..<width).map { _ in Float(random.normal()) }
            block.append(
                raw: row.span,
                target: Float(random.normal()),
                class: Int32(random.below(outputs))
            )
        }
        block.features = block.raw
        return block
    }

    @Test("The step is minus the gradient", arguments: 0..<7)
    func finiteDifferences(number: Int) {
        let (model, kind) = GradientTests.cases[number]
        let outputs = model == .linear ? 1 : model == .logistic ? 2 : 4
        let slow = LearnerSettings(model: model, loss: kind, optimiser: .sgd(rate: 0.05))
        var learner = makeLearner(slow, width: width, outputs: outputs)
        var warm = rows(40, seed: 1, outputs: outputs)
        learner.testThenTrain(&warm)
        for seed in 2..<12 {
            var block = rows(1, seed: UInt64(seed), outputs: outputs)
            let before = flat(learner.parameters)
            learner.testThenTrain(&block)
            let after = flat(learner.parameters)
            for index in before.indices {
                let step = 1e-5
                var up = before
                var down = before
                up[index] += step
                down[index] -= step
                let label = Int(block.classes[0])
                let slope =
                    (loss(kind, up, block.raw, block.targets[0], label)
                        - loss(kind, down, block.raw, block.targets[0], label)) / (2 * step)
                #expect(abs((before[index] - after[index]) / 0.05 - slope) < 1e-4)
            }
        }
    }

    @Test("A mean step is the weighted mean of the rows' steps", arguments: 0..<7)
    func meanOfRows(number: Int) {
        let (model, kind) = GradientTests.cases[number]
        let outputs = model == .linear ? 1 : model == .logistic ? 2 : 4
        var settings = LearnerSettings(model: model, loss: kind, optimiser: .sgd(rate: 0.1))
        var block = rows(9, seed: 3, outputs: outputs)
        block.weights = (0..<9).map { Float($0 % 4) }
        block.uses[5] = .holdout
        var expected = [Double](repeating: 0, count: 6 * (outputs == 4 ? 4 : 1))
        var total = 0.0
        for row in 0..<9 where row != 5 && block.weights[row] > 0 {
            var one = Block()
            one.reset(width: width, outputs: outputs)
            one.append(
                raw: Array(block.raw[row * 5..<row * 5 + 5]).span,
                target: block.targets[row],
                class: block.classes[row]
            )
            one.features = one.raw
            var learner = makeLearner(settings, width: width, outputs: outputs)
            learner.testThenTrain(&one)
            let weight = Double(block.weights[row])
            total += weight
            for (index, value) in flat(learner.parameters).enumerated() {
                expected[index] += weight * value
            }
        }
        settings.mode = .meanGradient
        var learner = makeLearner(settings, width: width, outputs: outputs)
        learner.testThenTrain(&block)
        for (value, sum) in zip(flat(learner.parameters), expected) {
            #expect(abs(value - sum / total) < 1e-6)
        }
    }

    @Test("Clipping keeps the direction and bounds the norm", arguments: LearningMode.allCases)
    func clipping(mode: LearningMode) {
        for (model, kind) in GradientTests.cases {
            let outputs = model == .linear ? 1 : model == .logistic ? 2 : 4
            var settings = LearnerSettings(
                model: model,
                loss: kind,
                optimiser: .sgd(rate: 1),
                mode: mode
            )
            var block = rows(1, seed: 5, outputs: outputs)
            var free = makeLearner(settings, width: width, outputs: outputs)
            free.testThenTrain(&block)
            settings.gradientClip = 0.1
            var clipped = makeLearner(settings, width: width, outputs: outputs)
            clipped.testThenTrain(&block)
            let long = flat(free.parameters)
            let short = flat(clipped.parameters)
            let norm = { (values: [Double]) in
                values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
            #expect(norm(long) > 0.2)
            #expect(abs(norm(short) - 0.1) < 1e-5)
            for (left, right) in zip(long, short) {
                #expect(abs(left / norm(long) - right / norm(short)) < 1e-4)
            }
        }
    }

    private func rate(_ learner: any Learner) -> Double {
        learner.figures.first { $0.name == "rate" }?.value.double ?? .nan
    }

    @Test("A falling rate is rate / (1 + speed t)^power")
    func falls() {
        for (power, expected) in [(1, 0.1 / 1.75), (0.5, 0.1 / 1.322_875_656), (2, 0.1 / 3.0625)]
            as [(Float, Double)]
        {
            var settings = LearnerSettings(model: .logistic, optimiser: .sgd(rate: 0.1))
            settings.pace = .decay(speed: 0.25, power: power)
            var learner = makeLearner(settings, width: width, outputs: 2)
            for seed in 0..<4 {
                var block = rows(1, seed: UInt64(seed), outputs: 2)
                learner.testThenTrain(&block)
            }
            // The fourth step is that at t = 3.
            #expect(abs(rate(learner) - expected) < 1e-8)
        }
    }

    @Test("A rate that is too small rises at each step of the same row, and one too large falls")
    func learnsItsRate() {
        var settings = LearnerSettings(model: .linear, optimiser: .sgd(rate: 1e-4))
        settings.pace = .hypergradient(gain: 0.1)
        var learner = makeLearner(settings, width: width, outputs: 1)
        var block = rows(1, seed: 1, outputs: 1)
        var last = 0.0
        for _ in 0..<20 {
            learner.testThenTrain(&block)
            #expect(rate(learner) > last)
            last = rate(learner)
        }
        // Each step but the first multiplied it by 1.1, since all gradients have one direction.
        #expect(abs(last / 1e-4 - 6.1159) < 1e-3)
        settings.optimiser = .sgd(rate: 1)
        learner = makeLearner(settings, width: width, outputs: 1)
        for _ in 0..<60 { learner.testThenTrain(&block) }
        #expect(rate(learner) < 0.3)
    }

    @Test("The invariant step never passes the label")
    func invariant() {
        for rate in [0.01, 1, 1000] as [Float] {
            let settings = LearnerSettings(model: .linear, optimiser: .invariant(rate: rate))
            var learner = makeLearner(settings, width: width, outputs: 1)
            for seed in 0..<20 {
                var block = rows(1, seed: UInt64(seed), outputs: 1)
                block.features = block.features.map { $0 * 10 }
                learner.testThenTrain(&block)
                let before = block.predictions[0]
                learner.predict(&block)
                let after = block.predictions[0]
                let target = block.targets[0]
                #expect(abs(after - target) <= abs(before - target) + 1e-4)
                #expect((after - target) * (before - target) >= -1e-4)
                if rate == 1000 { #expect(abs(after - target) < 1e-3) }
            }
        }
    }

    @Test("L1 makes weights exactly zero, and spares the bias")
    func l1() {
        var settings = LearnerSettings(model: .linear, optimiser: .sgd(rate: 0.01))
        settings.l1 = 1
        var learner = makeLearner(settings, width: width, outputs: 1)
        var random = RandomSource(seed: 4)
        var block = Block()
        block.reset(width: width, outputs: 1)
        for _ in 0..<2000 {
            let row = (0..<width).map { _ in Float(random.normal()) }
            block.append(raw: row.span, target: 2 + 3 * row[0])
        }
        block.features = block.raw
        learner.testThenTrain(&block)
        let weights = learner.parameters.weights
        #expect(weights[0] > 1.5)
        #expect(weights[1...].filter { $0 == 0 }.count >= 2)
        #expect(abs(learner.parameters.bias[0] - 2) < 0.5)
    }
}

extension LearnerParameters {
    /// The weights of a linear model.
    var weights: [Float] { numbers(of: "weights") }
    /// The biases of a linear model.
    var bias: [Float] { numbers(of: "bias") }
}
