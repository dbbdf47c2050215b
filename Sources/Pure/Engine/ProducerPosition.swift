// SPDX-License-Identifier: Apache-2.0
//
// Where one producer stands: the number of the next sample expected in its newest epoch, and the
// ranges before it that never arrived. It tells a gap from a duplicate and from a message that was
// overtaken. Bounded: of many open gaps the oldest are forgotten (they stay counted as gaps).

package import Primitives

/// What a message's place in its producer's sequence says about it.
package enum Arrival: Sendable, Equatable {
    /// It continues the sequence after `gap` missing samples.
    case fresh(gap: UInt64)
    /// It was overtaken; its gap is closed.
    case overtaken
    /// It came before.
    case duplicate
}

/// The sequence of one producer.
package struct ProducerPosition: Sendable, Equatable {
    /// When the producer started.
    package private(set) var epoch: UInt64
    /// The number of the next sample.
    package private(set) var next: UInt64
    /// How many samples are missing, over all epochs.
    package private(set) var missing: UInt64 = 0
    private var gaps: [Range<UInt64>] = []

    /// The most gaps that can still be closed.
    package static let gapsMax = 32

    /// Makes the position at the start of an epoch.
    package init(epoch: UInt64) {
        self.epoch = epoch
        next = 0
    }

    /// Judges a message of `count` samples from number `sequence` on, and moves past it.
    package mutating func arrive(epoch: UInt64, sequence: UInt64, count: UInt64) -> Arrival {
        guard epoch >= self.epoch else { return .duplicate }
        if epoch > self.epoch {
            self.epoch = epoch
            next = 0
            gaps.removeAll(keepingCapacity: true)
        }
        let (end, overflow) = sequence.addingReportingOverflow(count)
        guard !overflow else { return .duplicate }
        if sequence >= next {
            let gap = sequence - next
            if gap > 0 {
                if gaps.count == ProducerPosition.gapsMax { gaps.removeFirst() }
                gaps.append(next..<sequence)
                missing &+= gap
            }
            next = end
            return .fresh(gap: gap)
        }
        guard
            let place = gaps.firstIndex(where: { $0.lowerBound <= sequence && end <= $0.upperBound }
            )
        else { return .duplicate }
        let gap = gaps.remove(at: place)
        if end < gap.upperBound { gaps.insert(end..<gap.upperBound, at: place) }
        if gap.lowerBound < sequence { gaps.insert(gap.lowerBound..<sequence, at: place) }
        if gaps.count > ProducerPosition.gapsMax { gaps.removeFirst() }
        missing -= count
        return .overtaken
    }
}

extension ProducerPosition: ByteCodable {
    /// Appends epoch, next number and gaps.
    package func encode(into writer: inout ByteWriter) {
        writer.write(epoch)
        writer.write(next)
        writer.write(missing)
        writer.write(UInt32(gaps.count))
        for gap in gaps {
            writer.write(gap.lowerBound)
            writer.write(gap.upperBound)
        }
    }

    /// Reads epoch, next number and gaps.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        epoch = try reader.read()
        next = try reader.read()
        missing = try reader.read()
        let count = Int(try reader.read(UInt32.self))
        guard count <= ProducerPosition.gapsMax else { throw .invalid("\(count) open gaps") }
        var end: UInt64 = 0
        var open: UInt64 = 0
        for _ in 0..<count {
            let lower = try reader.read(UInt64.self)
            let upper = try reader.read(UInt64.self)
            guard end <= lower, lower < upper, upper <= next else {
                throw .invalid("a gap is no range")
            }
            gaps.append(lower..<upper)
            end = upper
            open += upper - lower
        }
        guard open <= missing else { throw .invalid("more is open than is missing") }
    }
}
