// SPDX-License-Identifier: Apache-2.0
//
// The file that a learner starts with is read when the learner is born, and never again: what it
// held is part of the learner's state from then on.

import Learning
import Engine
import Learning
import Primitives
import Storage

/// Reads what a learner starts with.
enum WarmStartFile {
    /// The settings with the tensors of the file that they name, if they name one.
    ///
    /// - Throws: what is wrong with the file, or does not fit the model.
    static func read(_ settings: EngineSettings) throws -> EngineSettings {
        guard let start = settings.warmStart else { return settings }
        let limit = EngineSettings.warmStartBytesMax
        let bytes: [UInt8]?
        do throws(StorageError) {
            bytes = try SystemFileSystem().contents(of: start.source, limit: limit)
        } catch {
            throw StartError(
                "warm_start = \"\(start.source)\" cannot be read: \(error)",
                remedy: "check the path, and that the daemon may read it"
            )
        }
        guard let bytes else {
            throw StartError(
                "warm_start = \"\(start.source)\": there is no such file",
                remedy: "put it there, or remove warm_start"
            )
        }
        var warmed = settings
        do throws(DecodeError) {
            try warmed.readWarmStart(bytes)
        } catch {
            throw StartError(
                "warm_start = \"\(start.source)\" cannot be used: \(error)",
                remedy: "give a safetensors file whose tensors have the names and shapes of the "
                    + "model (docs/retention.md), or remove warm_start"
            )
        }
        return warmed
    }
}
