// SPDX-License-Identifier: Apache-2.0
//
// Networks under the laws of every learner: each optimiser, both modes, both tasks, and layers that
// draw masks, carry a state, look ids up or replace their units.

import Kernels
import Learning
import Networks

extension Subject {
    static let networks: [Subject] = {
        var subjects: [Subject] = []
        let plain = NetworkSettings(layers: [LayerSettings(.dense(units: 6), activation: .tanh)])
        let optimisers: [OptimiserSettings] = [
            .sgd(rate: 0.02), .momentum(rate: 0.01, momentum: 0.5),
            .adaGrad(rate: 0.05, epsilon: 1e-6, keep: 0.99),
            .rmsProp(rate: 0.01, keep: 0.95, epsilon: 1e-6),
            .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6),
            .adamW(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, decay: 0.1),
        ]
        for (number, optimiser) in optimisers.enumerated() {
            for mode in LearningMode.allCases {
                let loss: LossKind = [.crossEntropy, .squared, .huber(delta: 0.5)][number % 3]
                subjects.append(network(plain, loss, optimiser, mode, isFull: number > 3))
                if optimiser.name == "sgd" {
                    subjects.append(network(plain, .squared, optimiser, mode, isFull: true))
                }
            }
        }
        for (name, layers) in special {
            let settings = NetworkSettings(
                inputShape: layers.1,
                layers: layers.0,
                replacement: ReplacementSettings(
                    rate: name == "replacing" ? 0.05 : 0,
                    maturity: 5,
                    deadAfter: name == "reviving" ? 6 : 0
                )
            )
            for mode in LearningMode.allCases {
                let adam = optimisers[4]
                var subject = network(settings, .crossEntropy, adam, mode, isFull: false)
                subject.testDescription += " \(name)"
                subjects.append(subject)
            }
        }
        return subjects + isolated(plain, [optimisers[0], optimisers[4]])
            + isolated(plain, [optimisers[0], optimisers[4]], sharesLayers: true)
    }()

    /// Experts that are networks; a network's bits depend on the rows that pass with a row, so the
    /// laws of bits hold for them where each row passes alone.
    private static func isolated(
        _ network: NetworkSettings,
        _ optimisers: [OptimiserSettings],
        sharesLayers: Bool = false
    ) -> [Subject] {
        optimisers.enumerated().map { number, optimiser in
            var subject = Subject.network(
                network,
                number == 0 ? .crossEntropy : .squared,
                optimiser,
                .sequential,
                isFull: false
            )
            var scaling = PreparationSettings()
            scaling.memory = 40
            subject.settings.isolation = IsolationSettings(
                expertsMax: number == 0 ? 2 : 8,
                probation: 3,
                trial: 5,
                sharesLayers: sharesLayers,
                preparation: scaling
            )
            subject.testDescription =
                "\(sharesLayers ? "heads" : "experts") of \(subject.testDescription)"
            return subject
        }
    }

    private static let special: [(String, ([LayerSettings], [Int]))] = [
        (
            "dropout",
            (
                [
                    LayerSettings(.dense(units: 9), activation: .tanh),
                    LayerSettings(.dropout(share: 0.3)),
                ], []
            )
        ),
        (
            "replacing",
            (
                [
                    LayerSettings(.dense(units: 8), activation: .relu),
                    LayerSettings(.dense(units: 5), activation: .relu),
                ], []
            )
        ),
        (
            "reviving",
            (
                [
                    LayerSettings(.dense(units: 8), activation: .relu),
                    LayerSettings(.dense(units: 5), activation: .relu),
                ], []
            )
        ),
        ("gru", ([LayerSettings(.gru(units: 4, returns: .last))], [7, 1])),
        ("narrower than its rows", ([LayerSettings(.dense(units: 4), activation: .tanh)], [5])),
        (
            "transformer",
            (
                [
                    LayerSettings(.embedding(words: 3, width: 4)), LayerSettings(.position),
                    LayerSettings(
                        .residual([LayerSettings(.layerNorm), LayerSettings(.attention)])
                    ),
                ], [7]
            )
        ),
    ]

    private static func network(
        _ settings: NetworkSettings,
        _ loss: LossKind,
        _ optimiser: OptimiserSettings,
        _ mode: LearningMode,
        isFull: Bool
    ) -> Subject {
        Subject(
            settings: LearnerSettings(
                model: .network,
                loss: loss,
                optimiser: optimiser,
                l1: isFull ? 0.01 : 0,
                l2: isFull ? 0.1 : 0,
                mode: mode,
                gradientClip: isFull ? 0.5 : nil,
                network: NetworkChoice(settings, seed: 3, stepRows: 16)
            ),
            outputs: loss.task == .regression ? 1 : 3,
            testDescription: "network \(loss) \(optimiser) \(mode.name)" + (isFull ? " all" : "")
        )
    }
}
