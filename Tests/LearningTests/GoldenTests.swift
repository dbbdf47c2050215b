// SPDX-License-Identifier: Apache-2.0
//
// Step by step beside the `river` package; scripts/golden/learning.py says how the two meet.

import Kernels
import Learning
import Primitives
import Testing

@Suite("river 0.26.1")
struct GoldenTests {
    private func block(_ rows: Range<Int>) -> Block {
        var block = Block()
        block.reset(width: 4, outputs: 1)
        for row in rows {
            block.append(
                raw: Array(RiverSeries.features[row * 4..<row * 4 + 4]).span,
                target: RiverSeries.targets[row],
                class: RiverSeries.labels[row]
            )
        }
        block.features = block.raw
        return block
    }

    private static let optimisers: [(OptimiserSettings, [Double], [Double])] = [
        (.sgd(rate: 0.05), RiverSeries.linearSgd, RiverSeries.logisticSgd),
        (
            .momentum(rate: 0.02, momentum: 0.9), RiverSeries.linearMomentum,
            RiverSeries.logisticMomentum
        ),
        (
            .adaGrad(rate: 0.3, epsilon: 1e-8), RiverSeries.linearAdaGrad,
            RiverSeries.logisticAdaGrad
        ),
        (
            .adam(rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8), RiverSeries.linearAdam,
            RiverSeries.logisticAdam
        ),
        (
            .rmsProp(rate: 0.02, keep: 0.9, epsilon: 1e-8), RiverSeries.linearRmsProp,
            RiverSeries.logisticRmsProp
        ),
        (
            .adamW(rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.2),
            RiverSeries.linearAdamW, RiverSeries.logisticAdamW
        ),
    ]

    static let tolerance = 1e-6

