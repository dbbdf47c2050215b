// SPDX-License-Identifier: Apache-2.0
//
// Dead units, effective rank, and the replacement of useless units.

import Kernels
import Networks
import Primitives
import Testing

@Suite("Plasticity")
struct PlasticityTests {
    private func network(rate: Float, maturity: Int = 3, hidden: Int = 2) -> Network {
        let settings = NetworkSettings(
            layers: [8, 6].prefix(hidden).map {
                LayerSettings(.dense(units: $0), activation: .relu)
            },
            replacement: ReplacementSettings(rate: rate, maturity: maturity)
        )
        var network = Network(settings, inputs: 5, outputs: 2, seed: 3)
        var random = RandomSource(seed: 1)
        for tensor in network.tensors.suffix(2) {
            for place in tensor.range { network.parameters[place] = Float(random.normal()) }
        }
        return network
    }

    private func rows(_ count: Int) -> [Float] {
        var random = RandomSource(seed: 8)
        return (0..<count * 5).map { _ in Float(random.normal()) }
    }

    @Test("Dead units, effective rank and mean weight are what they are made to be")
    func measures() throws {
        var network = network(rate: 0)
        var work = Workspace()
        let input = rows(20)
        let alive = network.plasticity(input.span, rows: 20, &work)
        #expect(alive.layers.map(\.number) == [1, 2] && alive.layers.map(\.units) == [8, 6])
        // Two units of the first layer get a bias that nothing reaches over.
        let bias = network.tensors[1]
        network.parameters[bias.at] = -100
        network.parameters[bias.at + 5] = -100
        let measured = network.plasticity(input.span, rows: 20, &work)
        let dead = try #require(alive.layers[0].deadShare)
        #expect(measured.layers[0].deadShare == dead + 0.25)
        #expect(measured.layers[0].effectiveRank < alive.layers[0].effectiveRank)
        #expect(measured.meanWeight == alive.meanWeight && measured.meanWeight > 0.1)
        // Rows that are all the same use one direction; two opposite ones through relu two.
        let same = [Float](repeating: 1, count: 4 * 5)
        let rank = network.plasticity(same.span, rows: 4, &work).layers[0].effectiveRank
        #expect(abs(rank - 1) < 1e-3)
        let pair: [Float] = [1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
        let two = network.plasticity(pair.span, rows: 2, &work).layers[0].effectiveRank
        #expect(two > 1.2 && two <= 2.001)
    }

    @Test("A replaced unit leaves the scores as they were, but for what varied in it")
    func replacementKeepsScores() {
        var network = network(rate: 0.1, maturity: 3, hidden: 1)
        // A unit that hardly varies: no incoming weights, and a bias.
        let (weight, bias, out) = (network.tensors[0], network.tensors[1], network.tensors[2])
        for column in 0..<5 { network.parameters[weight.at + 2 * 5 + column] = 0 }
        network.parameters[bias.at + 2] = 0.7
        for reader in 0..<2 { network.parameters[out.at + reader * 8 + 2] = 0.001 }
        let input = rows(16)
        let before = network.scores(input, 16)
        var work = Workspace()
        var touched: [Int] = []
        var passes = 0
        while touched.isEmpty, passes < 40 {
            network.forwardTraining(input.span, at: 0, rows: 16, &work)
            touched = network.replaceUnits(rows: 16, work)
            passes += 1
        }
        #expect(passes > 3, "young units are left alone")
        #expect(network.replacement.replaced == 1)
        let drawn = (0..<5).map { network.parameters[weight.at + 2 * 5 + $0] }
        #expect(drawn.allSatisfy { $0 != 0 }, "the least useful unit is the one that is replaced")
        #expect((0..<2).allSatisfy { network.parameters[out.at + $0 * 8 + 2] == 0 })
        #expect(touched.contains(out.at + 2) && touched.contains(weight.at + 2 * 5))
        for (left, right) in zip(network.scores(input, 16), before) {
            #expect(abs(left - right) < 1e-5)
        }
        var writer = ByteWriter()
        network.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        let restored = try? Network(from: &reader)
        #expect(restored?.replacement.replaced == 1)
    }

    @Test("A unit that gave nothing for so many rows is begun anew, and predictions stay")
    func deadUnitsAreBegunAnew() throws {
        let settings = NetworkSettings(
            layers: [LayerSettings(.dense(units: 8), activation: .relu)],
            replacement: ReplacementSettings(deadAfter: 50)
        )
        var network = Network(settings, inputs: 5, outputs: 2, seed: 3)
        let (weight, bias, out) = (network.tensors[0], network.tensors[1], network.tensors[2])
        var random = RandomSource(seed: 1)
        for place in out.range { network.parameters[place] = Float(random.normal()) }
        // Unit 2 answers to nothing; unit 5 to one row in each pass only.
        network.parameters[bias.at + 2] = -1e6
        for column in 0..<5 { network.parameters[weight.at + 5 * 5 + column] = 0 }
        network.parameters[weight.at + 5 * 5] = 1
        network.parameters[bias.at + 5] = -10
        var input = rows(16)
        input[7 * 5] = 20
        let (before, all) = (network.scores(input, 16), network.parameters)
        var work = Workspace()
        var touched: [Int] = []
        for pass in 1...4 {
            #expect(touched.isEmpty, "nothing happens before pass \(pass)")
            network.forwardTraining(input.span, at: 0, rows: 16, &work)
            touched = network.replaceUnits(rows: 16, work)
            var writer = ByteWriter()
            network.encode(into: &writer)
            var reader = ByteReader(writer.bytes)
            network = try Network(from: &reader)
        }
        let incoming = weight.at + 2 * 5..<weight.at + 3 * 5
        let own = Set(Array(incoming) + [bias.at + 2, out.at + 2, out.at + 8 + 2])
        #expect(Set(touched) == own, "64 silent rows are more than 50")
        #expect(network.replacement.replaced == 1)
        #expect(incoming.allSatisfy { network.parameters[$0] != all[$0] })
        #expect(network.parameters[bias.at + 2] == 0 && network.parameters[out.at + 2] == 0)
        for place in all.indices where !own.contains(place) {
            #expect(network.parameters[place] == all[place])
        }
        #expect(network.scores(input, 16) == before, "what gave nothing gives nothing")
        network.forwardTraining(input.span, at: 0, rows: 16, &work)
        #expect(network.replaceUnits(rows: 16, work).isEmpty, "it is counted anew")
    }

    @Test("Dead units of a frozen layer, or read by one, are left alone", arguments: [0, 1, 2])
    func frozenUnitsStayDead(tensor: Int) {
        let settings = NetworkSettings(
            layers: [LayerSettings(.dense(units: 4), activation: .relu)],
            replacement: ReplacementSettings(deadAfter: 5)
        )
        var network = Network(settings, inputs: 5, outputs: 2, seed: 3)
        network.parameters[network.tensors[1].at] = -1e6
        network.frozen[tensor] = true
        let (input, before) = (rows(16), network.parameters)
        var work = Workspace()
        network.forwardTraining(input.span, at: 0, rows: 16, &work)
        #expect(network.replaceUnits(rows: 16, work).isEmpty)
        #expect(network.parameters == before)
        network.frozen[tensor] = false
        network.forwardTraining(input.span, at: 0, rows: 16, &work)
        #expect(!network.replaceUnits(rows: 16, work).isEmpty)
    }

    @Test("Dead units come back to life")
    func deadUnitsReturn() throws {
        var network = network(rate: 0.05, maturity: 2)
        let bias = network.tensors[1]
        for unit in 0..<4 { network.parameters[bias.at + unit] = -100 }
        let input = rows(16)
        var work = Workspace()
        let before = try #require(
            network.plasticity(input.span, rows: 16, &work).layers[0].deadShare
        )
        for _ in 0..<40 {
            network.forwardTraining(input.span, at: 0, rows: 16, &work)
            _ = network.replaceUnits(rows: 16, work)
        }
        let after = try #require(
            network.plasticity(input.span, rows: 16, &work).layers[0].deadShare
        )
        #expect(before >= 0.5 && after < 0.3)
    }
}
