// SPDX-License-Identifier: Apache-2.0
//
// Small networks that together have every layer, and passes over them.

import Kernels
import Networks
import Primitives
import Testing

/// A network under test, with a name that a failure prints.
struct Subject: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var settings: NetworkSettings
    var inputs: Int
    var outputs = 3

    init(_ name: String, _ shape: [Int], inputs: Int? = nil, _ layers: [LayerSettings]) {
        testDescription = name
        settings = NetworkSettings(inputShape: shape, layers: layers)
        self.inputs = inputs ?? shape.reduce(1, *)
    }

    /// Whether its function has edges, where it has no slope.
    var hasPool: Bool {
        settings.layers.contains { if case .maxPool = $0.kind { true } else { false } }
    }

    /// A network whose output layer and biases are not 0 either.
    func network(seed: UInt64 = 1) -> Network {
        var network = Network(settings, inputs: inputs, outputs: outputs, seed: seed)
        var random = RandomSource(seed: seed &+ 77)
        for tensor in network.tensors where network.numbers(of: tensor).allSatisfy({ $0 == 0 }) {
            for place in tensor.range {
                network.parameters[place] = Float(random.unit() - 0.5) * 0.8
            }
        }
        return network
    }

    /// Rows for it: ids for an embedding, else normal numbers.
    func rows(_ count: Int, seed: UInt64 = 2) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count * inputs).map { _ in
            settings.readsIds ? Float(random.below(9)) - 1 : Float(random.normal())
        }
    }

    static let all: [Subject] = [
        Subject(
            "dense",
            [],
            inputs: 5,
            [
                LayerSettings(.dense(units: 6), activation: .relu),
                LayerSettings(.dense(units: 4), activation: .tanh),
                LayerSettings(.dense(units: 4)), LayerSettings(.activation(.sigmoid)),
            ]
        ),
        Subject(
            "dense over a sequence",
            [3, 4],
            [
                LayerSettings(.dense(units: 5), activation: .sigmoid), LayerSettings(.flatten),
                LayerSettings(.activation(.tanh)),
            ]
        ),
        Subject(
            "softmax inside",
            [3, 4],
            [
                LayerSettings(.softmax), LayerSettings(.dense(units: 3)), LayerSettings(.flatten),
            ]
        ),
        Subject(
            "convolution",
            [2, 5, 6],
            [
                LayerSettings(
                    .conv2d(filters: 3, kernel: 3, stride: 1, padding: 1),
                    activation: .tanh
                ),
                LayerSettings(.maxPool(kernel: 2, stride: 2)),
                LayerSettings(.conv2d(filters: 4, kernel: 2, stride: 1, padding: 0)),
                LayerSettings(.flatten),
            ]
        ),
        Subject(
            "convolution with stride",
            [2, 7, 6],
            [
                LayerSettings(.conv2d(filters: 3, kernel: 3, stride: 2, padding: 1)),
                LayerSettings(.activation(.tanh)),
                LayerSettings(.conv2d(filters: 2, kernel: 1, stride: 1, padding: 0)),
                LayerSettings(.maxPool(kernel: 2, stride: 1)),
            ]
        ),
        Subject("rnn", [4, 3], [LayerSettings(.rnn(units: 5, returns: .last))]),
        Subject(
            "rnn with all states",
            [4, 3],
            [
                LayerSettings(.rnn(units: 5, returns: .all)),
                LayerSettings(.rnn(units: 4, returns: .last)),
            ]
        ),
        Subject("gru", [4, 3], [LayerSettings(.gru(units: 5, returns: .last))]),
        Subject(
            "gru with all states",
            [4, 3],
            [
                LayerSettings(.gru(units: 5, returns: .all)), LayerSettings(.activation(.tanh)),
                LayerSettings(.gru(units: 4, returns: .last)),
            ]
        ),
        Subject(
            "embedding",
            [5],
            [
                LayerSettings(.embedding(words: 7, width: 4)),
                LayerSettings(.gru(units: 3, returns: .last)),
            ]
        ),
        Subject(
            "residual",
            [6],
            [
                LayerSettings(
                    .residual([LayerSettings(.dense(units: 6), activation: .tanh)]),
                    activation: .tanh
                ),
                LayerSettings(
                    .residual([LayerSettings(.activation(.tanh)), LayerSettings(.dense(units: 4))])
                ),
            ]
        ),
        Subject(
            "residual images",
            [2, 6, 6],
            [
                LayerSettings(
                    .residual([
                        LayerSettings(
                            .conv2d(filters: 2, kernel: 3, stride: 1, padding: 1),
                            activation: .tanh
                        ),
                        LayerSettings(.conv2d(filters: 2, kernel: 3, stride: 1, padding: 1)),
                    ])
                ),
                LayerSettings(
                    .residual([LayerSettings(.conv2d(filters: 3, kernel: 3, stride: 2, padding: 1))]
                    )
                ),
                LayerSettings(.layerNorm), LayerSettings(.flatten),
            ]
        ),
        Subject(
            "layer norm",
            [5],
            [
                LayerSettings(.layerNorm), LayerSettings(.dense(units: 6)),
                LayerSettings(.layerNorm),
                LayerSettings(.activation(.tanh)),
            ]
        ),
        Subject(
            "attention",
            [4, 3],
            [
                LayerSettings(.position), LayerSettings(.attention), LayerSettings(.flatten),
            ]
        ),
        Subject(
            "transformer",
            [4],
            [
                LayerSettings(.embedding(words: 7, width: 6)), LayerSettings(.position),
                LayerSettings(.residual([LayerSettings(.layerNorm), LayerSettings(.attention)])),
                LayerSettings(
                    .residual([
                        LayerSettings(.layerNorm),
                        LayerSettings(.dense(units: 8), activation: .tanh),
                        LayerSettings(.dense(units: 6)),
                    ])
                ),
                LayerSettings(.flatten),
            ]
        ),
    ]
}

extension Network {
    /// The scores of rows.
    func scores(_ rows: [Float], _ count: Int) -> [Float] {
        var work = Workspace()
        forward(rows.span, at: 0, rows: count, &work)
        return work.scores(of: self, rows: count)
    }

    /// The gradient of the sum of `errors` times scores.
    mutating func gradient(_ rows: [Float], _ count: Int, errors: [Float]) -> [Float] {
        var work = Workspace()
        forwardTraining(rows.span, at: 0, rows: count, &work)
        work.clearGradient(parameters.count)
        backward(errors.span, at: 0, rows: count, &work)
        return work.gradient
    }
}

extension Workspace {
    /// The scores of the last pass.
    func scores(of network: Network, rows: Int) -> [Float] {
        let start = network.scoresAt(rows: rows)
        return Array(values[start..<start + rows * network.outputs])
    }
}