    private func expectEqual(_ block: Block, _ expected: [Double], _ name: String) {
        let logistic = block.outputs == 2
        var largest = 0.0
        for (row, value) in expected.enumerated() {
            let own = Double(block.predictions[logistic ? 2 * row + 1 : row])
            #expect(
                abs(own - value) <= GoldenTests.tolerance * max(1, abs(value)),
                "\(name), row \(row): \(own), river \(value)"
            )
            largest = max(largest, abs(own - value) / max(1, abs(value)))
        }
        print("GOLDEN \(name) \(largest)")
    }

    /// The regularisers of FTRL are part of its rule.
    @Test("FTRL, with and without its first norm", arguments: [0, 0.4] as [Float])
    func followTheLeader(l1: Float) {
        let cases: [(ModelKind, LossKind, [Double])] = [
            (
                .linear, .squared,
                l1 == 0 ? RiverSeries.linearFtrl : RiverSeries.linearFtrlL1
            ),
            (
                .logistic, .logistic,
                l1 == 0 ? RiverSeries.logisticFtrl : RiverSeries.logisticFtrlL1
            ),
        ]
        for (model, loss, expected) in cases {
            let settings = LearnerSettings(
                model: model,
                loss: loss,
                optimiser: .followTheLeader(rate: 0.3, beta: 1),
                l1: l1,
                l2: 0.5
            )
            var learner = makeLearner(settings, width: 4, outputs: model == .linear ? 1 : 2)
            var block = block(0..<60)
            learner.testThenTrain(&block)
            expectEqual(block, expected, "\(model.name) ftrl")
        }
    }

    /// What a margin becomes among two classes.
    private func probabilities(_ margins: [Double]) -> [Double] {
        margins.map { 1 / (1 + Scalar.exp(-2 * $0)) }
    }

    @Test("Pinball and hinge loss")
    func losses() {
        var learner = makeLearner(
            LearnerSettings(
                model: .linear,
                loss: .quantile(tau: 0.8),
                optimiser: .sgd(rate: 0.05)
            ),
            width: 4,
            outputs: 1
        )
        var rows = block(0..<60)
        learner.testThenTrain(&rows)
        expectEqual(rows, RiverSeries.linearQuantile, "quantile")
        learner = makeLearner(
            LearnerSettings(model: .svm, optimiser: .sgd(rate: 0.05)),
            width: 4,
            outputs: 2
        )
        rows = block(0..<60)
        learner.testThenTrain(&rows)
        expectEqual(rows, probabilities(RiverSeries.logisticHinge), "hinge")
    }

    @Test("PA-I and PA-II, in double precision", arguments: [1, 2])
    func passiveAggressive(variant: Int) {
        var models = ModelSettings()
        models.passiveAggressive.aggressiveness = 0.05
        models.passiveAggressive.variant = variant == 1 ? .first : .second
        for loss in [LossKind.hinge, .epsilonInsensitive] {
            let settings = LearnerSettings(
                model: .passiveAggressive,
                loss: loss,
                optimiser: .sgd(rate: 0.05),
                models: models
            )
            var learner = makeLearner(settings, width: 4, outputs: loss == .hinge ? 2 : 1)
            var rows = block(0..<60)
            learner.testThenTrain(&rows)
            let classes = variant == 1 ? RiverSeries.logisticPa1 : RiverSeries.logisticPa2
            let numbers = variant == 1 ? RiverSeries.linearPa1 : RiverSeries.linearPa2
            let expected = loss == .hinge ? probabilities(classes) : numbers
            expectEqual(rows, expected, "PA-\(variant) \(loss.name)")
        }
    }

    @Test("Each optimiser, each prediction", arguments: 0..<6)
    func optimiser(number: Int) {
        let (optimiser, linear, logistic) = GoldenTests.optimisers[number]
        for (model, expected) in [(ModelKind.linear, linear), (.logistic, logistic)] {
            var learner = makeLearner(
                LearnerSettings(model: model, optimiser: optimiser),
                width: 4,
                outputs: model == .linear ? 1 : 2
            )
            var block = block(0..<60)
            learner.testThenTrain(&block)
            expectEqual(block, expected, "\(model.name) \(optimiser.name)")
        }
    }

    @Test("L2 spares the bias")
    func l2() {
        let cases = [
            (ModelKind.linear, LossKind.squared, RiverSeries.linearSgdL2),
            (.logistic, .logistic, RiverSeries.logisticSgdL2),
        ]
        for (model, loss, expected) in cases {
            let settings = LearnerSettings(
                model: model,
                loss: loss,
                optimiser: .sgd(rate: 0.05),
                l2: 0.1
            )
            var learner = makeLearner(settings, width: 4, outputs: model == .linear ? 1 : 2)
            var block = block(0..<60)
            learner.testThenTrain(&block)
            expectEqual(block, expected, "\(model.name) with L2")
        }
    }

    @Test("Mean-gradient blocks are river's learn_many")
    func meanGradient() {
        let cases = [
            (ModelKind.linear, RiverSeries.linearSgdMean),
            (.logistic, RiverSeries.logisticSgdMean),
        ]
        for (model, expected) in cases {
            let settings = LearnerSettings(
                model: model,
                optimiser: .sgd(rate: 0.05),
                mode: .meanGradient
            )
            var learner = makeLearner(settings, width: 4, outputs: model == .linear ? 1 : 2)
            for start in stride(from: 0, to: 60, by: 6) {
                var block = block(start..<start + 6)
                learner.testThenTrain(&block)
                expectEqual(block, Array(expected[start..<start + 6]), "\(model.name) in blocks")
            }
        }
    }

    @Test("Measures are river's metrics")
    func measures() throws {
        var classes = block(0..<60)
        classes.predictions = RiverSeries.logisticSgd.flatMap { [Float(1 - $0), Float($0)] }
        classes.outputs = 2
        var evaluation = Evaluation(task: .classes)
        evaluation.record(&classes)
        let own = evaluation.json
        for name in ["accuracy", "kappa", "log_loss", "auc"] {
            let value = try #require(own[name]?.double)
            let expected = try #require(RiverSeries.classMetrics[name])
            #expect(abs(value - expected) < 1e-6, "\(name)")
        }
        let noChange = try #require(own["baselines"]?["no_change"]?.double)
        #expect(abs(noChange - (RiverSeries.classMetrics["no_change"] ?? 0)) < 1e-9)

        var numbers = block(0..<60)
        numbers.predictions = RiverSeries.linearSgd.map { Float($0) }
        evaluation = Evaluation(task: .regression)
        evaluation.record(&numbers)
        for name in ["mae", "rmse", "r2"] {
            let value = try #require(evaluation.json[name]?.double)
            let expected = try #require(RiverSeries.numberMetrics[name])
            #expect(abs(value - expected) < 1e-6, "\(name)")
        }
    }
}
