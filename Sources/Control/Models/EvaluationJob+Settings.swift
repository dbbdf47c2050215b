// SPDX-License-Identifier: Apache-2.0
//
// With what settings a learner is evaluated: those of a configuration, or the defaults.

import Configuration
package import Engine
import Learning
import Primitives
import Storage

extension EvaluationJob {
    /// The engine's settings for the learner that the command line names.
    static func settings(_ arguments: Arguments) throws(Failure) -> EngineSettings {
        var settings = try settings(
            of: arguments.text("--config"),
            learner: arguments.name(Command.learner.name)
        )
        if let seed = try arguments.integer("--seed", in: 0...Int.max) {
            settings.seed = UInt64(seed)
        }
        return settings
    }

    /// The engine's settings for a learner of a configuration file, or for the default one.
    static func settings(of path: String?, learner name: Name?) throws(Failure) -> EngineSettings {
        let all =
            try path.map { path throws(Failure) in
                try ConfigurationFile.settings(of: path)
            } ?? Settings.defaults
        let wanted = name ?? (all.learners.count == 1 ? all.learners[0].name : .default)
        guard let learner = all.learner(wanted) else {
            let names = all.learners.map(\.name.text).joined(separator: ", ")
            throw .usage(
                "the configuration has no learner \(wanted), only \(names)",
                remedy: "name one with --learner"
            )
        }
        var settings = EngineSettings(learner, of: all)
        try warm(&settings)
        return settings
    }

    /// Reads what the learner starts with, if it does not start with nothing.
    private static func warm(_ settings: inout EngineSettings) throws(Failure) {
        guard let source = settings.warmStart?.source else { return }
        let bytes: [UInt8]?
        do throws(StorageError) {
            bytes = try SystemFileSystem().contents(
                of: source,
                limit: EngineSettings.warmStartBytesMax
            )
        } catch {
            throw .file(error)
        }
        guard let bytes else { throw .data("warm_start = \"\(source)\": there is no such file") }
        do throws(DecodeError) {
            try settings.readWarmStart(bytes)
        } catch {
            throw .data("warm_start = \"\(source)\" cannot be used: \(error)")
        }
    }
}

/// The settings by which files are evaluated.
package enum EvaluationSettings {
    /// Those of a configuration with one learner, or the defaults.
    ///
    /// - Throws: What is wrong with the configuration.
    package static func read(_ path: String?) throws(UnusableFile) -> EngineSettings {
        do throws(Failure) {
            return try EvaluationJob.settings(of: path, learner: nil)
        } catch {
            throw UnusableFile(text: error.description)
        }
    }
}
