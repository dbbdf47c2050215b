// SPDX-License-Identifier: Apache-2.0
//
// Whose drift it is. When errors rise, the samples of each producer since the onset are held
// against its own before (or, if it had too few, against everybody's before). It is one producer's
// alone when
//
// 1. its errors have risen,
// 2. those of all others together have not, and there are enough of them on both sides, and
// 3. it has risen by more than the others: that they have not must not be for want of samples.
//
// If more than one producer fits, or none, it is the world's; with a single producer it always is.
// A producer's errors are also watched by themselves (``PartTest``), since a small one that turns
// bad does not move the errors of all.
//
// Nothing is kept while there is one producer only. The 64 that sent last are known; whoever has to
// give way is forgotten, and begins anew when it comes back.

package import Primitives

/// The errors of each producer.
package struct ProducerWatch: Sendable {
    /// The most producers that are known.
    package static let most = 64
    /// How many of its newest samples are known one by one.
    static let newest = 256
    /// The fewest samples of all others, before and after, that say anything.
    private static let least = 32.0
    /// The fewest of its own after the onset.
    private static let leastOwn = 8.0
    /// How many standard errors a rise is; one in 30,000.
    private static let sure = 4.0
    /// From how many standard errors on the others have risen, too; one in 40.
    private static let doubtful = 2.0

    /// The chance of a false report within 25,600 samples.
    package let delta: Double
    private let critical: Double
    private var only: Int32 = -1
    private var slots: [Slot] = []
    /// The slot of each producer; -1: none.
    private var numbers: [Int16] = []

    /// One producer.
    private struct Slot: Sendable {
        var producer: Int32
        var test = PartTest()
        /// The newest samples, in a ring.
        var samples: [UInt64]
        var values: [Float]
        var held = 0
        var next = 0
        /// The values of those before.
        var past = Tally()
        var last: UInt64 = 0

        init(_ producer: Int32) {
            self.producer = producer
            samples = [UInt64](repeating: 0, count: ProducerWatch.newest)
            values = [Float](repeating: 0, count: ProducerWatch.newest)
        }
    }

    /// Counts values from 0 to 1.
    private struct Tally: Sendable, Equatable {
        var count = 0.0
        var sum = 0.0

        /// The mean, a little towards a half, so that few values are never sure.
        var mean: Double { (sum + 0.5) / (count + 1) }
        /// The square of its standard error, at most.
        var doubt: Double { mean * (1 - mean) / (count + 1) }

        mutating func add(_ value: Double) {
            count += 1
            sum += value
        }

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(count: left.count + right.count, sum: left.sum + right.sum)
        }

        static func - (left: Tally, right: Tally) -> Tally {
            Tally(count: left.count - right.count, sum: left.sum - right.sum)
        }
    }

    /// Before and after an onset.
    private struct Change {
        var before = Tally()
        var after = Tally()

        var rise: Double { after.mean - before.mean }
        var doubt: Double { after.doubt + before.doubt }
        /// The rise in standard errors.
        var score: Double { rise / doubt.squareRoot() }

        static func - (left: Change, right: Change) -> Change {
            Change(before: left.before - right.before, after: left.after - right.after)
        }
    }

    /// Makes a watch that has seen nobody.
    package init(delta: Double) {
        self.delta = delta
        critical = PartTest.critical(delta: delta)
    }

    /// Whether these are samples of the only producer so far, which nobody need look at.
    package func isAlone(_ producers: Span<Int32>) -> Bool {
        guard slots.isEmpty else { return false }
        let first = only < 0 ? (producers.isEmpty ? -1 : producers[0]) : only
        for index in producers.indices where producers[index] != first { return false }
        return true
    }

    /// Notes who is the only producer so far.
    package mutating func meet(_ producer: Int32) {
        if only < 0 { only = producer }
    }

    /// Takes the next value of a producer, from 0 to 1.
    ///
    /// - Parameters:
    ///   - value: Whether it was an error, or the bounded loss.
    ///   - producer: The number of the producer.
    ///   - sample: The number of the sample; numbers ascend.
    /// - Returns: That the producer's errors have moved, and nobody else's.
    package mutating func take(
        _ value: Float,
        of producer: Int32,
        sample: UInt64
    ) -> PartShift? {
        meet(producer)
        guard !slots.isEmpty || producer != only else { return nil }
        let slot = slot(of: producer)
        put(value, sample, in: slot)
        guard let shift = slots[slot].test.take(value, critical: critical) else { return nil }
        let own = min(slots[slot].held, shift.blocks * PartTest.blockValues)
        let onset = slots[slot].samples[
            (slots[slot].next + ProducerWatch.newest - own) % ProducerWatch.newest
        ]
        guard shift.change == .rise, culprit(since: onset, until: sample) == producer else {
            return nil
        }
        return PartShift(
            part: Int(producer),
            change: shift.change,
            size: shift.size,
            samplesSinceOnset: Int(sample - onset)
        )
    }

    /// The producer whose errors alone have risen.
    ///
    /// - Parameters:
    ///   - onset: The first sample after the change.
    ///   - now: The last sample that counts.
    package func culprit(since onset: UInt64, until now: UInt64) -> Int32? {
        guard slots.count > 1 else { return nil }
        let changes = slots.map { change(of: $0, since: onset, until: now) }
        var all = Change()
        for change in changes {
            all.before = all.before + change.before
            all.after = all.after + change.after
        }
        var found: Int32?
        for (slot, change) in zip(slots, changes) where isAlone(change, among: all) {
            guard found == nil else { return nil }
            found = slot.producer
        }
        return found
    }

    private func isAlone(_ change: Change, among all: Change) -> Bool {
        let others = all - change
        var own = change
        if own.before.count < ProducerWatch.least { own.before = others.before }
        return own.after.count >= ProducerWatch.leastOwn
            && others.after.count >= ProducerWatch.least
            && others.before.count >= ProducerWatch.least
            && own.score >= ProducerWatch.sure && others.score < ProducerWatch.doubtful
            && own.rise - others.rise
                >= ProducerWatch.sure * (own.doubt + others.doubt).squareRoot()
    }

    private func change(of slot: Slot, since onset: UInt64, until now: UInt64) -> Change {
        var change = Change(before: slot.past)
        for place in 0..<slot.held where slot.samples[place] <= now {
            let value = Double(slot.values[place])
            if slot.samples[place] < onset {
                change.before.add(value)
            } else {
                change.after.add(value)
            }
        }
        return change
    }

    private mutating func put(_ value: Float, _ sample: UInt64, in slot: Int) {
        let place = slots[slot].next
        if slots[slot].held == ProducerWatch.newest {
            slots[slot].past.add(Double(slots[slot].values[place]))
            // What was long ago fades.
            if slots[slot].past.count >= 4096 {
                slots[slot].past.count /= 2
                slots[slot].past.sum /= 2
            }
        } else {
            slots[slot].held += 1
        }
        slots[slot].samples[place] = sample
        slots[slot].values[place] = value
        slots[slot].next = (place + 1) % ProducerWatch.newest
        slots[slot].last = sample
    }

    /// The slot of a producer; if there is none, the one that was silent longest gives way.
    private mutating func slot(of producer: Int32) -> Int {
        while numbers.count <= Int(producer) { numbers.append(-1) }
        if numbers[Int(producer)] >= 0 { return Int(numbers[Int(producer)]) }
        var place = slots.count
        if place < ProducerWatch.most {
            slots.append(Slot(producer))
        } else {
            place = 0
            for other in slots.indices where slots[other].last < slots[place].last { place = other }
            numbers[Int(slots[place].producer)] = -1
            slots[place] = Slot(producer)
        }
        numbers[Int(producer)] = Int16(place)
        return place
    }
}

