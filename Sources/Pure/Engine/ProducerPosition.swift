// SPDX-License-Identifier: Apache-2.0
//
// Where one producer stands: for each of its newest epochs the number of the next sample expected,
// and the ranges before it that never arrived. It tells a gap from a duplicate and from a message
// that was overtaken.
//
// More than one epoch is kept, because a producer that starts again connects again, and a socket
// takes turns between connections: the new epoch's first messages overtake the old one's last.
// Bounded: of many open gaps or epochs the oldest are forgotten (gaps stay counted).

package import Primitives

/// What a message's place in its producer's sequence says about it.
package enum Arrival: Sendable, Equatable {
    /// It continues the sequence after `gap` missing samples.
    case fresh(gap: UInt64)
    /// It was overtaken; its gap is closed.
    case overtaken
    /// It came before, or belongs to an epoch that is forgotten.
    case duplicate
}

/// The sequences of one producer.
package struct ProducerPosition: Sendable, Equatable {
    /// The epochs, newest first.
    private var epochs: [EpochPosition] = []
    /// How many samples are missing, over all epochs.
    package private(set) var missing: UInt64 = 0

    /// The most epochs that are remembered.
    package static let epochsMax = 4
    /// The most gaps of an epoch that can still be closed.
    package static let gapsMax = 32

    /// Makes the position of a producer that has sent nothing.
    package init() {}

    /// The newest epoch; nil before the first message.
    package var epoch: UInt64? { epochs.first?.epoch }
    /// The number of the next sample of the newest epoch.
    package var next: UInt64 { epochs.first?.next ?? 0 }

    /// Judges a message of `count` samples from number `sequence` on, and moves past it.
    package mutating func arrive(epoch: UInt64, sequence: UInt64, count: UInt64) -> Arrival {
        var place = epochs.firstIndex { $0.epoch <= epoch } ?? epochs.count
        if place == epochs.count || epochs[place].epoch != epoch {
            guard place < ProducerPosition.epochsMax else { return .duplicate }
            guard place == 0 || epochs.count < ProducerPosition.epochsMax else { return .duplicate }
            epochs.insert(EpochPosition(epoch: epoch), at: place)
            if epochs.count > ProducerPosition.epochsMax { epochs.removeLast() }
            place = min(place, epochs.count - 1)
        }
        let arrival = epochs[place].arrive(sequence: sequence, count: count)
        switch arrival {
        case .fresh(let gap): missing &+= gap
        case .overtaken: missing &-= count
        case .duplicate: break
        }
        return arrival
    }
}

/// The sequence of one epoch.
struct EpochPosition: Sendable, Equatable {
    let epoch: UInt64
    private(set) var next: UInt64 = 0
    private var gaps: [Range<UInt64>] = []

    init(epoch: UInt64) {
        self.epoch = epoch
    }

    mutating func arrive(sequence: UInt64, count: UInt64) -> Arrival {
        let (end, overflow) = sequence.addingReportingOverflow(count)
        guard !overflow else { return .duplicate }
        if sequence >= next {
            let gap = sequence - next
            if gap > 0 {
                if gaps.count == ProducerPosition.gapsMax { gaps.removeFirst() }
                gaps.append(next..<sequence)
            }
            next = end
            return .fresh(gap: gap)
        }
        let place = gaps.firstIndex { $0.lowerBound <= sequence && end <= $0.upperBound }
        guard let place, count > 0 else { return .duplicate }
        let gap = gaps.remove(at: place)
        if end < gap.upperBound { gaps.insert(end..<gap.upperBound, at: place) }
        if gap.lowerBound < sequence { gaps.insert(gap.lowerBound..<sequence, at: place) }
        if gaps.count > ProducerPosition.gapsMax { gaps.removeFirst() }
        return .overtaken
    }
}

extension ProducerPosition: ByteCodable {
    /// Appends the epochs and what is missing.
    package func encode(into writer: inout ByteWriter) {
        writer.write(missing)
        writer.write(items: epochs)
    }

    /// Reads the epochs and what is missing.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        missing = try reader.read()
        epochs = try reader.readItems()
        for (newer, older) in zip(epochs, epochs.dropFirst()) where newer.epoch <= older.epoch {
            throw .invalid("a producer's epochs do not fall")
        }
        guard epochs.count <= ProducerPosition.epochsMax else {
            throw .invalid("a producer has \(epochs.count) epochs")
        }
    }
}

extension EpochPosition: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(epoch)
        writer.write(next)
        writer.write(UInt32(gaps.count))
        for gap in gaps {
            writer.write(gap.lowerBound)
            writer.write(gap.upperBound)
        }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        epoch = try reader.read()
        next = try reader.read()
        let count = Int(try reader.read(UInt32.self))
        guard count <= ProducerPosition.gapsMax else { throw .invalid("\(count) open gaps") }
        var end: UInt64 = 0
        for _ in 0..<count {
            let lower = try reader.read(UInt64.self)
            let upper = try reader.read(UInt64.self)
            guard end <= lower, lower < upper, upper <= next else {
                throw .invalid("a gap is no range")
            }
            gaps.append(lower..<upper)
            end = upper
        }
    }
}
