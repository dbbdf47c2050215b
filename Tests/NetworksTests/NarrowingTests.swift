// SPDX-License-Identifier: Apache-2.0
//
// Units that weigh nothing can go without a difference; units that weigh something go by their
// size.

import Kernels
import Primitives
import Testing

@testable import Networks

@Suite("Networks that lose units")
struct NarrowingTests {
    private func scores(_ network: Network, _ rows: [Float]) -> [Float] {
        var work = Workspace()
        let count = rows.count / network.inputs
        network.forward(rows.span, at: 0, rows: count, &work)
        let at = network.scoresAt(rows: count)
        return (at..<at + count * network.outputs).map { work.values[$0] }
    }

    private func random(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in Float(random.normal()) }
    }

    /// Three hidden layers, one of them within a residual block, all parameters drawn.
    private func network(_ replacement: Float = 0) -> Network {
        let dense = LayerSettings(.dense(units: 8), activation: .relu)
        let settings = NetworkSettings(
            layers: [
                dense, LayerSettings(.dense(units: 6), activation: .tanh),
                LayerSettings(.residual([dense, LayerSettings(.dense(units: 6))])),
            ],
            replacement: ReplacementSettings(rate: replacement, deadAfter: 100)
        )
        var network = Network(settings, inputs: 5, outputs: 3, seed: 4)
        network.parameters = random(network.parameters.count, seed: 8)
        return network
    }

    private func tensor(_ name: String, of network: Network) throws -> Networks.Tensor {
        try #require(network.tensors.first { $0.name == name })
    }

    @Test("Units that nobody reads can go without a difference")
    func nothingIsLost() throws {
        var network = network(0.01)
        let reader = try tensor("layers.1.weight", of: network)
        for row in 0..<6 {
            for unit in [1, 2, 5, 7] { network.parameters[reader.at + row * 8 + unit] = 0 }
        }
        let inner = try tensor("layers.2.layers.1.weight", of: network)
        for row in 0..<6 {
            for unit in [0, 1, 2, 3] { network.parameters[inner.at + row * 8 + unit] = 0 }
        }
        let before = network
        let (narrow, places) = try #require(network.narrowed(by: 0.5, of: network.settings))
        #expect(narrow.settings.units(at: [0]) == 4)
        #expect(narrow.settings.units(at: [2, 0]) == 4)
        // What a residual block adds to, and its last layer, keep their units.
        #expect(narrow.settings.units(at: [1]) == 6)
        #expect(narrow.settings.units(at: [2, 1]) == 6)
        #expect(places.map { before.parameters[$0] } == narrow.parameters)
        let bias = try tensor("layers.0.bias", of: narrow)
        let old = try tensor("layers.0.bias", of: before)
        #expect(
            Array(narrow.numbers(of: bias)) == [0, 3, 4, 6].map { before.parameters[old.at + $0] }
        )
        let rows = random(7 * 5, seed: 3)
        for (own, other) in zip(scores(narrow, rows), scores(before, rows)) {
            #expect(abs(own - other) < 1e-4)
        }
        #expect(narrow.settings.isNarrowed(from: before.settings))
        #expect(!before.settings.isNarrowed(from: narrow.settings))
        #expect(narrow.narrowed(by: 0.5, of: before.settings) == nil, "the share is that of all")
        var writer = ByteWriter()
        narrow.encode(into: &writer)
        var reader2 = ByteReader(writer.bytes)
        #expect(try Network(from: &reader2).parameters == narrow.parameters)
    }

    @Test("How long the units that stay were silent is not forgotten")
    func silenceIsKept() throws {
        var network = network()
        // The fourth unit is silent, and large enough to stay.
        let bias = try tensor("layers.0.bias", of: network)
        let reader = try tensor("layers.1.weight", of: network)
        network.parameters[bias.at + 3] = -1e6
        for row in 0..<6 { network.parameters[reader.at + row * 8 + 3] = 100 }
        let input = random(60 * 5, seed: 3)
        var work = Workspace()
        network.forwardTraining(input.span, at: 0, rows: 60, &work)
        #expect(network.replaceUnits(rows: 60, work).isEmpty)
        var (narrow, _) = try #require(network.narrowed(by: 0.5, of: network.settings))
        narrow.forwardTraining(input.span, at: 0, rows: 60, &work)
        #expect(!narrow.replaceUnits(rows: 60, work).isEmpty)
        #expect(narrow.replacement.replaced >= 1)
    }

    @Test("The smallest by their weights in and out go; one stays")
    func smallest() throws {
        let hidden = LayerSettings(.dense(units: 3), activation: .relu)
        var network = Network(NetworkSettings(layers: [hidden]), inputs: 2, outputs: 1, seed: 1)
        // Weights in, biases, weights out, bias: sizes 25 * 1, 2 * 100, 1 * 4.
        network.parameters = [3, 4, 1, 1, 0, 1, 7, 8, 9, 1, 10, 2, 0.5]
        let (two, _) = try #require(network.narrowed(by: 0.34, of: network.settings))
        #expect(two.parameters == [3, 4, 1, 1, 7, 8, 1, 10, 0.5])
        let (one, _) = try #require(network.narrowed(by: 0.95, of: network.settings))
        #expect(one.parameters == [1, 1, 8, 10, 0.5])
        #expect(network.narrowed(by: 0.3, of: network.settings) == nil)
    }
}