extension ProducerWatch: ByteCodable {
    /// Appends the producers and their samples.
    package func encode(into writer: inout ByteWriter) {
        writer.write(delta)
        writer.write(only)
        writer.write(UInt32(slots.count))
        for slot in slots {
            writer.write(slot.producer)
            slot.test.encode(into: &writer)
            writer.write(UInt16(slot.held))
            writer.write(UInt16(slot.next))
            writer.write(numbers: slot.samples)
            writer.write(slot.values)
            writer.write(slot.past.count)
            writer.write(slot.past.sum)
            writer.write(slot.last)
        }
    }

    /// Reads the producers and their samples.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let delta = try reader.readDouble()
        guard delta > 0, delta < 1 else { throw .invalid("a watch has the level \(delta)") }
        self.init(delta: delta)
        only = try reader.read()
        for place in 0..<(try reader.readCount(itemBytes: 16)) {
            var slot = Slot(try reader.read(Int32.self))
            slot.test = try PartTest(from: &reader)
            slot.held = Int(try reader.read(UInt16.self))
            slot.next = Int(try reader.read(UInt16.self))
            slot.samples = try reader.readNumbers(of: UInt64.self)
            slot.values = try reader.readFloats()
            slot.past.count = try reader.readDouble()
            slot.past.sum = try reader.readDouble()
            slot.last = try reader.read()
            let newest = ProducerWatch.newest
            guard (0..<1 << 16).contains(slot.producer), place < ProducerWatch.most,
                slot.held <= newest, slot.next < newest, slot.samples.count == newest,
                slot.values.count == newest, slot.past.count >= 0
            else { throw .invalid("the samples of a producer do not go together") }
            while numbers.count <= Int(slot.producer) { numbers.append(-1) }
            guard numbers[Int(slot.producer)] < 0 else {
                throw .invalid("a producer is watched twice")
            }
            numbers[Int(slot.producer)] = Int16(place)
            slots.append(slot)
        }
    }
}
