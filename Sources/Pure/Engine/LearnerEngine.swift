// SPDX-License-Identifier: Apache-2.0
//
// The engine: one deterministic state machine per learner. It has no clock, no thread and no I/O;
// inputs come in with the moment at which they happen, wishes go out as effects. The same inputs
// from the same state give the same bytes, which is what checkpoint, replay and simulation rest on.
//
// Invariants after every step: the books balance; version numbers have only risen; at most one
// consolidation is running; nothing is waiting once the vote is over.

import Consolidation
import Drift
import Experts
package import Learning
package import Primitives
import Samples
import Versions

/// One learner's state and how it moves.
package struct LearnerEngine: Sendable {
    /// What the learner is before and after the vote.
    enum Phase: Sendable {
        /// The first samples wait.
        case voting(VoteQueue)
        /// The learner learns.
        case learning(LearnerCore)
    }

    /// The learner's name.
    package let name: Name
    /// The settings that it has now.
    package internal(set) var settings: EngineSettings
    /// The books.
    package internal(set) var accounts = Accounts()
    /// Why samples are only tested, if they are.
    package internal(set) var isHeld = false
    var phase = Phase.voting(VoteQueue())
    /// The samples that were predicted and wait for their labels.
    package internal(set) var room = WaitingRoom()
    /// Which of them somebody is asked about.
    package internal(set) var selector: QuerySelector
    /// The core's counts, kept beside it because looking into the phase copies the core.
    var pace: Pace?
    var publication = Publication()
    var plan = ConsolidationPlan()
    var random: RandomSource
    var checkpointAt: Instant
    /// Whether something has changed since the last checkpoint was asked for; a checkpoint is what
    /// makes it false, so that it need not be in one.
    var isUnsaved = false
    var verdict: Verdict?
    /// The task that a reset asked for, which the next vote does not decide.
    ///
    /// The configuration may go on leaving it open.
    var taskOrder: Task?
    var drifts: UInt64 = 0
    var warnings: UInt64 = 0
    /// The drifts that were one producer's alone; they do not count among the others.
    var producerDrifts: UInt64 = 0
    var driftHistory = DriftHistory()
    /// The moment of the last step.
    package internal(set) var now = Instant.start

    /// Makes a learner that has seen nothing.
    package init(name: Name, settings: EngineSettings, at now: Instant = .start) {
        self.name = name
        self.settings = settings
        random = RandomSource(seed: settings.seed)
        selector = QuerySelector(seed: settings.seed)
        checkpointAt = now + settings.checkpointInterval
        self.now = now
    }

    /// The number of the last version given.
    package var versionLast: UInt64 { publication.last }

    /// The labelled samples that were stepped.
    package var labelled: UInt64 {
        pace?.labelled ?? 0
    }

    /// Puts a core into service, with its counts beside it.
    mutating func keep(_ core: LearnerCore) {
        pace = Pace(
            labelled: core.labelled,
            trained: core.champion.trained,
            hasRecipes: core.remembers,
            followsLoad: core.champion.learner.followsLoad,
            refits: core.champion.learner.refitState
        )
        phase = .learning(core)
    }

    /// The learning part, once there is one.
    package var core: LearnerCore? {
        if case .learning(let core) = phase { core } else { nil }
    }

    /// The schema, once there is one.
    package var schema: Schema? {
        if case .learning(let core) = phase { core.schema } else { nil }
    }

    /// The model in service, once there is one.
    package var champion: Contender? {
        if case .learning(let core) = phase { core.champion } else { nil }
    }

    /// The bytes of everything that learning changes: what a refused sample must leave alone.
    package var modelBytes: [UInt8] {
        guard case .learning(let core) = phase else { return [] }
        var writer = ByteWriter()
        core.encode(into: &writer)
        return writer.bytes
    }

    /// Takes one input and adds what is to be done to `effects`.
    ///
    /// Never blocks, never throws.
    package mutating func step(_ input: Input, at now: Instant, effects: inout Effects) {
        precondition(now >= self.now, "an engine's time does not run backwards")
        self.now = now
        if input.changesState { isUnsaved = true }
        switch input {
        case .batch(let batch): take(batch, effects: &effects)
        case .tick: break
        case .jobFinished(let id, let memoryEnd, let challengers):
            judge(id: id, memoryEnd: memoryEnd, challengers: challengers, effects: &effects)
        case .refitFinished(let id, let refit, let busy):
            judge(id: id, refit, busy: busy, effects: &effects)
        case .clock(let second): follow(clock: second)
        case .load(let load): follow(load, effects: &effects)
        case .command(let command): obey(command, effects: &effects)
        case .settings(let settings): change(settings, effects: &effects)
        case .resumed(let versionMax, let consolidationMax):
            plan.lastID = max(plan.lastID, consolidationMax)
            resume(after: versionMax, effects: &effects)
        case .stored(let version, let isDurable):
            publication.wasStored(version, isDurable: isDurable)
        case .stop: stop(effects: &effects)
        }
        // What time has made due is due after the next start, too.
        if case .stop = input {} else { actOnDeadlines(effects: &effects) }
        precondition(accounts.total.balances, "the books balance after every step")
    }

    /// The moment at which the engine wants a tick; nil when nothing is due without input.
    ///
    /// A tick at that moment moves it on, so that whoever waits for it never turns in circles.
    package var nextDeadline: Instant? {
        var deadline = isUnsaved ? checkpointAt : nil
        func consider(_ moment: Instant) { deadline = min(deadline ?? moment, moment) }
        if let pace {
            if publication.parent != nil, publication.awaited == nil, pace.trained > 0 {
                consider(publication.askedAt + settings.publish.interval)
            }
            if let running = plan.running, running.isTraining { consider(running.deadline) }
            if settings.consolidation.every > .zero, consolidates {
                consider(plan.lastAt + settings.consolidation.every)
            }
            if plan.wish != nil, plan.running == nil, plan.restUntil > now {
                consider(plan.restUntil)
            }
            if plan.wish != nil || pace.refits == .due, plan.running == nil,
                plan.breatherUntil > now
            {
                consider(plan.breatherUntil)
            }
        } else if case .voting(let queue) = phase {
            if let since = queue.since { consider(since + settings.votePatience) }
            if let expiry = queue.nextExpiry(settings.labels) { consider(expiry) }
        }
        if let expiry = room.nextExpiry(settings.labels) { consider(expiry) }
        return deadline
    }
}

