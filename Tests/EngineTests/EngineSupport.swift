// SPDX-License-Identifier: Apache-2.0
//
// An engine by hand: a clock that the test moves, batches that the test writes.

import Consolidation
import Engine
import Experts
import Learning
import Primitives
import Samples
import Simulation
import Versions

/// An engine, its clock, and all that it wished for.
struct TestEngine {
    var engine: LearnerEngine
    var now = Instant.start
    var events: [EngineEvent] = []
    var versions: [VersionDraft] = []
    var jobs: [ConsolidationJob] = []
    var refits: [RefitJob] = []
    var cancelled: [UInt64] = []
    var checkpoints = 0

    init(_ settings: EngineSettings = EngineSettings()) {
        engine = LearnerEngine(name: .default, settings: settings)
    }

    /// Steps the engine after `later`, and gives the answer to a command.
    @discardableResult
    mutating func step(_ input: Input, after later: Duration = .milliseconds(1)) -> CommandOutcome?
    {
        now = now + later
        var effects = Effects()
        engine.step(input, at: now, effects: &effects)
        events += effects.events
        versions += effects.versions
        for job in effects.jobs {
            switch job {
            case .challengers(let job): jobs.append(job)
            case .refit(let job): refits.append(job)
            }
        }
        cancelled += effects.cancelledJobs
        if effects.wantsCheckpoint { checkpoints += 1 }
        return effects.outcome
    }

    /// Finishes the newest job and hands its challengers in.
    mutating func finishJob() {
        guard var job = jobs.popLast() else { return }
        while !job.isDone { job.advance() }
        step(.jobFinished(id: job.id, memoryEnd: job.memoryEnd, challengers: job.challengers))
    }

    /// Finishes the newest refit of a pool and hands its models in.
    mutating func finishRefit(busy: Duration = .zero) {
        guard var job = refits.popLast() else { return }
        while !job.refit.isDone { job.refit.advance() }
        step(.refitFinished(id: job.id, refit: job.refit, busy: busy))
    }

    /// How often a reason stands in the books.
    func refused(_ reason: RefusalReason) -> UInt64 {
        engine.accounts.total.refused[Int(reason.rawValue)]
    }

    /// The verdicts so far.
    var verdicts: [ConsolidationVerdict] {
        events.compactMap { event in
            if case .consolidated(let news) = event { news.verdict } else { nil }
        }
    }

    /// The bytes of the champion.
    var championBytes: [UInt8] {
        var writer = ByteWriter()
        engine.champion?.encode(into: &writer)
        return writer.bytes
    }

    var vote: Verdict? {
        for case .voted(let verdict, _) in events.reversed() { return verdict }
        return nil
    }
}

/// A linear world of four features whose labels can be turned round.
struct World {
    var random: RandomSource
    var isReversed = false

    init(seed: UInt64 = 1) { random = RandomSource(seed: seed) }

    mutating func sample() -> (features: [Float], label: Double) {
        let features = (0..<4).map { _ in Float(random.normal()) }
        let side = features[0] - 0.5 * features[1] + 0.3 * features[3] > 0
        return (features, (side != isReversed) != random.chance(0.05) ? 1 : 0)
    }

    mutating func batch(_ rows: Int) -> MicroBatch {
        var batch = MicroBatch()
        for _ in 0..<rows {
            let (features, label) = sample()
            batch.append(features: features, label: label)
        }
        return batch
    }
}

extension MicroBatch {
    /// One row with a number for its label.
    static func row(_ features: [Float], _ label: Double?, weight: Float = 1) -> MicroBatch {
        var batch = MicroBatch()
        batch.append(features: features, label: label, weight: weight)
        return batch
    }

    /// Appends a row with a truth for its label.
    mutating func append(features: [Float], truth: Bool) {
        append(features: features, label: truth ? 1 : 0)
        rows[rows.count - 1].labelKind = .boolean
    }

    /// Appends a row with named features: numbers, or texts for categories.
    mutating func append(named: [(String, Any)], label: Double?) {
        let start = entries.count
        for (name, value) in named {
            let number = strings.intern(name)
            if let text = value as? String {
                let category = Float(strings.intern(text))
                entries.append(Entry(name: number, value: category, kind: .category))
            } else if let value = value as? Double {
                entries.append(Entry(name: number, value: Float(value), kind: .number))
            }
        }
        rows.append(
            Row(
                label: label ?? 0,
                labelKind: label == nil ? .none : .number,
                start: start,
                count: named.count,
                weight: 1,
                producer: 0,
                shape: .named
            )
        )
    }
}
