// SPDX-License-Identifier: Apache-2.0
//
// What the engine remembers of consolidations: which phase one is in, when the next may start, and
// what is waiting for that. One at a time; after each verdict a rest, which doubles when nothing
// was adopted, because autocorrelated errors fire every detector.

import Consolidation
import Primitives

/// A consolidation that was asked for and has not started.
struct ConsolidationWish: Sendable, Equatable {
    /// What asked for it.
    var trigger: ConsolidationTrigger
    /// The first labelled sample of the new world; 0 when no drift asked.
    var onset: UInt64
}

/// A consolidation whose job is with the worker, or whose race is on.
struct RunningConsolidation: Sendable, Equatable {
    var id: UInt64
    var wish: ConsolidationWish
    var deadline: Instant
    /// Whether the job's result has come, so that the race is on.
    var isRacing = false
}

/// Consolidations of one learner.
struct ConsolidationPlan: Sendable {
    var running: RunningConsolidation?
    var wish: ConsolidationWish?
    var lastID: UInt64 = 0
    var restUntil = Instant.start
    var rest: Duration
    var lastAt = Instant.start
    var lastAtSample: UInt64 = 0

    init(settings: ConsolidationSettings) {
        rest = settings.cooldown
    }

    /// Starts anew, but goes on with the numbers.
    init(settings: ConsolidationSettings, after plan: ConsolidationPlan) {
        self.init(settings: settings)
        lastID = plan.lastID
        lastAt = plan.lastAt
        restUntil = plan.restUntil
    }

    /// Takes a wish; a drift replaces a wish that knows no onset, and the newest onset counts.
    mutating func want(_ new: ConsolidationWish) {
        if new.trigger == .drift || wish == nil { wish = new }
    }

    /// Rests after a verdict.
    mutating func conclude(adopted: Bool, at now: Instant, settings: ConsolidationSettings) {
        restUntil = now + (adopted ? settings.cooldown : rest)
        rest = adopted ? settings.cooldown : min(rest * 2, settings.cooldownMax)
        running = nil
    }
}

extension ConsolidationWish: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(trigger.rawValue)
        writer.write(onset)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        guard let trigger = ConsolidationTrigger(rawValue: try reader.read()) else {
            throw .invalid("a consolidation has an unknown trigger")
        }
        self.trigger = trigger
        onset = try reader.read()
    }
}

extension RunningConsolidation: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(id)
        wish.encode(into: &writer)
        writer.write(deadline)
        writer.write(isRacing)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        id = try reader.read()
        wish = try ConsolidationWish(from: &reader)
        deadline = try reader.readInstant()
        isRacing = try reader.readFlag()
    }
}

extension ConsolidationPlan: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(optional: running)
        writer.write(optional: wish)
        writer.write(lastID)
        writer.write(restUntil)
        writer.write(rest.wholeNanoseconds)
        writer.write(lastAt)
        writer.write(lastAtSample)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        running = try reader.readOptional()
        wish = try reader.readOptional()
        lastID = try reader.read()
        restUntil = try reader.readInstant()
        rest = .nanoseconds(try reader.read(Int64.self))
        lastAt = try reader.readInstant()
        lastAtSample = try reader.read()
    }
}
