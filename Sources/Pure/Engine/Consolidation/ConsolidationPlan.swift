// SPDX-License-Identifier: Apache-2.0
//
// What the engine remembers of consolidations: which one is under way, when the next may start, and
// what is waiting for that. One at a time. After each verdict there is a rest, counted in time and
// in samples, which is over with whichever ends first: time alone would hide a drift on a slow
// clock, samples alone would let a flood of them ask without pause. The rest doubles when nothing
// was adopted, because autocorrelated errors fire every detector.

import Consolidation
import Primitives

/// A consolidation that was asked for and has not started.
struct ConsolidationWish: Sendable, Equatable {
    /// What asked for it.
    var trigger: ConsolidationTrigger
    /// The first labelled sample of the new world; 0 when no drift asked.
    var onset: UInt64
    /// How many samples there must be since the onset; the rest need not be over for more of them
    /// after an adoption.
    var rowsMin: UInt64 = 0
    /// Whether it goes on from an adoption with more rows of the same world.
    var isFollowUp = false
    /// How challengers are made; none: as the rule has it.
    var recipes: [Recipe] = []
    /// Why the rule asked, where that has to be said.
    var cause = ""
}

/// A consolidation whose job is with the worker, or whose race is on, or both.
struct RunningConsolidation: Sendable, Equatable {
    var id: UInt64
    var wish: ConsolidationWish
    /// When the job is given up.
    var deadline: Instant
    /// Whether a job is with the worker.
    var isTraining = true
    /// Whether challengers are racing.
    var isRacing = false
    /// The samples since the onset when the last job began.
    var rows: UInt64
}

/// Consolidations of one learner.
struct ConsolidationPlan: Sendable {
    var running: RunningConsolidation?
    var wish: ConsolidationWish?
    var lastID: UInt64 = 0
    var restUntil = Instant.start
    var restUntilSample: UInt64 = 0
    /// How often the rest has doubled.
    var doublings = 0
    var lastAt = Instant.start
    var lastAtSample: UInt64 = 0
    /// When the job at hand, or the last one, was given to the worker.
    var trainedFrom = Instant.start
    /// The wall clock's second up to which the calendar has been followed; nil until it is told.
    var clockAt: Int64?
    /// What the rule of plasticity knows.
    var plasticity = PlasticityState()
    /// No job starts before, so that jobs take no more than their share of a core.
    var breatherUntil = Instant.start

    /// Between jobs the worker rests this many times as long as the last one took: at most a tenth
    /// of one core goes to consolidation, however fast the samples come.
    static let breatherShare: Int64 = 9
    /// The same for refits of a pool, which lives by them: at most 30 % of one core.
    static let refitBreather = 7.0 / 3

    /// More doublings than this are not counted.
    static let doublingsMax = 30

    init() {}

    /// Starts anew, but goes on with the numbers.
    init(after plan: ConsolidationPlan) {
        lastID = plan.lastID
        lastAt = plan.lastAt
        clockAt = plan.clockAt
    }

    /// Onsets that lie no further apart are two estimates of one.
    static let onsetTolerance: UInt64 = 64

    /// Takes a wish; a drift replaces any other one.
    ///
    /// Detectors that see one drift differ in where they think it began, and one that has been
    /// uneasy for long thinks far too early: so the newest onset counts, and one that is not newer
    /// than the running consolidation's is no news.
    mutating func want(_ new: ConsolidationWish) {
        guard new.trigger == .drift else {
            wish = wish ?? new
            return
        }
        if let running, running.wish.trigger == .drift,
            new.onset <= running.wish.onset + Self.onsetTolerance
        {
            return
        }
        guard let old = wish, old.trigger == .drift, new.onset <= old.onset + Self.onsetTolerance
        else {
            wish = new
            return
        }
    }

    /// Notes that the worker is done with a job, or that it was taken away.
    mutating func endTraining(at now: Instant) {
        running?.isTraining = false
        breatherUntil = now + (now - trainedFrom) * Self.breatherShare
    }

    /// Notes that the worker is done with a refit, for which it was busy so long.
    ///
    /// What counts is its own time, not how long the refit waited for it: refits come often.
    mutating func endRefit(at now: Instant, busy: Duration) {
        running?.isTraining = false
        let rest = Double(busy.wholeNanoseconds) * Self.refitBreather
        breatherUntil = now + .nanoseconds(Int64(min(max(rest, 0), 1e15)))
    }

