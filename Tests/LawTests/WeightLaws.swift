// SPDX-License-Identifier: Apache-2.0
//
// What weight 2 means, for each optimiser, as LearnerSettings states it. Doubling is exact in
// floating point, so equal means equal bits, except where a row twice is compared with once.

import Learning
import Testing

@Suite("The meaning of weights")
struct WeightLaws {
    private let models: [(ModelKind, LossKind)] = [
        (.linear, .squared), (.linear, .huber(delta: 0.5)), (.logistic, .logistic),
        (.softmax, .crossEntropy),
    ]

    private func rows(weight: Float) -> Rows {
        var rows = Rows.random(80, seed: 6, classes: 2)
        for index in rows.rows.indices { rows.rows[index].weight = weight }
        return rows
    }

    private func parameters(
        _ model: ModelKind,
        _ loss: LossKind,
        _ optimiser: OptimiserSettings,
        weight: Float,
        mode: LearningMode = .sequential
    ) -> LearnerParameters {
        let settings = LearnerSettings(model: model, loss: loss, optimiser: optimiser, mode: mode)
        var learner = makeLearner(settings, width: 7, outputs: model == .linear ? 1 : 2)
        learner.learn(rows(weight: weight))
        return learner.parameters
    }

    @Test("sgd and momentum: twice the rate")
    func doubleRate() {
        for (model, loss) in models {
            #expect(
                parameters(model, loss, .sgd(rate: 0.02), weight: 2)
                    == parameters(model, loss, .sgd(rate: 0.04), weight: 1)
            )
            #expect(
                parameters(model, loss, .momentum(rate: 0.01, momentum: 0.5), weight: 2)
                    == parameters(model, loss, .momentum(rate: 0.02, momentum: 0.5), weight: 1)
            )
        }
    }

    @Test("a rate that falls or learns: twice the rate")
    func doublePacedRate() {
        for pace in [RatePace.decay(speed: 0.1, power: 0.5), .hypergradient(gain: 0.05)] {
            for (model, loss) in models {
                let parameters = { (weight: Float, rate: Float) -> LearnerParameters in
                    let settings = LearnerSettings(
                        model: model,
                        loss: loss,
                        optimiser: .sgd(rate: rate),
                        pace: pace
                    )
                    var learner = makeLearner(settings, width: 7, outputs: model == .linear ? 1 : 2)
                    learner.learn(rows(weight: weight))
                    return learner.parameters
                }
                #expect(parameters(2, 0.015625) == parameters(1, 0.03125))
            }
        }
    }

    private func rowByRow(
        _ model: ModelKind,
        _ loss: LossKind,
        _ rows: Rows,
        _ change: (inout ModelSettings) -> Void
    ) -> LearnerParameters {
        var models = ModelSettings()
        change(&models)
        let settings = LearnerSettings(
            model: model,
            loss: loss,
            optimiser: .sgd(rate: 0.05),
            models: models
        )
        var learner = makeLearner(settings, width: 7, outputs: loss == .hinge ? 2 : 1)
        learner.learn(rows)
        return learner.parameters
    }

    @Test("arow: half of r")
    func halfNoise() {
        #expect(
            rowByRow(.arow, .hinge, rows(weight: 2)) { $0.arow.r = 1 }
                == rowByRow(.arow, .hinge, rows(weight: 1)) { $0.arow.r = 0.5 }
        )
    }

    @Test("passive-aggressive: twice the aggressiveness")
    func twiceAggressive() {
        for loss in [LossKind.hinge, .epsilonInsensitive] {
            for variant in PassiveAggressiveSettings.Variant.allCases {
                let parameters = { (weight: Float, aggressiveness: Float) in
                    self.rowByRow(.passiveAggressive, loss, self.rows(weight: weight)) {
                        $0.passiveAggressive.aggressiveness = aggressiveness
                        $0.passiveAggressive.variant = variant
                    }
                }
                #expect(parameters(2, 0.03125) == parameters(1, 0.0625))
            }
        }
    }

    @Test("rls that forgets nothing: the row twice")
    func leastSquaresTwice() {
        var twice = rows(weight: 1)
        twice.rows = twice.rows.flatMap { [$0, $0] }
        let heavy = rowByRow(.rls, .squared, rows(weight: 2)) { $0.rls.forgetting = 1 }
        let light = rowByRow(.rls, .squared, twice) { $0.rls.forgetting = 1 }
        for (left, right) in zip(heavy.numbers, light.numbers) { #expect(abs(left - right) < 1e-6) }
    }

    @Test("followTheLeader: half of beta, l1 and l2")
    func halfBeta() {
        for (model, loss) in models {
            let parameters = { (weight: Float, share: Float) -> LearnerParameters in
                let settings = LearnerSettings(
                    model: model,
                    loss: loss,
                    optimiser: .followTheLeader(rate: 0.1, beta: share),
                    l1: 0.5 * share,
                    l2: 2 * share
                )
                var learner = makeLearner(settings, width: 7, outputs: model == .linear ? 1 : 2)
                learner.learn(rows(weight: weight))
                return learner.parameters
            }
            #expect(parameters(2, 1) == parameters(1, 0.5))
        }
    }

    @Test("rmsProp and adamW: half of epsilon, too")
    func halfEpsilonAgain() {
        for (model, loss) in models {
            let both: [(Float) -> OptimiserSettings] = [
                { .rmsProp(rate: 0.02, keep: 0.9, epsilon: $0) },
                { .adamW(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: $0, decay: 0.1) },
            ]
            for make in both {
                #expect(
                    parameters(model, loss, make(0.5), weight: 2)
                        == parameters(model, loss, make(0.25), weight: 1)
                )
            }
        }
    }

    @Test("adaGrad and adam: half of epsilon")
    func halfEpsilon() {
        for (model, loss) in models {
            #expect(
                parameters(model, loss, .adaGrad(rate: 0.1, epsilon: 0.5), weight: 2)
                    == parameters(model, loss, .adaGrad(rate: 0.1, epsilon: 0.25), weight: 1)
            )
            let adam = { (epsilon: Float) -> OptimiserSettings in
                .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: epsilon)
            }
            #expect(
                parameters(model, loss, adam(0.5), weight: 2)
                    == parameters(model, loss, adam(0.25), weight: 1)
            )
        }
    }

    @Test("invariant: the row twice")
    func rowTwice() {
        let settings = LearnerSettings(model: .linear, optimiser: .invariant(rate: 0.05))
        var heavy = makeLearner(settings, width: 7, outputs: 1)
        heavy.learn(rows(weight: 2))
        var twice = rows(weight: 1)
        twice.rows = twice.rows.flatMap { [$0, $0] }
        var light = makeLearner(settings, width: 7, outputs: 1)
        light.learn(twice)
        for (left, right) in zip(heavy.parameters.weights, light.parameters.weights) {
            #expect(abs(left - right) < 1e-5)
        }
    }

    @Test("mean-gradient: only shares count")
    func sharesOnly() {
        for (model, loss) in models {
            for optimiser in [OptimiserSettings.sgd(rate: 0.1), .adaGrad(rate: 0.1, epsilon: 0.5)] {
                let light = parameters(model, loss, optimiser, weight: 1, mode: .meanGradient)
                let heavy = parameters(model, loss, optimiser, weight: 2, mode: .meanGradient)
                #expect(light == heavy)
            }
        }
    }
}
