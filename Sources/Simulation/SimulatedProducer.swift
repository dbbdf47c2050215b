// SPDX-License-Identifier: Apache-2.0
//
// A producer of the simulation: it numbers its samples as an envelope does, draws them from a world
// that changes, and starts anew now and then.

import Primitives
import Samples

/// A numbered source of micro-batches.
struct SimulatedProducer {
    private let name: String
    private var random: RandomSource
    private var epoch: UInt64 = 1
    private var sequence: UInt64 = 0
    private var sent = 0

    /// After so many samples the world is another.
    private static let worldSamples = 3000

    init(name: String, random: RandomSource) {
        self.name = name
        self.random = random
    }

    /// Starts a new epoch.
    mutating func restart() {
        epoch += 1
        sequence = 0
    }

    /// The next message, as the intake would have decoded it.
    mutating func message(rows: Int, garbage: Double) -> MicroBatch {
        var batch = MicroBatch()
        let producer = batch.producer(name)
        if random.chance(garbage) {
            batch.refuse(.malformed, producer: producer, count: rows, detail: "simulated")
            batch.messages.append(
                .init(
                    producer: producer,
                    epoch: epoch,
                    sequence: sequence,
                    count: UInt32(rows),
                    firstRow: 0,
                    rows: 0
                )
            )
            sequence += UInt64(rows)
            return batch
        }
        for _ in 0..<rows { append(to: &batch, producer: producer) }
        batch.messages.append(
            .init(
                producer: producer,
                epoch: epoch,
                sequence: sequence,
                count: UInt32(rows),
                firstRow: 0,
                rows: rows
            )
        )
        sequence += UInt64(rows)
        return batch
    }

    private mutating func append(to batch: inout MicroBatch, producer: UInt16) {
        sent += 1
        let isReversed = (sent / SimulatedProducer.worldSamples) % 2 == 1
        var features: [Float] = []
        for _ in 0..<4 { features.append(Float(random.normal())) }
        if random.chance(0.01) { features.append(0) }
        let score = features[0] + 0.5 * features[1] - features[2]
        let isPositive = (score > 0) != isReversed
        let label: Double? = random.chance(0.05) ? nil : (isPositive ? 1 : 0)
        batch.append(features: features, label: label, producer: producer)
    }
}
