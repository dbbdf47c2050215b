// SPDX-License-Identifier: Apache-2.0
//
// An engine without a daemon: the daemon's own engine over samples from a file or a generator, on a
// clock that moves by a fixed time with each sample. Jobs are done on the spot, and their results
// come back after a stated number of samples, as they would from a worker.

import Consolidation
package import Engine
import Primitives
package import Samples
package import Versions

/// A learner that is fed by hand.
package struct Rehearsal: Sendable {
    /// The engine.
    package private(set) var engine: LearnerEngine
    /// Everything that it told.
    package private(set) var events: [EngineEvent] = []
    /// The versions that it let go, oldest first.
    package private(set) var versions: [VersionDraft] = []
    /// The micro-batch that is being filled.
    package var batch = MicroBatch()

    private var now: Instant
    private let timePerSample: Duration
    private let jobSamples: Int
    private let batchRows: Int
    private let keepsVersions: Bool
    private var results: [(job: Job, dueAt: UInt64)] = []
    private var fed: UInt64 = 0

    /// Makes a rehearsal.
    ///
    /// - Parameters:
    ///   - settings: The learner's settings.
    ///   - batchRows: The samples of a micro-batch.
    ///   - timePerSample: How far each sample moves the clock.
    ///   - jobSamples: After how many samples a job's result comes back.
    ///   - keepsVersions: Whether versions are collected.
    package init(
        settings: EngineSettings,
        batchRows: Int = 16,
        timePerSample: Duration = .milliseconds(1),
        jobSamples: Int = 16,
        keepsVersions: Bool = true
    ) {
        engine = LearnerEngine(name: .default, settings: settings)
        now = .start
        self.timePerSample = timePerSample
        self.jobSamples = jobSamples
        self.batchRows = batchRows
        self.keepsVersions = keepsVersions
    }

    /// Counts the samples that have been put into ``batch`` since the last call, and steps the
    /// engine when there are enough.
    package mutating func advance() {
        if batch.received >= batchRows { close() }
    }

    /// Steps the engine with what is in ``batch``.
    package mutating func close() {
        guard !batch.isEmpty else { return }
        let count = batch.received
        now = now + timePerSample * count
        fed += UInt64(count)
        step(.batch(batch))
        batch.removeAll()
        deliver()
    }

    /// Steps what is left, and ends the vote if it is still open.
    package mutating func finish() {
        close()
        while engine.accounts.total.waiting > 0, let deadline = engine.nextDeadline {
            now = max(now, deadline)
            step(.tick)
        }
    }

    /// Steps the engine with any other input.
    package mutating func step(_ input: Input) {
        var effects = Effects()
        engine.step(input, at: now, effects: &effects)
        events += effects.events
        if keepsVersions { versions += effects.versions }
        for id in effects.cancelledJobs { results.removeAll { $0.job.id == id } }
        for job in effects.jobs { results.append((job, fed + UInt64(jobSamples))) }
    }

    private mutating func deliver() {
        while let next = results.first, next.dueAt <= fed {
            results.removeFirst()
            var job = next.job
            while !job.isDone { job.advance() }
            step(Input(job))
        }
    }
}
