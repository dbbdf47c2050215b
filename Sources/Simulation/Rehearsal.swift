// SPDX-License-Identifier: Apache-2.0
//
// An engine without a daemon: the daemon's own engine over samples from a file or a generator, on a
// clock that moves by a fixed time with each sample. Jobs are done on the spot, and their results
// come back after a stated number of samples, as they would from a worker: a micro-batch ends where
// one is due. Labels may come late, by the way on which the daemon takes late labels.

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

    /// What the engine's steps took, by the stopwatch.
    package private(set) var learningTime: Int64 = 0
    /// What jobs took, by the stopwatch.
    package private(set) var jobTime: Int64 = 0

    private var now: Instant
    private let timePerSample: Duration
    private let jobDelay: JobDelay
    private let batchRows: Int
    private let keeps: Keeping
    private let stopwatch: (@Sendable () -> Int64)?
    /// Jobs, the next one to come back first.
    private var results: [(job: Job, dueAt: UInt64)] = []
    private var labels: LabelQueue
    /// The rows of ``batch`` whose labels were looked at.
    private var held = 0
    private var fed: UInt64 = 0

    /// What is kept of that which the engine gives away.
    package struct Keeping: OptionSet, Sendable {
        /// The bits.
        package let rawValue: UInt8
        /// Makes a set.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Versions.
        package static let versions = Keeping(rawValue: 1)
        /// Events with the prediction of a sample that came without its label.
        package static let predictions = Keeping(rawValue: 2)
        /// Everything.
        package static let all: Keeping = [.versions, .predictions]
    }

    /// Makes a rehearsal.
    ///
    /// - Parameters:
    ///   - settings: The learner's settings.
    ///   - batchRows: The samples of a micro-batch.
    ///   - timePerSample: How far each sample moves the clock.
    ///   - jobDelay: After how many samples a job's result comes back.
    ///   - labelDelay: After how many samples a label comes.
    ///   - keeps: What is collected beside the events.
    ///   - stopwatch: Tells the time by which ``learningTime`` and ``jobTime`` are measured.
    package init(
        settings: EngineSettings,
        batchRows: Int = 16,
        timePerSample: Duration = .milliseconds(1),
        jobDelay: JobDelay = .fifthOfRows,
        labelDelay: Int = 0,
        keeps: Keeping = .all,
        stopwatch: (@Sendable () -> Int64)? = nil
    ) {
        engine = LearnerEngine(name: .default, settings: settings)
        now = .start
        self.timePerSample = timePerSample
        self.jobDelay = jobDelay
        self.batchRows = batchRows
        self.keeps = keeps
        self.stopwatch = stopwatch
        labels = LabelQueue(delay: labelDelay)
    }

    /// Counts the samples that have been put into ``batch`` since the last call, and steps the
    /// engine when there are enough, or when a job's result is due.
    package mutating func advance() {
        holdLabels()
        if isDue { close() }
    }

    /// Whether the micro-batch ends here.
    package var isDue: Bool {
        batch.received >= batchRows
            || results.first.map { $0.dueAt <= fed + UInt64(batch.received) } ?? false
    }

    private mutating func holdLabels() {
        while held < batch.rows.count {
            labels.hold(row: held, of: &batch)
            held += 1
        }
    }

    /// Steps the engine with what is in ``batch``.
    package mutating func close() {
        holdLabels()
        guard !batch.isEmpty else { return }
        let count = batch.received
        now = now + timePerSample * count
        fed += UInt64(count)
        step(.batch(batch))
        batch.removeAll()
        held = 0
        deliver()
    }

    /// Steps what is left, the labels that are under way too, and ends the vote if it is still
    /// open.
    package mutating func finish() {
        close()
        while !labels.isEmpty {
            labels.release(into: &batch, behind: 0)
            if batch.arrived >= batchRows || labels.isEmpty { close() }
        }
        while engine.accounts.total.waiting > 0, let deadline = engine.nextDeadline {
            now = max(now, deadline)
            step(.tick)
        }
    }

    /// Steps the engine with any other input.
    package mutating func step(_ input: Input) {
        var effects = Effects()
        let start = stopwatch?() ?? 0
        engine.step(input, at: now, effects: &effects)
        if let stopwatch { learningTime += stopwatch() - start }
        if keeps.contains(.predictions) {
            events += effects.events
        } else {
            for event in effects.events {
                if case .scored = event { continue }
                events.append(event)
            }
        }
        if keeps.contains(.versions) { versions += effects.versions }
        for id in effects.cancelledJobs { results.removeAll { $0.job.id == id } }
        for var job in effects.jobs {
            let slices = work(on: &job)
            let due = fed + UInt64(jobDelay.samples(rows: job.rows, slices: slices))
            let place = results.firstIndex { $0.dueAt > due } ?? results.count
            results.insert((job, due), at: place)
        }
    }

    private mutating func deliver() {
        while let next = results.first, next.dueAt <= fed {
            results.removeFirst()
            step(Input(next.job))
        }
    }

    /// Does a job; its result waits for its time.
    ///
    /// - Returns: In how many slices.
    private mutating func work(on job: inout Job) -> Int {
        let start = stopwatch?() ?? 0
        var slices = 0
        while !job.isDone {
            job.advance()
            slices += 1
        }
        if let stopwatch { jobTime += stopwatch() - start }
        return slices
    }
}
