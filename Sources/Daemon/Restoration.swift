// SPDX-License-Identifier: Apache-2.0
//
// A learner's state at the start: from its checkpoint, if it fits the configuration; anew when
// there is none; never silently afresh. What was learned after the checkpoint is lost.

import Configuration
import Engine
import Linux
import Primitives
import Storage
import Telemetry

/// How a learner comes back.
enum Restoration {
    /// The engine of a learner.
    static func engine(
        for learner: LearnerConfiguration,
        settings: Settings,
        checkpoints: inout CheckpointStore,
        log: Log
    ) throws -> LearnerEngine {
        let wanted = EngineSettings(learner, of: settings)
        switch try checkpoints.load(learner: learner.name) {
        case .none:
            return LearnerEngine(name: learner.name, settings: try WarmStartFile.read(wanted))
        case .loaded(let bytes, let source, let warnings):
            for warning in warnings { log.write(.warning, warning) }
            if source == .previous {
                log.write(
                    .warning,
                    "the newest checkpoint of \(learner.name) is damaged; the one before it is used"
                )
            }
            let engine: LearnerEngine
            do throws(DecodeError) {
                engine = try LearnerEngine(decoding: bytes)
            } catch {
                throw StartError(
                    "the checkpoint of \(learner.name) cannot be read: \(error)",
                    remedy: "start the learnd that wrote it, or restore a backup"
                )
            }
            try check(engine, against: wanted)
            return engine
        }
    }

    /// Refuses a configuration that would need another learner.
    private static func check(_ engine: LearnerEngine, against wanted: EngineSettings) throws {
        let differences = engine.settings.differencesOfBirth(to: wanted)
        guard !differences.isEmpty, engine.schema != nil else { return }
        throw StartError(
            "the configuration does not fit the state of learner \(engine.name): "
                + differences.joined(separator: "; "),
            remedy: "put these keys back, or start once with the old configuration and run "
                + "learnctl reset --learner \(engine.name), which forgets what it learned"
        )
    }
}
