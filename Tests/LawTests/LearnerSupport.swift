// SPDX-License-Identifier: Apache-2.0
//
// What the laws are held against: every combination of model, loss, optimiser, mode and
// regulariser, and seeded rows to try them on.

import Learning
import Primitives
import Testing

/// One setting under test, with a name that a failure prints.
struct Subject: Sendable, CustomTestStringConvertible {
    var settings: LearnerSettings
    var outputs: Int
    var testDescription: String

    static let all = linear + networks

    static let linear: [Subject] = {
        var subjects: [Subject] = []
        let losses: [(ModelKind, LossKind, Int)] = [
            (.linear, .squared, 1), (.linear, .huber(delta: 0.5), 1),
            (.linear, .quantile(tau: 0.8), 1), (.linear, .expectile(tau: 0.2), 1),
            (.logistic, .logistic, 2), (.softmax, .crossEntropy, 3), (.svm, .hinge, 2),
            (.svm, .hinge, 3),
        ]
        let optimisers: [(OptimiserSettings, RatePace)] = [
            (.sgd(rate: 0.02), .constant), (.invariant(rate: 0.02), .constant),
            (.sgd(rate: 0.05), .decay(speed: 0.01, power: 0.5)),
            (.invariant(rate: 0.05), .decay(speed: 0.01, power: 0.75)),
            (.sgd(rate: 0.01), .hypergradient(gain: 0.02)),
            (.invariant(rate: 0.01), .hypergradient(gain: 0.02)),
            (.momentum(rate: 0.01, momentum: 0.5), .constant),
            (.adaGrad(rate: 0.1, epsilon: 1e-6), .constant),
            (.adaGrad(rate: 0.05, epsilon: 1e-6, keep: 0.99), .constant),
            (.rmsProp(rate: 0.01, keep: 0.95, epsilon: 1e-6), .constant),
            (.adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6), .constant),
            (.adamW(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, decay: 0.1), .constant),
            (.followTheLeader(rate: 0.1, beta: 1), .constant),
        ]
        let first = ["squared", "huber", "logistic", "cross_entropy"]
        let basic = ["sgd", "invariant", "adam", "ftrl"]
        let extras: [(String, Float, Float, Float?)] = [
            ("plain", 0, 0, nil), ("l1", 0.01, 0, nil), ("l2", 0, 0.1, nil), ("clip", 0, 0, 0.5),
            ("all", 0.01, 0.1, 0.5),
        ]
        for (model, loss, outputs) in losses {
            for (optimiser, pace) in optimisers {
                for mode in LearningMode.allCases {
                    // What is not tried in every combination differs in one place only: a loss in
                    // its gradient, an optimiser in its step.
                    let isBasic = pace == .constant && basic.contains(optimiser.name)
                    let isUsual = loss == .squared || model == .softmax
                    guard isBasic || isUsual else { continue }
                    let isFull = isBasic && first.contains(loss.name)
                    for (name, l1, l2, clip) in extras
                    where isFull || name == "plain" || name == "all" {
                        let settings = LearnerSettings(
                            model: model,
                            loss: loss,
                            optimiser: optimiser,
                            pace: pace,
                            l1: l1,
                            l2: l2,
                            mode: mode,
                            gradientClip: clip
                        )
                        guard settings.problem == nil else { continue }
                        subjects.append(
                            Subject(
                                settings: settings,
                                outputs: outputs,
                                testDescription:
                                    "\(model.name) \(loss) \(outputs) \(optimiser) \(pace.name) "
                                    + "\(mode.name) \(name)"
                            )
                        )
                    }
                }
            }
        }
        return subjects + rowByRow + isolated
    }()

    /// The models whose steps follow from their rows alone.
    static let rowByRow: [Subject] = {
        var forgetful = ModelSettings()
        forgetful.rls.forgetting = 0.98
        forgetful.arow.fullWidth = 3
        forgetful.passiveAggressive.variant = .second
        let choices: [(String, ModelKind, LossKind, Int, ModelSettings)] = [
            ("rls", .rls, .squared, 1, ModelSettings()),
            ("rls that forgets", .rls, .squared, 1, forgetful),
            ("arow", .arow, .hinge, 2, ModelSettings()),
            ("arow of three", .arow, .hinge, 3, ModelSettings()),
            ("diagonal arow", .arow, .hinge, 2, forgetful),
            ("diagonal arow of three", .arow, .hinge, 3, forgetful),
            ("PA-I", .passiveAggressive, .hinge, 2, ModelSettings()),
            ("PA-I of three", .passiveAggressive, .hinge, 3, ModelSettings()),
            ("PA-II", .passiveAggressive, .hinge, 2, forgetful),
            ("PA-I regression", .passiveAggressive, .epsilonInsensitive, 1, ModelSettings()),
            ("PA-II regression", .passiveAggressive, .epsilonInsensitive, 1, forgetful),
        ]
        return choices.map { name, model, loss, outputs, models in
            Subject(
                settings: LearnerSettings(
                    model: model,
                    loss: loss,
                    optimiser: .sgd(rate: 0.05),
                    models: models
                ),
                outputs: outputs,
                testDescription: name
            )
        }
    }()

    /// Experts over models of every kind, some with room for fewer contexts than come.
    static let isolated: [Subject] = {
        var scaling = PreparationSettings()
        scaling.memory = 40
        let plenty = IsolationSettings(expertsMax: 8, probation: 3, trial: 5, preparation: scaling)
        let few = IsolationSettings(expertsMax: 2, probation: 3, trial: 5, preparation: scaling)
        let settings: [LearnerSettings] = [
            LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.02)),
            LearnerSettings(model: .logistic, optimiser: .momentum(rate: 0.01, momentum: 0.5)),
            LearnerSettings(model: .linear, optimiser: .invariant(rate: 0.02)),
            LearnerSettings(
                model: .linear,
                optimiser: .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6)
            ),
        ]
        var subjects: [Subject] = []
        for settings in settings {
            for (mode, isolation) in [
                (LearningMode.sequential, plenty), (.sequential, few), (.meanGradient, plenty),
            ] {
                var settings = settings
                settings.mode = mode
                settings.isolation = isolation
                guard settings.problem == nil else { continue }
                subjects.append(
                    Subject(
                        settings: settings,
                        outputs: settings.task == .regression
                            ? 1 : settings.model == .logistic ? 2 : 3,
                        testDescription:
                            "\(isolation.expertsMax) experts of \(settings.model.name) "
                            + "\(settings.optimiser.name) \(mode.name)"
                    )
                )
            }
        }
        return subjects
    }()

    static let sequential = all.filter { $0.settings.mode == .sequential }

    /// Those without clipping and regularisers.
    static let plain = all.filter {
        $0.settings.gradientClip == nil && $0.settings.l1 == 0 && $0.settings.l2 == 0
    }

    func learner(width: Int = 7) -> any Learner {
        makeLearner(settings, width: width, outputs: outputs)
    }
}

