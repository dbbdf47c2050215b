// SPDX-License-Identifier: Apache-2.0
//
// One strategy over one stream. A new start is put in place of the champion by the way on which an
// operator would do it: a rollback, to a state that knows nothing.

import Consolidation
import Drift
package import Engine
import Learning
import Primitives
package import Samples
import Simulation
import Versions

/// What one strategy came to on one stream.
package struct StrategyLap: Sendable {
    /// The share of samples that were predicted right before they were learned.
    package let accuracy: Double
    /// The share that the most frequent class so far would have got right.
    package let majority: Double
    /// Consolidations that ended with an adoption, by recipe.
    package private(set) var adopted: [String: Int] = [:]
    /// How many there were of them.
    package var adoptions: Int { adopted.reduce(0) { $0 + $1.value } }
    /// Those that ended without.
    package private(set) var refused = 0
    /// The drifts that were seen.
    package private(set) var alarms = 0
    /// Each adopted challenger beside its parent.
    package private(set) var duels: [Duel] = []

    /// The samples of a micro-batch.
    package static let batchRows = 16

    /// Goes through the stream.
    package init(
        _ strategy: Strategy,
        on stream: (samples: [SyntheticSample], drifts: [Int]),
        settings: EngineSettings,
        slicesPerSample: Double,
        fights: Bool = false
    ) {
        var rehearsal = Rehearsal(
            settings: strategy.settings(from: settings),
            batchRows: StrategyLap.batchRows,
            timePerSample: .milliseconds(10),
            jobDelay: .bySlices(slicesPerSample),
            keeps: []
        )
        let samples = stream.samples
        var drifts = strategy == .oracle ? stream.drifts[...] : []
        var heard = 0
        var begun = 0
        var duels: [Duel] = []
        for (place, sample) in samples.enumerated() {
            if let drift = drifts.first, drift == place {
                rehearsal.close()
                begun = place
                StrategyLap.restart(&rehearsal)
                drifts.removeFirst()
            }
            rehearsal.batch.append(features: sample.features, label: sample.label)
            guard rehearsal.isDue else { continue }
            let before = fights ? rehearsal.engine.champion : nil
            rehearsal.close()
            let news = rehearsal.events[heard...]
            heard = rehearsal.events.count
            if strategy == .reset, news.contains(where: \.isDrift) {
                StrategyLap.restart(&rehearsal)
                heard = rehearsal.events.count
            }
            if let before, news.contains(where: \.isAdoption) {
                duels.append(
                    Duel(
                        parent: before,
                        missed: samples[begun...place],
                        adopted: rehearsal.engine.champion ?? before,
                        over: samples[(place + 1)...].prefix(Duel.samples),
                        schema: rehearsal.engine.schema
                    )
                )
            }
            begun = place + 1
        }
        rehearsal.finish()
        let metrics = rehearsal.engine.status()["metrics"] ?? .null
        accuracy = metrics["accuracy"]?.double ?? .nan
        majority = metrics["baselines"]?["majority"]?.double ?? .nan
        self.duels = duels
        count(rehearsal.events)
    }

    private mutating func count(_ events: [EngineEvent]) {
        for event in events {
            if event.isDrift { alarms += 1 }
            guard case .consolidated(let news) = event, let verdict = news.verdict else { continue }
            if verdict == .adopted {
                adopted[news.winner?.name ?? "?", default: 0] += 1
            } else {
                refused += 1
            }
        }
    }

    /// Puts a model that knows nothing in the champion's place.
    private static func restart(_ rehearsal: inout Rehearsal) {
        let engine = rehearsal.engine
        guard let core = engine.core else { return }
        let state = VersionState(
            number: engine.versionLast,
            sampleIndex: core.labelled,
            schema: core.schema,
            contexts: core.contexts.names,
            contender: engine.settings.newContender(for: core.schema),
            recollection: core.recollection
        )
        rehearsal.step(.command(.rollback(state, keepMemory: true, hold: false)))
    }
}

extension EngineEvent {
    /// Whether a detector alarmed.
    fileprivate var isDrift: Bool {
        if case .drifted(let report, _) = self { report.level == .drift } else { false }
    }

    /// Whether a challenger took the champion's place.
    fileprivate var isAdoption: Bool {
        if case .consolidated(let news) = self { news.verdict == .adopted } else { false }
    }
}
