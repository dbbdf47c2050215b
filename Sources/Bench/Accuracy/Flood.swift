// SPDX-License-Identifier: Apache-2.0
//
// A stream that comes faster than the full pool can learn: samples arrive by the clock, wait, and
// are learned in micro-batches of what has arrived; the clock goes on by what learning took.

import Consolidation
import Control
import Engine
import Experts
import Learning
import Linux
import Primitives
import Samples
import Simulation

/// What became of a stream that came too fast.
struct Flood {
    /// The rows that were learned or set aside.
    private(set) var learned = 0
    /// The most rows that waited at once.
    private(set) var waitingMost = 0
    /// The rows that waited when the last one came.
    private(set) var waiting = 0
    /// How often experts went to rest or came back.
    private(set) var changes = 0
    /// The share of right predictions.
    private(set) var accuracy = 0.0
    /// Processor time of learning, in microseconds a sample.
    private(set) var time = 0.0

    /// How many times slower the clock goes than the processor: the stream of a file lasts minutes.
    private static let slowness = 200.0
    private static let batchRows = 256
    private static let reportEvery = 250_000.0

    private struct Pending {
        var job: Job
        var dueAt: Double
    }

    /// Goes through a table.
    init(_ table: NumberTable, settings: EngineSettings, rowsPerMicrosecond rate: Double) {
        var engine = LearnerEngine(name: .default, settings: settings)
        var now = 0.0
        var load = (rows: 0, busy: 0.0, since: 0.0)
        var jobs: [Pending] = []
        var taken = 0
        var spent = 0.0
        func step(_ input: Input) {
            var effects = Effects()
            let start = Clock.threadNanoseconds()
            engine.step(input, at: Instant(nanoseconds: Int64(now * 1000)), effects: &effects)
            let took = Double(Clock.threadNanoseconds() - start) / 1000
            if case .batch = input {
                spent += took
                load.busy += took * Flood.slowness
                now += took * Flood.slowness
            }
            for event in effects.events { if case .steered = event { changes += 1 } }
            for var job in effects.jobs {
                let start = Clock.threadNanoseconds()
                while !job.isDone { job.advance() }
                let took = Double(Clock.threadNanoseconds() - start) / 1000 * Flood.slowness
                job.note(busy: .nanoseconds(Int64(took * 1000)))
                jobs.append(Pending(job: job, dueAt: now + took))
            }
        }
        while taken < table.count {
            // The stream is as slow as the clock.
            let arrived = min(table.count, Int(now * rate / Flood.slowness) + 1)
            waiting = arrived - taken
            waitingMost = max(waitingMost, waiting)
            guard waiting > 0 else {
                // Half a sample on, so that rounding does not hold the clock.
                now = max(now, (Double(taken) + 0.5) * Flood.slowness / rate)
                continue
            }
            var batch = MicroBatch()
            for row in taken..<min(arrived, taken + Flood.batchRows) {
                let features = table.features[row * table.width..<(row + 1) * table.width]
                batch.append(features: Array(features), label: table.labels[row])
            }
            taken += batch.rows.count
            load.rows += batch.rows.count
            step(.batch(batch))
            while let place = jobs.firstIndex(where: { $0.dueAt <= now }) {
                step(Input(jobs.remove(at: place).job))
            }
            guard now - load.since >= Flood.reportEvery else { continue }
            step(
                .load(
                    Load(
                        rows: load.rows,
                        busy: .nanoseconds(Int64(load.busy * 1000)),
                        span: .nanoseconds(Int64((now - load.since) * 1000)),
                        waiting: min(table.count, Int(now * rate / Flood.slowness)) - taken
                    )
                )
            )
            load = (0, 0, now)
        }
        learned = Int(engine.accounts.total.trained + engine.accounts.total.holdout)
        accuracy = engine.status()["metrics"]?["accuracy"]?.double ?? .nan
        time = spent / Double(max(1, table.count))
    }
}
