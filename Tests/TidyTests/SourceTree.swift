// SPDX-License-Identifier: Apache-2.0
//
// The files of this package as they lie on the disk, found from this very file. What is hidden,
// built or installed (.build, .venv) is not part of it.

import Foundation
import Testing

/// One file of the package.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// The path from the package's root, such as `Sources/Pure/Drift/ADWIN.swift`.
    var path: String
    var text: String

    /// The path's parts.
    var parts: [String] { path.split(separator: "/").map(String.init) }

    /// The file's lines.
    var lines: [String] { text.components(separatedBy: "\n") }

    /// What follows the last dot of the name; empty for a script without one.
    var kind: String {
        let name = parts.last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return "" }
        return String(name[name.index(after: dot)...])
    }

    var isSwift: Bool { kind == "swift" }

    /// Whether a program or a header: what has functions, a width and a licence.
    var isCode: Bool {
        ["swift", "c", "h", "cpp", "hpp", "py", "bash"].contains(kind)
            || (kind.isEmpty && text.hasPrefix("#!"))
    }

    /// The module it belongs to; nil outside of `Sources`.
    var module: String? {
        guard parts.first == "Sources", parts.count > 2 else { return nil }
        return ["Pure", "Edge"].contains(parts[1]) && parts.count > 3 ? parts[2] : parts[1]
    }

    /// Whether it belongs to the engine, which has no I/O, clock, thread or hidden randomness.
    var isPure: Bool { path.hasPrefix("Sources/Pure/") }

    var testDescription: String { path }
}

/// The package as files.
enum SourceTree {
    /// The package's root.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folders that belong to the project.
    static let folders = [
        "Sources", "Tests", "scripts", "systemd", "clients", "config", "docs", ".ci",
    ]

    /// Every readable text file of those folders, sorted by path.
    static let files: [SourceFile] = folders.flatMap(files(in:)).sorted { $0.path < $1.path }

    /// The text of the file at `path`; nil when there is none.
    static func text(_ path: String) -> String? {
        try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private static func files(in folder: String) -> [SourceFile] {
        let start = root.appendingPathComponent(folder)
        let walk = FileManager.default.enumerator(
            at: start,
            includingPropertiesForKeys: [.isRegularFileKey],
            options: [.skipsHiddenFiles]
        )
        var files: [SourceFile] = []
        while let url = walk?.nextObject() as? URL {
            guard (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true,
                !url.path.contains("/__pycache__/"),
                let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = url.path.dropFirst(root.path.count)
            files.append(SourceFile(path: String(path.drop { $0 == "/" }), text: text))
        }
        return files
    }
}
