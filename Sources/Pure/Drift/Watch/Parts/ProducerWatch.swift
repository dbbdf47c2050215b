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
// The others have also not risen when theirs is less than a third of its rise: what is learned from
// it drags the model down a little for all. If more than one producer fits, or none, it is the
// world's; with a single producer it always is.
//
// Detectors see one change several times, with ever later onsets. So the producer that was named
// last stays a suspect, with what was before: while its errors have not come back, a rise is still
// its own unless the others have risen since.
//
// A drift is often seen before there are enough samples to say whose it is. If it may be one
// producer's, the report waits, for 128 samples at most, and is judged anew after every 16; a drift
// that all share is the world's at once.
//
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
    /// The fewest samples before that say anything.
    private static let least = 32.0
    /// The fewest after the onset, of its own and of all others.
    private static let leastAfter = 8.0
    /// How many standard errors a rise is; one in 700.
    private static let sure = 3.0
    /// By how many standard errors more than the others'; one in 4,000.
    private static let surelyMore = 3.5
    /// From how many standard errors on a rise is likely; one in 15.
    private static let likely = 1.5
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

    /// The producer that was named last, and what was before.
    private struct Suspect: Sendable {
        var producer: Int32
        var onset: UInt64
        var own: Tally
        var others: Tally
    }

    private var suspect: Suspect?
    private var waiting: WaitingDrift?

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
        guard shift.change == .rise else {
            slots[slot].test = PartTest()
            return nil
        }
        let own = min(slots[slot].held, shift.blocks * PartTest.blockValues)
        let onset = slots[slot].samples[
            (slots[slot].next + ProducerWatch.newest - own) % ProducerWatch.newest
        ]
        // One that others share is looked at again at the next block.
        guard culprit(since: onset, until: sample) == producer else { return nil }
        slots[slot].test = PartTest()
        return PartShift(
            part: Int(producer),
            change: shift.change,
            size: shift.size,
            samplesSinceOnset: Int(sample - onset)
        )
    }

    /// Says whose drift a report of the whole stream is, or lets it wait.
    ///
    /// - Parameters:
    ///   - report: What a detector of the whole stream says of this sample.
    ///   - sample: The number of the sample, which was taken last.
    /// - Returns: The report with the producer that it is about, if it is one's alone; nil when it
    ///   waits.
    package mutating func judge(_ report: DriftReport, sample: UInt64) -> JudgedDrift? {
        let onset = sample - min(sample, UInt64(max(0, report.samplesSinceOnset))) + 1
        guard report.change == .rise else { return JudgedDrift(report: report, producer: nil) }
        if let culprit = culprit(since: onset, until: sample) {
            return JudgedDrift(report: report, producer: culprit)
        }
        guard report.level == .drift, mayBeAlone(since: onset, until: sample) else {
            return JudgedDrift(report: report, producer: nil)
        }
        // A second report of the same change says nothing new.
        if waiting == nil { waiting = WaitingDrift(report: report, sample: sample, onset: onset) }
        return nil
    }

    /// Judges the drift that waits, if it is time.
    ///
    /// - Parameter sample: The number of the sample that was taken last.
    /// - Returns: The drift, if it waits no longer.
    package mutating func judgeWaiting(sample: UInt64) -> JudgedDrift? {
        guard var drift = waiting, sample > drift.sample,
            (sample - drift.sample) % WaitingDrift.step == 0
        else { return nil }
        let culprit = culprit(since: drift.onset, until: sample)
        let passed = sample - drift.sample
        if culprit == nil, passed < WaitingDrift.most,
            mayBeAlone(since: drift.onset, until: sample)
        {
            return nil
        }
        waiting = nil
        drift.report.samplesSinceOnset += Int(passed)
        return JudgedDrift(report: drift.report, producer: culprit)
    }

    /// Whether one producer's errors seem to have risen, and those of the others do not.
    private func mayBeAlone(since onset: UInt64, until now: UInt64) -> Bool {
        let changes = slots.map { change(of: $0, since: onset, until: now) }
        var all = Change()
        for change in changes {
            all.before = all.before + change.before
            all.after = all.after + change.after
        }
        return changes.contains { change in
            let others = all - change
            return change.score >= ProducerWatch.likely && others.score < ProducerWatch.doubtful
                && change.rise > 2 * others.rise
        }
    }

    /// The producer whose errors alone have risen.
    ///
    /// - Parameters:
    ///   - onset: The first sample after the change.
    ///   - now: The last sample that counts.
    /// - Returns: The producer's number; nil when it is the world's.
    package mutating func culprit(since onset: UInt64, until now: UInt64) -> Int32? {
        guard slots.count > 1 else { return nil }
        let changes = slots.map { change(of: $0, since: onset, until: now) }
        var all = Change()
        for change in changes {
            all.before = all.before + change.before
            all.after = all.after + change.after
        }
        if let suspect, let place = slots.firstIndex(where: { $0.producer == suspect.producer }),
            suspect.onset < onset
        {
            let since = change(of: slots[place], since: suspect.onset, until: now)
            var others = all - changes[place]
            others.before = suspect.others
            let own = Change(before: suspect.own, after: since.after)
            if ProducerWatch.isAlone(own, others) { return suspect.producer }
        }
        var found: Int?
        for (place, change) in changes.enumerated()
        where ProducerWatch.isAlone(change, all - change) {
            guard found == nil else { return nil }
            found = place
        }
        guard let found else { return nil }
        let others = all - changes[found]
        suspect = Suspect(
            producer: slots[found].producer,
            onset: onset,
            own: changes[found].before.count < ProducerWatch.least
                ? others.before : changes[found].before,
            others: others.before
        )
        return slots[found].producer
    }

    private static func isAlone(_ change: Change, _ others: Change) -> Bool {
        var own = change
        if own.before.count < least { own.before = others.before }
        return own.after.count >= leastAfter && others.after.count >= leastAfter
            && others.before.count >= least && own.score >= sure
            && (others.score < doubtful || others.rise < own.rise / 3)
            && own.rise - others.rise >= surelyMore * (own.doubt + others.doubt).squareRoot()
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
        writer.write(UInt64(slots.count))
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
        writer.write(optional: waiting)
        writer.write(suspect != nil)
        guard let suspect else { return }
        writer.write(suspect.producer)
        writer.write(suspect.onset)
        for tally in [suspect.own, suspect.others] {
            writer.write(tally.count)
            writer.write(tally.sum)
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
        waiting = try reader.readOptional()
        guard try reader.readFlag() else { return }
        var read = Suspect(producer: try reader.read(), onset: 0, own: Tally(), others: Tally())
        read.onset = try reader.read()
        read.own = Tally(count: try reader.readDouble(), sum: try reader.readDouble())
        read.others = Tally(count: try reader.readDouble(), sum: try reader.readDouble())
        suspect = read
    }
}
