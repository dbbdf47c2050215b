// SPDX-License-Identifier: Apache-2.0
//
// Who may import whom. The table stands here and, for people, in docs/ARCHITECTURE.md; a test
// compares the two. SwiftPM does not hold it by itself: it lets a module import any other that
// happens to be in the build. Rows stand in the order in which a sample meets the modules.

import Foundation

/// One row: a module and what it may import.
struct Arrow: Equatable, Sendable {
    var module: String
    /// Modules of this package.
    var imports: [String]
    /// Modules of the toolchain.
    var system: [String] = []

    /// A module of the engine: nothing of the system at all.
    static func pure(_ module: String, _ imports: String...) -> Arrow {
        Arrow(module: module, imports: imports)
    }

    /// A module that touches the world, through the C library and with locks.
    static func edge(_ module: String, _ imports: [String]) -> Arrow {
        Arrow(module: module, imports: imports, system: ["Glibc", "Synchronization"])
    }

    /// The row as it stands in docs/ARCHITECTURE.md.
    var markdown: String {
        "| `\(module)` | \(Arrow.list(imports)) | \(Arrow.list(system)) |"
    }

    private static func list(_ modules: [String]) -> String {
        modules.isEmpty ? "-" : modules.map { "`\($0)`" }.joined(separator: " ")
    }
}

/// The allowed arrows.
enum Arrows {
    static let table: [Arrow] = [
        // The engine and what it is made of.
        .pure("Kernels", "CKernels"),
        .pure("Primitives", "Kernels"),
        .pure("Networks", "Primitives", "Kernels"),
        .pure("Drift", "Primitives", "Kernels"),
        .pure("Experts", "Primitives", "Networks", "Drift", "Kernels"),
        .pure("Samples", "Primitives"),
        .pure("Learning", "Primitives", "Samples", "Networks", "Experts", "Kernels"),
        .pure("Consolidation", "Primitives", "Experts", "Samples", "Learning", "Kernels"),
        .pure("Versions", "Primitives", "Samples", "Learning"),
        Arrow(module: "Engine", imports: Array(pure.dropLast())),
        // The only code that touches the world, a module for each part of it.
        .edge("Linux", ["CLinux"]),
        .edge("ZeroMQ", ["CZMQ"]),
        .edge("Decoding", ["CDecoding", "CMsgpack", "CSimdjson", "Primitives", "Samples"]),
        .edge("Systemd", ["CSystemd"]),
        .edge("Telemetry", ["Linux", "Systemd"]),
        .edge("Storage", ["CSQLite", "CSodium", "Primitives"]),
        .edge(
            "Configuration",
            [
                "CToml11", "Primitives", "Networks", "Drift", "Experts", "Learning",
                "Consolidation", "Versions", "Engine",
            ]
        ),
        // The composition roots, and the programs that only call them.
        Arrow(module: "Simulation", imports: pure + ["Kernels"]),
        .edge("Daemon", all),
        .edge("Control", all + ["Simulation"]),
        .edge("learnd", ["Daemon"]),
        .edge("learnctl", ["Control"]),
        .edge("Bench", all + ["Daemon", "Control", "Simulation"]),
        .edge("learnd-bench", ["Bench"]),
    ]

    /// The stages of the engine.
    static let pure = [
        "Primitives", "Networks", "Drift", "Experts", "Samples", "Learning", "Consolidation",
        "Versions", "Engine",
    ]

    private static let all =
        pure + [
            "Kernels", "Linux", "ZeroMQ", "Decoding", "Systemd", "Telemetry", "Storage",
            "Configuration", "CLinux",
        ]

    /// The row of `module`; nil for one that nobody has entered.
    static func row(_ module: String) -> Arrow? { table.first { $0.module == module } }

    /// The table as it stands in docs/ARCHITECTURE.md.
    static let markdown =
        (["| module | may import | of the system |", "|---|---|---|"] + table.map(\.markdown))
        .joined(separator: "\n")

    /// The table in `document`, between its two markers; nil when they are not there.
    static func table(in document: String) -> String? {
        let parts = document.components(separatedBy: "<!-- arrows -->")
        guard parts.count == 3 else { return nil }
        return parts[1].trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