    /// Whether the rest after the last verdict is not over.
    func isResting(at now: Instant, sample: UInt64) -> Bool {
        now < restUntil && sample < restUntilSample
    }

    /// Ends the running consolidation and rests.
    ///
    /// Only a rejection makes the rests longer; it does not when it merely failed to improve on
    /// what had just been adopted.
    mutating func conclude(
        adopted: Bool,
        at now: Instant,
        sample: UInt64,
        settings: ConsolidationSettings
    ) {
        let isFollowUp = running?.wish.isFollowUp ?? false
        running = nil
        if adopted {
            doublings = 0
            plasticity.rankMost = 0
        }
        rest(at: now, sample: sample, settings: settings)
        if !adopted && !isFollowUp { doublings = min(doublings + 1, Self.doublingsMax) }
    }

    /// Ends a consolidation that the world has overtaken.
    ///
    /// Nobody has lost, so the rests become no longer; and when the last verdict was an adoption
    /// there is none, since whoever was right the last time need not be held back.
    mutating func endOvertaken(at now: Instant, sample: UInt64, settings: ConsolidationSettings) {
        running = nil
        if doublings > 0 {
            rest(at: now, sample: sample, settings: settings)
        } else {
            restUntil = now
            restUntilSample = sample
        }
    }

    private mutating func rest(at now: Instant, sample: UInt64, settings: ConsolidationSettings) {
        let time = settings.cooldown.wholeNanoseconds.doubled(
            doublings,
            max: settings.cooldownMax.wholeNanoseconds
        )
        let samples = Int64(settings.cooldownSamples).doubled(
            doublings,
            max: Int64(settings.cooldownSamplesMax)
        )
        restUntil = now + .nanoseconds(time)
        restUntilSample = sample + UInt64(samples)
    }
}

extension Int64 {
    /// The number doubled so many times, but no more than `max` (or the number, if that is more).
    fileprivate func doubled(_ times: Int, max most: Int64) -> Int64 {
        let limit = Swift.max(self, most)
        return self > limit >> Int64(times) ? limit : self << Int64(times)
    }
}

extension ConsolidationWish: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(trigger.rawValue)
        writer.write(onset)
        writer.write(rowsMin)
        writer.write(isFollowUp)
        writer.write(items: recipes)
        writer.write(cause)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        guard let trigger = ConsolidationTrigger(rawValue: try reader.read()) else {
            throw .invalid("a consolidation has an unknown trigger")
        }
        self.trigger = trigger
        onset = try reader.readCounter()
        rowsMin = try reader.readCounter()
        isFollowUp = try reader.readFlag()
        recipes = try reader.readItems()
        cause = try reader.readText()
    }
}

extension RunningConsolidation: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(id)
        wish.encode(into: &writer)
        writer.write(deadline)
        writer.write(isTraining)
        writer.write(isRacing)
        writer.write(rows)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        id = try reader.readCounter()
        wish = try ConsolidationWish(from: &reader)
        deadline = try reader.readMoment()
        isTraining = try reader.readFlag()
        isRacing = try reader.readFlag()
        rows = try reader.readCounter()
    }
}

extension ConsolidationPlan: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(optional: running)
        writer.write(optional: wish)
        writer.write(lastID)
        writer.write(restUntil)
        writer.write(restUntilSample)
        writer.write(UInt8(doublings))
        writer.write(lastAt)
        writer.write(lastAtSample)
        writer.write(trainedFrom)
        writer.write(breatherUntil)
        writer.write(clockAt != nil)
        writer.write(clockAt ?? 0)
        plasticity.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        running = try reader.readOptional()
        wish = try reader.readOptional()
        lastID = try reader.readCounter()
        restUntil = try reader.readMoment()
        restUntilSample = try reader.readCounter()
        doublings = Int(try reader.read(UInt8.self))
        lastAt = try reader.readMoment()
        lastAtSample = try reader.readCounter()
        trainedFrom = try reader.readInstant()
        breatherUntil = try reader.readInstant()
        let hasClock = try reader.readFlag()
        let clockAt: Int64 = try reader.read()
        guard (-1 << 40...1 << 40).contains(clockAt) else {
            throw .invalid("the calendar is beyond all years")
        }
        self.clockAt = hasClock ? clockAt : nil
        plasticity = try PlasticityState(from: &reader)
        guard doublings <= Self.doublingsMax else {
            throw .invalid("a cool-down doubled \(doublings) times")
        }
    }
}
