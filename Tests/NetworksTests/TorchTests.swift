// SPDX-License-Identifier: Apache-2.0
//
// A hundred Adam steps beside PyTorch, from the same weights on the same rows. The file and the
// formula of weights and rows come from scripts/golden/networks.py.

import Foundation
import Kernels
import Networks
import Primitives
import Testing

/// One network of the golden file.
struct TorchRun: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var count: Int
    var losses: [Double] = []
    var parameters: [(place: Int, value: Double)] = []

    static let all: [TorchRun] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/torch.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var runs: [TorchRun] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "network":
                runs.append(TorchRun(testDescription: words[1], count: Int(words[2]) ?? 0))
            case "loss": runs[runs.count - 1].losses.append(Double(words[1]) ?? .nan)
            case "parameter":
                runs[runs.count - 1].parameters.append(
                    (Int(words[1]) ?? 0, Double(words[2]) ?? .nan)
                )
            default: continue
            }
        }
        return runs
    }()

    /// The same network with us.
    var settings: NetworkSettings {
        TorchRun.networks[testDescription] ?? NetworkSettings(layers: [])
    }

    private static let networks: [String: NetworkSettings] = [
        "mlp": NetworkSettings(layers: [
            LayerSettings(.dense(units: 8), activation: .relu),
            LayerSettings(.dense(units: 7), activation: .tanh),
            LayerSettings(.dense(units: 5), activation: .sigmoid), LayerSettings(.dense(units: 4)),
            LayerSettings(.softmax), LayerSettings(.dropout(share: 0)),
        ]),
        "cnn": NetworkSettings(
            inputShape: [2, 8, 8],
            layers: [
                convolution(4, activation: .relu), LayerSettings(.maxPool(kernel: 2, stride: 2)),
                convolution(5, stride: 2, activation: .relu), LayerSettings(.flatten),
            ]
        ),
        "rnn": NetworkSettings(
            inputShape: [5, 4],
            layers: [
                LayerSettings(.rnn(units: 6, returns: .all)),
                LayerSettings(.rnn(units: 5, returns: .last)),
            ]
        ),
        "gru": NetworkSettings(
            inputShape: [5, 4],
            layers: [
                LayerSettings(.gru(units: 6, returns: .all)),
                LayerSettings(.gru(units: 5, returns: .last)),
            ]
        ),
        "residual": NetworkSettings(
            inputShape: [2, 6, 6],
            layers: [
                LayerSettings(
                    .residual([convolution(2, activation: .relu), convolution(2)]),
                    activation: .relu
                ),
                LayerSettings(.residual([convolution(3, stride: 2)])), LayerSettings(.layerNorm),
            ]
        ),
        "transformer": NetworkSettings(
            inputShape: [5],
            layers: [
                LayerSettings(.embedding(words: 6, width: 8)), LayerSettings(.position),
                LayerSettings(.residual([LayerSettings(.layerNorm), LayerSettings(.attention)])),
                LayerSettings(
                    .residual([
                        LayerSettings(.layerNorm),
                        LayerSettings(.dense(units: 10), activation: .relu),
                        LayerSettings(.dense(units: 8)),
                    ])
                ),
            ]
        ),
    ]

    private static func convolution(
        _ filters: Int,
        stride: Int = 1,
        activation: ActivationFunction? = nil
    ) -> LayerSettings {
        LayerSettings(
            .conv2d(filters: filters, kernel: 3, stride: stride, padding: 1),
            activation: activation
        )
    }
}

/// The formula of the golden file: splitmix64 of seed and place, 24 bits of it.
private func draw(_ seed: UInt64, _ place: Int) -> Double {
    var z = seed &* 0x100_0000_01B3 &+ UInt64(place + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Double(z >> 40) / 16_777_216 - 0.5
}

@Suite("PyTorch")
struct TorchTests {
    private let rows = 12
    private let batches = 4
    private let classes = 3

    @Test("A hundred Adam steps are PyTorch's", arguments: TorchRun.all)
    func hundredSteps(run: TorchRun) {
        let settings = run.settings
        let width = settings.inputs ?? 6
        var network = Network(settings, inputs: width, outputs: classes, seed: 0)
        #expect(network.parameters.count == run.count)
        for tensor in network.tensors {
            let isGain = tensor.start == .constant(1)
            for place in tensor.range {
                let number = draw(1, place)
                network.parameters[place] = Float(isGain ? 1 + number / 4 : number)
            }
        }
        let input = (0..<batches * rows * width).map { place in
            let number = draw(2, place)
            return settings.readsIds
                ? Float(Int((number + 0.5) * 8) - 1) : Float(4 * number)
        }
        let labels = (0..<batches * rows).map { Int((draw(3, $0) + 0.5) * Double(classes)) }
        let step = NetworkStep(
            .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-6, decay: 0),
            rate: 0.002
        )
        var optimiser = NetworkOptimiser(step.rule, count: run.count)
        var work = Workspace()
        let none: [Float] = []
        for (number, expected) in run.losses.enumerated() {
            let first = number % batches * rows
            network.forwardTraining(input.span, at: first * width, rows: rows, &work)
            let (loss, errors) = crossEntropy(
                work.scores(of: network, rows: rows),
                Array(labels[first..<first + rows])
            )
            #expect(abs(loss - expected) <= 1e-5, "step \(number)")
            work.clearGradient(run.count)
            network.backward(errors.span, at: 0, rows: rows, &work)
            optimiser.step(&network, gradient: work.gradient.span, anchor: none.span, step)
        }
        #expect(run.losses.count == 100 && run.parameters.count >= 40)
        for (place, value) in run.parameters {
            #expect(abs(Double(network.parameters[place]) - value) <= 1e-5, "parameter \(place)")
        }
    }

    /// The mean loss, and its gradient by the scores.
    private func crossEntropy(_ scores: [Float], _ labels: [Int]) -> (Double, [Float]) {
        var loss = 0.0
        var errors = scores
        for (row, label) in labels.enumerated() {
            var shares = errors.mutableSpan
            Probability.softmax(&shares, at: row * classes, count: classes)
            loss -= Foundation.log(Double(errors[row * classes + label])) / Double(rows)
            errors[row * classes + label] -= 1
            for place in row * classes..<(row + 1) * classes { errors[place] /= Float(rows) }
        }
        return (loss, errors)
    }
}
