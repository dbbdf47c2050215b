// SPDX-License-Identifier: Apache-2.0
//
// The strategies side by side, for several learners, streams and seeds, in one run.

package import Engine
import Kernels
import Learning
import Linux
import Networks
import Samples

/// The table of strategies.
package struct StrategyBench: Sendable {
    /// A learner under test.
    package struct Subject: Sendable {
        /// What it is called.
        package var name: String
        /// Its settings.
        package var settings: EngineSettings
        /// How many slices of a job a worker does from one sample to the next, at a hundred samples
        /// a second.
        package var slicesPerSample: Double
    }

    /// The learners by name: the plain model, a network of two hidden layers of 64, both under the
    /// optimiser that is the default, and the pool.
    package static func subject(_ name: String) -> Subject? {
        var settings = EngineSettings()
        settings.task = .classes
        switch name {
        case "softmax":
            settings.model = .softmax
            return Subject(name: name, settings: settings, slicesPerSample: 100)
        case "network":
            settings.model = .network
            let hidden = LayerSettings(.dense(units: 64), activation: .relu)
            settings.network = NetworkSettings(layers: [hidden, hidden], replacement: .usual)
            return Subject(name: name, settings: settings, slicesPerSample: 2)
        case "pool":
            settings.model = .pool
            return Subject(name: name, settings: settings, slicesPerSample: 2)
        default: return nil
        }
    }

    /// The learners.
    package var subjects: [Subject]
    /// The streams.
    package var arenas: [Arena]
    /// The seeds.
    package var seeds: [UInt64]
    /// How many laps run at once.
    package var threads: Int
    /// The strategies that are compared.
    package var strategies = Strategy.allCases

    private struct Heat: Sendable {
        var subject: Int
        var arena: Int
        var strategy: Strategy
        var seed: UInt64
    }

    /// Runs everything, and tells each row when it is there.
    package func run(_ tell: (Subject, StrategyRow) -> Void) throws {
        var heats: [Heat] = []
        for subject in subjects.indices {
            for arena in arenas.indices {
                for strategy in strategies {
                    for seed in seeds {
                        heats.append(
                            Heat(subject: subject, arena: arena, strategy: strategy, seed: seed)
                        )
                    }
                }
            }
        }
        let (subjects, arenas, order) = (subjects, arenas, heats)
        var laps: [Strategy: [StrategyLap]] = [:]
        let rowSize = strategies.count * seeds.count
        try Heats(count: heats.count) { number in
            let heat = order[number]
            var settings = subjects[heat.subject].settings
            settings.seed = heat.seed
            return StrategyLap(
                heat.strategy,
                on: arenas[heat.arena].samples(seed: heat.seed),
                settings: settings,
                slicesPerSample: subjects[heat.subject].slicesPerSample,
                fights: heat.strategy == .loop
            )
        }.run(threads: threads) { number, lap in
            let heat = order[number]
            laps[heat.strategy, default: []].append(lap)
            guard (number + 1) % rowSize == 0 else { return }
            let arena = arenas[heat.arena]
            tell(
                subjects[heat.subject],
                StrategyRow(stream: arena.name, kind: arena.kind, laps: laps)
            )
            laps.removeAll()
        }
    }
}
