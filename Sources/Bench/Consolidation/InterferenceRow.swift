// SPDX-License-Identifier: Apache-2.0
//
// What a consolidation costs the learner beside it. One thread learns as fast as it can, without
// sockets; now and then another one works on a consolidation of the same memory, as the daemon's
// worker does. Times with and without take turns, and what counts is the ratio of the medians.

import Consolidation
import Engine
import Learning
import Linux
import Primitives
import Samples
import Simulation
import Synchronization

/// The learner's throughput with a consolidation beside it, and without.
struct InterferenceRow: Sendable {
    /// Samples a second without a consolidation, round by round.
    let idle: [Double]
    /// The same with one.
    let busy: [Double]

    /// The least share of its throughput that a learner must keep.
    static let bound = 0.85
    private static let rounds = 9
    private static let batches = 400
    private static let batchRows = 256

    /// What is left of the learner's throughput.
    var ratio: Double { median(busy) / median(idle) }
    /// Whether that is enough.
    var isPassed: Bool { ratio >= InterferenceRow.bound }

    private func median(_ numbers: [Double]) -> Double {
        numbers.sorted()[numbers.count / 2]
    }

    var text: String {
        let (alone, beside) = (Int(median(idle) / 1000), Int(median(busy) / 1000))
        return "throughput: \(alone) thousand samples a second alone, \(beside) thousand beside a "
            + "consolidation: \(Text.percent(ratio)) % (at least "
            + "\(Text.percent(InterferenceRow.bound)) %): \(isPassed ? "reached" : "MISSED")"
    }

    var json: JSONValue {
        [
            "part": "throughput", "idle": .array(idle.map { .number($0) }),
            "busy": .array(busy.map { .number($0) }), "ratio": .number(ratio),
            "passed": .bool(isPassed),
        ]
    }

    /// Measures.
    static func measure() throws(SystemError) -> InterferenceRow {
        var settings = EngineSettings()
        settings.task = .classes
        settings.model = .softmax
        settings.consolidation.onDrift = false
        var engine = LearnerEngine(name: .default, settings: settings)
        let batches = InterferenceRow.made()
        var now = Instant.start
        func learn() -> Double {
            let before = Clock.monotonicNanoseconds()
            for batch in batches {
                now = now + .milliseconds(1)
                var effects = Effects()
                engine.step(.batch(batch), at: now, effects: &effects)
            }
            let time = Double(Clock.monotonicNanoseconds() - before) / 1e9
            return Double(InterferenceRow.batches * InterferenceRow.batchRows) / time
        }
        _ = learn()
        guard let core = engine.core else { return InterferenceRow(idle: [1], busy: [0]) }
        let job = ConsolidationJob(
            id: 1,
            trigger: .samples,
            recipes: [.refit, .continuation],
            ingredients: Ingredients(
                champion: core.champion,
                fresh: engine.settings.newContender(for: core.schema),
                rows: TrainingRows(memory: core.memory, task: core.schema.task, since: 0),
                holdout: TrainingRows(core.memory.rows(of: .holdout))
            ),
            memoryEnd: core.labelled,
            settings: settings.consolidation.recipe,
            seed: 1
        )
        var (idle, busy): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            idle.append(learn())
            let isOver = Flag()
            let worker = try Thread("consolidator") {
                var work = job
                while !isOver.isUp {
                    if work.isDone { work = job }
                    work.advance()
                }
            }
            busy.append(learn())
            isOver.raise()
            worker.join()
        }
        return InterferenceRow(idle: idle, busy: busy)
    }

    private static func made() -> [MicroBatch] {
        var source = SyntheticStream.abrupt.make(seed: 1)
        return (0..<batches).map { _ in
            var batch = MicroBatch()
            for _ in 0..<batchRows {
                let sample = source.next()
                batch.append(features: sample.features, label: sample.label)
            }
            return batch
        }
    }
}

/// What one thread tells the other.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isUp: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
