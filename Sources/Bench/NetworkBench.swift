// SPDX-License-Identifier: Apache-2.0
//
// How many rows a second networks learn, on one thread: test, then train, as the daemon does it, in
// steps of 64 rows along their mean gradient. Each figure is the best of nine windows, which other
// work on the machine disturbs least.

import Kernels
import Learning
import Linux
import Networks
import Primitives

/// The speed of learning by networks.
package struct NetworkBench: Sendable {
    /// One network and its rows.
    private struct Case {
        var name: String
        var width: Int
        var optimiser: OptimiserSettings
        var network: NetworkSettings
    }

    private static let windows = 9
    private static let windowNanoseconds: Int64 = 200_000_000

    private static let cases: [Case] = {
        let hidden = [64, 64].map { LayerSettings(.dense(units: $0), activation: .relu) }
        let mlp = NetworkSettings(layers: hidden, replacement: .usual)
        let keeping = NetworkSettings(layers: hidden)
        let adam = OptimiserSettings.adam(rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        func convolution(_ filters: Int) -> [LayerSettings] {
            [
                LayerSettings(
                    .conv2d(filters: filters, kernel: 3, stride: 1, padding: 1),
                    activation: .relu
                ), LayerSettings(.maxPool(kernel: 2, stride: 2)),
            ]
        }
        let dense = LayerSettings(.dense(units: 128), activation: .relu)
        let images = convolution(32) + convolution(64) + [LayerSettings(.flatten), dense]
        return [
            Case(name: "50-64-64-10 sgd", width: 50, optimiser: .sgd(rate: 0.01), network: mlp),
            Case(
                name: "50-64-64-10 sgd, dead units kept",
                width: 50,
                optimiser: .sgd(rate: 0.01),
                network: keeping
            ),
            Case(name: "50-64-64-10 adam", width: 50, optimiser: adam, network: mlp),
            Case(
                name: "rnn 8 x 10, 50 units, adam",
                width: 80,
                optimiser: adam,
                network: NetworkSettings(
                    inputShape: [8, 10],
                    layers: [LayerSettings(.rnn(units: 50, returns: .last))]
                )
            ),
            Case(
                name: "cnn 28 x 28, adam",
                width: 784,
                optimiser: adam,
                network: NetworkSettings(inputShape: [1, 28, 28], layers: images)
            ),
        ]
    }()

    /// Measures each network and prints a line for it.
    package static func run(write: (String) -> Void) -> Int32 {
        write("products by OpenBLAS for \(Workspace.core), \(Workspace.threads) thread")
        for one in cases {
            var learner = makeLearner(
                LearnerSettings(
                    model: .network,
                    loss: .crossEntropy,
                    optimiser: one.optimiser,
                    mode: .meanGradient,
                    network: NetworkChoice(one.network, seed: 1)
                ),
                width: one.width,
                outputs: 10
            )
            var block = rows(width: one.width)
            var best = 0.0
            for _ in 0..<windows { best = max(best, rate(&learner, &block)) }
            write("\(one.name): \(Int(best)) rows/s, \(Int(1e9 / best)) ns a row")
        }
        return 0
    }

    private static func rows(width: Int) -> Block {
        var random = RandomSource(seed: 2)
        var block = Block()
        block.reset(width: width, outputs: 10)
        for _ in 0..<64 {
            let row = (0..<width).map { _ in Float(random.normal()) }
            block.append(raw: row.span, class: Int32(random.below(10)))
        }
        block.features = block.raw
        return block
    }

    private static func rate(_ learner: inout any Learner, _ block: inout Block) -> Double {
        let start = Clock.threadNanoseconds()
        var now = start
        var blocks = 0
        while now - start < windowNanoseconds {
            for _ in 0..<4 { learner.testThenTrain(&block) }
            blocks += 4
            now = Clock.threadNanoseconds()
        }
        return Double(blocks * block.rows) / (Double(now - start) / 1e9)
    }
}
