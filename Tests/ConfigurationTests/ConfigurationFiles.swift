// SPDX-License-Identifier: Apache-2.0
//
// Short ways to configure, and the files of the repository.

import Foundation

@testable import Configuration

/// The settings that a text means.
func settings(_ text: String) throws(ConfigurationError) -> Settings {
    try Settings(parsing: Array(text.utf8), file: "learnd.toml")
}

/// Everything that is wrong with a text.
func problems(_ text: String) -> [ConfigurationProblem] {
    do throws(ConfigurationError) {
        _ = try settings(text)
        return []
    } catch {
        return error.problems
    }
}

/// A file of the repository, found from where this source file lies.
func repositoryFile(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}
