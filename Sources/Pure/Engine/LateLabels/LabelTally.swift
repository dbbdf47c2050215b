// SPDX-License-Identifier: Apache-2.0
//
// What became of labels that came after their samples. They are no samples, so they are counted
// apart: received = joined + late + unmatched + refused + waiting, after every step.

package import Primitives

/// Counts of late labels.
package struct LabelTally: Sendable, Equatable {
    /// All that arrived.
    package var received: UInt64 = 0
    /// Found their sample in the waiting room.
    package var joined: UInt64 = 0
    /// Came after their sample had left without one.
    package var late: UInt64 = 0
    /// Belong to no sample that waits or has left lately.
    package var unmatched: UInt64 = 0
    /// Are not of the learner's task, or one class too many; their sample goes on waiting.
    package var refused: UInt64 = 0
    /// Came before: same producer, epoch and sequence.
    package var duplicate: UInt64 = 0
    /// Wait for the vote, like the samples before them.
    package var waiting: UInt64 = 0

    /// Makes an empty tally.
    package init() {}

    /// Whether nothing is unaccounted for.
    package var balances: Bool {
        received == joined + late + unmatched + refused + duplicate + waiting
    }

    /// Adds another tally, part by part.
    mutating func add(_ other: LabelTally) {
        received += other.received
        joined += other.joined
        late += other.late
        unmatched += other.unmatched
        refused += other.refused
        duplicate += other.duplicate
        waiting += other.waiting
    }

    /// The counts as they stand in a status.
    package var json: JSONValue {
        [
            "received": .int(Int64(received)), "joined": .int(Int64(joined)),
            "late": .int(Int64(late)), "unmatched": .int(Int64(unmatched)),
            "refused": .int(Int64(refused)), "duplicate": .int(Int64(duplicate)),
            "waiting": .int(Int64(waiting)),
        ]
    }
}

extension LabelTally: ByteCodable {
    /// Appends the numbers.
    package func encode(into writer: inout ByteWriter) {
        for number in [received, joined, late, unmatched, refused, duplicate, waiting] {
            writer.write(number)
        }
    }

    /// Reads the numbers.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        received = try reader.readCounter()
        joined = try reader.readCounter()
        late = try reader.readCounter()
        unmatched = try reader.readCounter()
        refused = try reader.readCounter()
        duplicate = try reader.readCounter()
        waiting = try reader.readCounter()
    }
}
