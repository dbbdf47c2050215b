// SPDX-License-Identifier: Apache-2.0
//
// A producer of the simulation: it numbers its samples as an envelope does, draws them from a world
// that changes, and starts anew now and then.

import Primitives
import Samples

/// A message on its way.
struct Letter {
    var batch: MicroBatch
    var producer: Int
    /// How many of its samples the decoder refused.
    var garbage: Int
    var dueAt = 0
}

/// A numbered source of micro-batches.
struct SimulatedProducer {
    let name: String
    private let number: Int
    private var random: RandomSource
    /// For each epoch, how many samples were sent in it.
    private var ends: [UInt64] = [0]
    private var made = 0
    /// The labels that are still to be sent, with the samples that they belong to.
    private var owed: [(id: String, label: Double)] = []

    /// After so many samples the world is another.
    private static let worldSamples = 3000
    /// The share of samples whose labels come later, of those labels the share that never comes,
    /// and that of labels that nobody waits for.
    private let lateness: Double
    private static let labelLoss = 0.1
    private static let strayLabels = 0.02
    /// As many as a position remembers, so that no lost sample is forgotten.
    private static let epochsMax = 4

    init(number: Int, lateness: Double, random: RandomSource) {
        name = "p\(number)"
        self.number = number
        self.lateness = lateness
        self.random = random
    }

    /// All samples that were sent.
    var sent: UInt64 { ends.reduce(0, +) }

    /// Starts a new epoch, unless there were enough.
    mutating func restart() {
        if ends.count < SimulatedProducer.epochsMax { ends.append(0) }
    }

    /// The next message, as the intake would have decoded it.
    mutating func message(rows: Int, garbage: Double) -> Letter {
        let isGarbage = random.chance(garbage)
        return message(rows: rows, epoch: ends.count - 1, isGarbage: isGarbage)
    }

    /// A last message for each epoch, so that what is missing at its end shows.
    mutating func farewells() -> [Letter] {
        ends.indices.map { message(rows: 1, epoch: $0, isGarbage: false) }
    }

    private mutating func message(rows: Int, epoch: Int, isGarbage: Bool) -> Letter {
        var batch = MicroBatch()
        let producer = batch.producer(name)
        if isGarbage {
            batch.refuse(.malformed, producer: producer, count: rows, detail: "simulated")
        } else {
            for _ in 0..<rows {
                if !appendLabel(to: &batch, producer: producer) {
                    append(to: &batch, producer: producer)
                }
            }
        }
        batch.messages.append(
            .init(
                producer: producer,
                epoch: UInt64(epoch + 1),
                sequence: ends[epoch],
                count: UInt32(rows),
                firstRow: 0,
                rows: batch.rows.count,
                firstLabel: 0,
                labels: batch.labels.count
            )
        )
        ends[epoch] += UInt64(rows)
        return Letter(batch: batch, producer: number, garbage: isGarbage ? rows : 0)
    }

    private mutating func append(to batch: inout MicroBatch, producer: UInt16) {
        made += 1
        let isReversed = (made / SimulatedProducer.worldSamples) % 2 == 1
        var features: [Float] = []
        for _ in 0..<4 { features.append(Float(random.normal())) }
        if random.chance(0.01) { features.append(0) }
        let score = features[0] + 0.5 * features[1] - features[2]
        let isPositive = (score > 0) != isReversed
        let answer: Double = isPositive ? 1 : 0
        guard lateness > 0, random.chance(lateness) else {
            let label: Double? = random.chance(0.05) ? nil : answer
            batch.append(features: features, label: label, producer: producer)
            return
        }
        let id = "\(name)-\(made)"
        batch.append(features: features, id: id, producer: producer)
        if !random.chance(SimulatedProducer.labelLoss) { owed.append((id, answer)) }
    }

    /// Sends a label that is owed, in any order, or one that belongs to no sample.
    private mutating func appendLabel(to batch: inout MicroBatch, producer: UInt16) -> Bool {
        guard lateness > 0, random.chance(lateness) else { return false }
        if random.chance(SimulatedProducer.strayLabels) {
            batch.append(label: 1, for: "stray-\(made)", producer: producer)
            return true
        }
        guard owed.count > random.below(30) else { return false }
        let late = owed.remove(at: random.below(min(owed.count, 20)))
        batch.append(label: late.label, for: late.id, producer: producer)
        return true
    }
}
