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
    var testDescription: String

    static let all = linear + networks

    static let linear: [Subject] = {
        var subjects: [Subject] = []
        let losses: [(ModelKind, LossKind)] = [
            (.linear, .squared), (.linear, .huber(delta: 0.5)), (.logistic, .logistic),
            (.softmax, .crossEntropy),
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
        let basic = ["sgd", "invariant", "adam", "ftrl"]
        let extras: [(String, Float, Float, Float?)] = [
            ("plain", 0, 0, nil), ("l1", 0.01, 0, nil), ("l2", 0, 0.1, nil), ("clip", 0, 0, 0.5),
            ("all", 0.01, 0.1, 0.5),
        ]
        for (model, loss) in losses {
            for (optimiser, pace) in optimisers {
                for mode in LearningMode.allCases {
                    // Each regulariser alone where the way of it differs, else all together.
                    let isBasic = pace == .constant && basic.contains(optimiser.name)
                    for (name, l1, l2, clip) in extras
                    where isBasic || name == "plain" || name == "all" {
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
                                testDescription:
                                    "\(model.name) \(loss) \(optimiser) \(pace.name) "
                                    + "\(mode.name) \(name)"
                            )
                        )
                    }
                }
            }
        }
        return subjects + isolated
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

    var outputs: Int {
        switch settings.model {
        case .linear: 1
        case .logistic, .factorisation: 2
        case .softmax: 3
        case .network: settings.task == .regression ? 1 : 3
        case .embedding: 2
        }
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
