// swift-tools-version: 6.2
// Targets stand in the order in which a sample meets them; Tests/TidyTests holds the arrows.

import PackageDescription

/// What every target is built with: Swift 6, warnings are errors, explicit existentials and imports.
let common: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Every target but the few that wrap raw memory: each unsafe expression must be marked.
let strict: [SwiftSetting] = common + [.strictMemorySafety()]

func pure(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/Pure/\(name)",
        swiftSettings: strict
    )
}

func edge(
    _ name: String,
    _ dependencies: [Target.Dependency],
    settings: [SwiftSetting] = strict
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/Edge/\(name)",
        swiftSettings: settings
    )
}

/// A C library of the system: its header and how to link it stand in its module map.
func system(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Edge/\(name)", providers: [.apt([package])])
}

func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: common)
}

let package = Package(
    name: "learnd",
    targets: [
        // The engine and what it is made of: no I/O, no clock, no thread, no Foundation.
        .target(
            name: "CKernels",
            path: "Sources/CKernels",
            linkerSettings: [.linkedLibrary("m")]
        ),
        .target(
            name: "Kernels",
            dependencies: ["CKernels"],
            path: "Sources/Kernels",
            swiftSettings: common
        ),
        pure("Primitives", ["Kernels"]),
        pure("Samples", ["Primitives"]),
        pure("Learning", ["Primitives", "Samples", "Kernels"]),
        pure("Drift", ["Primitives"]),
        pure("Consolidation", ["Primitives", "Samples", "Learning"]),
        pure("Versions", ["Primitives", "Samples", "Learning"]),
        pure(
            "Engine",
            ["Primitives", "Samples", "Learning", "Drift", "Consolidation", "Versions"]
        ),
        // The only code that touches the world: sockets, threads, files, the system's services.
        system("CLinux", apt: "libc6-dev"),
        edge("Linux", ["CLinux"], settings: common),
        system("CZMQ", apt: "libzmq3-dev"),
        edge("ZeroMQ", ["CZMQ"], settings: common),
        .target(
            name: "CSimdjson",
            path: "Sources/Edge/CSimdjson",
            linkerSettings: [.linkedLibrary("simdjson")]
        ),
        .target(name: "CDecoding", path: "Sources/Edge/CDecoding"),
        edge("Decoding", ["CSimdjson", "CDecoding", "Primitives", "Samples"]),
        system("CSystemd", apt: "libsystemd-dev"),
        edge("Systemd", ["CSystemd"]),
        edge("Telemetry", ["Linux", "Systemd"]),

        test("LinuxTests", ["Linux"]),
        test("ZeroMQTests", ["ZeroMQ", "Linux"]),
        test("TelemetryTests", ["Telemetry", "Systemd", "Linux"]),
        test("DecodingTests", ["Decoding", "Primitives", "Samples"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