/// Rows that can be cut and joined.
struct Rows {
    struct Row {
        var features: [Float]
        var target: Float
        var label: Int32
        var context: Int32 = -1
        var weight: Float = 1
        var use: RowUse = .train
    }

    var rows: [Row] = []
    var width = 7

    static func random(
        _ count: Int,
        seed: UInt64,
        width: Int = 7,
        classes: Int,
        scale: Float = 1
    ) -> Rows {
        var random = RandomSource(seed: seed)
        var result = Rows()
        result.width = width
        for index in 0..<count {
            let features = (0..<width).map { _ in Float(random.normal()) * scale }
            let score = features.reduce(0) { $0 + $1 / 3 } + Float(random.normal()) / 4
            result.rows.append(
                Row(
                    features: features,
                    target: score + 1,
                    label: Int32(min(classes - 1, max(0, Int((score + 1).rounded(.down))))),
                    // None, and four that take turns in runs of different length.
                    context: Int32(index * 7 % 23 % 5) - 1,
                    weight: Float(random.below(3)) / 2 + 0.5,
                    use: random.chance(0.1) ? .holdout : .train
                )
            )
        }
        return result
    }

    /// A block whose features are the raw ones.
    func block(_ range: Range<Int>? = nil) -> Block {
        var block = Block()
        block.reset(width: width, outputs: 1)
        for row in rows[range ?? 0..<rows.count] {
            block.append(
                raw: row.features.span,
                target: row.target,
                class: row.label,
                weight: row.weight,
                context: row.context,
                use: row.use
            )
        }
        block.features = block.raw
        return block
    }
}

extension Learner {
    /// The whole state as bytes.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }

    /// Learns the rows as one block and returns what was predicted.
    @discardableResult
    mutating func learn(_ rows: Rows) -> [Float] {
        var block = rows.block()
        testThenTrain(&block)
        return block.predictions
    }

    /// Predicts the rows.
    func predictions(_ rows: Rows) -> [Float] {
        var block = rows.block()
        predict(&block)
        return block.predictions
    }
}

extension LearnerParameters {
    /// The weights of a linear model, of the first layer of a network, or of the shared expert.
    var weights: [Float] {
        switch kind {
        case "network": tensors.first?.numbers ?? []
        case "experts": tensors.first { $0.name.hasPrefix("experts.0.") }?.numbers ?? []
        default: numbers(of: "weights")
        }
    }
    /// The biases of a linear model, or those of the output layer of a network.
    var bias: [Float] { numbers(of: kind == "network" ? "output.bias" : "bias") }
}