extension LearnerEngine {
    /// Does what time has made due.
    private mutating func actOnDeadlines(effects: inout Effects) {
        expireWaiting(effects: &effects)
        if case .voting(let queue) = phase, let since = queue.since,
            now >= since + settings.votePatience
        {
            vote(on: queue, effects: &effects)
        }
        considerPublication(effects: &effects)
        considerConsolidation(effects: &effects)
        if isUnsaved, now >= checkpointAt { effects.wantsCheckpoint = true }
        if effects.wantsCheckpoint {
            isUnsaved = false
            checkpointAt = now + settings.checkpointInterval
        }
    }

    /// Gives up the job, which the next start will begin again.
    ///
    /// Samples that wait for the vote go on waiting in the checkpoint: a stop must not decide with
    /// few of them what a learner is.
    private mutating func stop(effects: inout Effects) {
        if let running = plan.running, running.isTraining {
            effects.cancelledJobs.append(running.id)
            putOff(running, effects: &effects)
        }
        effects.wantsCheckpoint = true
    }

    private mutating func resume(after versionMax: UInt64, effects: inout Effects) {
        publication.last = max(publication.last, versionMax)
        publication.awaited = nil
        // Before the first version there is nothing that consumers would have to see replaced.
        publication.isResumed = labelled > 0 && publication.last > 0
        if let running = plan.running, running.isTraining { putOff(running, effects: &effects) }
        checkpointAt = now + settings.checkpointInterval
    }

    /// The job of a running consolidation is gone with its process; a race goes on.
    private mutating func putOff(_ running: RunningConsolidation, effects: inout Effects) {
        plan.running?.isTraining = false
        guard !running.isRacing else { return }
        plan.running = nil
        plan.want(running.wish)
        // What a pool does by itself was never told.
        guard running.wish.trigger != .schedule else { return }
        tell(.expired, running, "the daemon stopped; it begins anew", effects: &effects)
    }

    /// Whether reports of the load are of use.
    package var followsLoad: Bool { pace?.followsLoad ?? false }

    /// Lets the model take more or less time for a row.
    private mutating func follow(_ load: Load, effects: inout Effects) {
        guard followsLoad, case .learning(var core) = phase else { return }
        phase = .voting(VoteQueue())
        let change = core.champion.learner.follow(load)
        keep(core)
        guard let change else { return }
        isUnsaved = true
        effects.events.append(.steered(change.text))
    }

    /// What a configuration may change on a living learner takes effect at once; what a learner
    /// was born with stays, and whoever loads the configuration has refused such a change.
    private mutating func change(_ new: EngineSettings, effects: inout Effects) {
        if let complaint = new.complaint {
            effects.events.append(.steered("the new settings are not used: \(complaint)"))
            return
        }
        let warmStart = settings.warmStart
        // Times that are new have not been missed.
        if new.consolidation.at != settings.consolidation.at { plan.clockAt = nil }
        settings = new
        // The tensors of its birth are the learner's own; a configuration only names their file.
        settings.warmStart = warmStart
        checkpointAt = min(checkpointAt, now + new.checkpointInterval)
        guard case .learning(var core) = phase else { return }
        core.configure(new)
        effects.events += core.takeContextNews().map { .contextChanged($0) }
        keep(core)
    }
}

/// What the engine asks its core at every step.
struct Pace: Sendable {
    /// The labelled samples that were stepped.
    var labelled: UInt64
    /// The samples that the champion has been trained on.
    var trained: UInt64
    /// Whether challengers can be made of the champion.
    var hasRecipes: Bool
    /// Whether the champion takes less time for a row when there is little.
    var followsLoad: Bool
    /// Whether parts of the champion are made anew by themselves, and whether it is time.
    var refits: RefitState
}
