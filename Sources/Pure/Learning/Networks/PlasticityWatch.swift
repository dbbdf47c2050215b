// SPDX-License-Identifier: Apache-2.0
//
// Measures now and then whether a network can still learn. Some rows that it learned are collected,
// one by one, so that it does not matter how they came; when there are enough, the network is
// measured on them, and the figures stand until the next time.

import Kernels
package import Networks
package import Primitives

/// The last measurement, and the rows of the next.
struct PlasticityWatch: Sendable {
    /// The rows of a measurement.
    static let rows = 32
    /// The most rows that pass between two: a measurement costs as much as learning some hundreds.
    static let pauseMost = 65_536

    private(set) var last: Plasticity?
    private var collected: [Float] = []
    private var count = 0
    private var left = PlasticityWatch.rows
    /// The rows that will pass after the next; it doubles each time.
    private var pause = 512

    /// Takes a row, or lets it pass; true when a measurement is due.
    mutating func take(_ features: Span<Float>) -> Bool {
        left -= 1
        if left < PlasticityWatch.rows {
            for index in features.indices { collected.append(features[index]) }
            count += 1
        }
        return left == 0
    }

    /// Measures, and begins to wait again.
    mutating func measure(_ network: Network, inputs: Int, _ work: inout Workspace) {
        // Rows from before the network grew are too short.
        if count > 0, collected.count == count * inputs {
            last = network.plasticity(collected.span, rows: count, &work)
        }
        collected.removeAll(keepingCapacity: true)
        count = 0
        left = pause + PlasticityWatch.rows
        pause = min(2 * pause, PlasticityWatch.pauseMost)
    }

    /// The last figures, as they stand beside the measures.
    var figures: [JSONValue.Member] {
        guard let last else { return [] }
        func rounded(_ number: Double) -> JSONValue { .number((number * 1e4).rounded() / 1e4) }
        return [
            .init(
                "plasticity",
                [
                    "dead_units": last.deadShare.map(rounded) ?? .null,
                    "mean_weight": rounded(last.meanWeight),
                    "replaced_units": .int(Int64(clamping: last.replaced)),
                    "layers": .array(
                        last.layers.map { layer in
                            [
                                "layer": .int(Int64(layer.number)),
                                "units": .int(Int64(layer.units)),
                                "dead_units": layer.deadShare.map(rounded) ?? .null,
                                "effective_rank": rounded(layer.effectiveRank),
                            ]
                        }
                    ),
                ]
            )
        ]
    }
}

extension PlasticityWatch: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(collected)
        writer.write(UInt32(count))
        writer.write(UInt32(left))
        writer.write(UInt32(pause))
        writer.write(optional: last)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        collected = try reader.readFloats()
        count = Int(try reader.read(UInt32.self))
        left = Int(try reader.read(UInt32.self))
        pause = Int(try reader.read(UInt32.self))
        last = try reader.readOptional()
        guard (1...PlasticityWatch.pauseMost + PlasticityWatch.rows).contains(left),
            (512...PlasticityWatch.pauseMost).contains(pause),
            count == max(0, PlasticityWatch.rows - left)
        else { throw .invalid("the rows of a measurement do not go with its count") }
    }
}

extension NetworkLearner {
    /// What else is to be known: how much the network can still learn, and what was pruned of it.
    package var figures: [JSONValue.Member] { watch.figures + pruningFigures }

    /// How much the network can still learn, measured on the newest of prepared rows.
    package func plasticity(of block: inout Block, rows: Int) -> Plasticity? {
        guard block.rows > 0 else { return nil }
        let input = staged(&block)
        let count = min(rows, block.rows)
        let first = (block.rows - count) * network.inputs
        var work = Workspace()
        return network.plasticity(
            input.span.extracting(first..<first + count * network.inputs),
            rows: count,
            &work
        )
    }

    /// Shows the watch what has been learned of some rows.
    mutating func watchPlasticity(_ rows: Range<Int>, _ block: inout Block, _ input: [Float]) {
        let target = NetworkTarget(settings, outputs: outputs)
        let inputs = network.inputs
        for row in rows where target.learns(block, row) {
            let features = input.span.extracting(row * inputs..<(row + 1) * inputs)
            guard watch.take(features) else { continue }
            var work = Workspace()
            swap(&work, &block.workspace)
            watch.measure(network, inputs: inputs, &work)
            swap(&work, &block.workspace)
        }
    }
}
