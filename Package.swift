// swift-tools-version: 6.2
// Targets stand in the order in which a sample meets them; Tests/TidyTests holds the arrows.

import PackageDescription

/// What every target is built with: Swift 6, warnings are errors, explicit existentials and
/// imports.
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

/// A library of the system: its header and how to link it stand in its module map.
func system(_ name: String, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Edge/\(name)", providers: [.apt([package])])
}

/// A C++ shim in front of a library that has no C header.
func shim(_ name: String, linking libraries: [String] = []) -> Target {
    .target(
        name: name,
        path: "Sources/Edge/\(name)",
        linkerSettings: libraries.map { .linkedLibrary($0) }
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

/// Where the parts are put together: the daemon, its command line, the simulation.
func composition(
    _ name: String,
    _ dependencies: [Target.Dependency],
    settings: [SwiftSetting] = strict
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// `data` are files that the tests find beside their source.
func test(
    _ name: String,
    _ dependencies: [Target.Dependency],
    data: [String] = []
) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: data, swiftSettings: common)
}

let package = Package(
    name: "learnd",
    targets: [
        // The engine and what it is made of: no I/O, no clock, no thread, no Foundation.
        .systemLibrary(
            name: "COpenBLAS",
            path: "Sources/COpenBLAS",
            pkgConfig: "openblas",
            providers: [.apt(["libopenblas-pthread-dev"])]
        ),
        .target(
            name: "CKernels",
            dependencies: ["COpenBLAS"],
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
        pure("Networks", ["Primitives", "Kernels"]),
        pure("Drift", ["Primitives", "Kernels"]),
        pure("Experts", ["Primitives", "Networks", "Drift", "Kernels"]),
        pure("Samples", ["Primitives"]),
        pure("Learning", ["Primitives", "Samples", "Networks", "Experts", "Kernels"]),
        pure("Consolidation", ["Primitives", "Experts", "Samples", "Learning", "Kernels"]),
        pure("Versions", ["Primitives", "Samples", "Learning"]),
        pure(
            "Engine",
            [
                "Primitives", "Networks", "Drift", "Experts", "Samples", "Learning",
                "Consolidation", "Versions",
            ]
        ),

        // The only code that touches the world, and the libraries that it wraps.
        system("CLinux", apt: "libc6-dev"),
        edge("Linux", ["CLinux"], settings: common),
        system("CZMQ", apt: "libzmq3-dev"),
        edge("ZeroMQ", ["CZMQ"], settings: common),
        .target(name: "CDecoding", path: "Sources/Edge/CDecoding"),
        shim("CSimdjson", linking: ["simdjson"]),
        shim("CMsgpack", linking: ["simdjson"]),
        edge("Decoding", ["Primitives", "Samples", "CDecoding", "CSimdjson", "CMsgpack"]),
        system("CSystemd", apt: "libsystemd-dev"),
        edge("Systemd", ["CSystemd"]),
        edge("Telemetry", ["Linux", "Systemd"]),
        system("CSQLite", apt: "libsqlite3-dev"),
        system("CSodium", apt: "libsodium-dev"),
        edge("Storage", ["Primitives", "CSQLite", "CSodium"]),
        shim("CToml11"),
        edge(
            "Configuration",
            [
                "Primitives", "Networks", "Drift", "Experts", "Learning", "Consolidation",
                "Versions", "Engine", "CToml11",
            ]
        ),

        // The two roots that drive the engine.
        composition(
            "Simulation",
            [
                "Primitives", "Experts", "Samples", "Learning", "Drift", "Consolidation",
                "Versions",
                "Engine",
            ]
        ),

        composition(
            "Daemon",
            [
                "Primitives", "Experts", "Samples", "Learning", "Drift", "Consolidation",
                "Versions",
                "Engine", "Linux", "ZeroMQ", "Decoding", "Telemetry", "Systemd", "Storage",
                "Configuration",
            ]
        ),
        .executableTarget(
            name: "learnd",
            dependencies: ["Daemon"],
            swiftSettings: strict
        ),

        // Measurements of the whole.
        composition(
            "Bench",
            [
                "Primitives", "Experts", "Samples", "Learning", "Drift", "Consolidation",
                "Versions",
                "Engine", "Kernels", "Simulation", "Linux", "ZeroMQ", "Decoding", "Networks",
                "Storage", "Control",
            ]
        ),
        .executableTarget(
            name: "learnd-bench",
            dependencies: ["Bench"],
            swiftSettings: strict
        ),

        // The command line.
        composition(
            "Control",
            [
                "Primitives", "Experts", "Samples", "Learning", "Versions", "Engine", "Simulation",
                "Drift",
                "Linux",
                "ZeroMQ", "Decoding", "Storage", "Configuration",
            ]
        ),
        .executableTarget(
            name: "learnctl",
            dependencies: ["Control"],
            swiftSettings: strict
        ),

        // Tests.
        test("PrimitivesTests", ["Primitives"]),
        test("SamplesTests", ["Samples", "Primitives"], data: ["Golden"]),
        test("ExpertsTests", ["Experts", "Drift", "Kernels", "Primitives"], data: ["Golden"]),
        test("DriftTests", ["Drift", "Primitives"], data: ["Golden"]),
        test(
            "ConsolidationTests",
            ["Consolidation", "Learning", "Networks", "Kernels", "Primitives"]
        ),
        test("LinuxTests", ["Linux"]),
        test("ZeroMQTests", ["ZeroMQ", "Linux"]),
        test("DecodingTests", ["Decoding", "Primitives", "Samples"]),
        test("TelemetryTests", ["Telemetry", "Systemd", "Linux"]),
        test("StorageTests", ["Storage", "Primitives"]),
        test(
            "ConfigurationTests",
            [
                "Configuration", "Consolidation", "Drift", "Engine", "Learning", "Networks",
                "Versions", "Kernels", "Primitives",
            ]
        ),
        test(
            "EndToEndTests",
            ["Primitives", "Linux", "ZeroMQ", "Decoding", "Storage", "Learning", "Versions"]
        ),
        test(
            "DaemonTests",
            ["Daemon", "Consolidation", "Learning", "Linux", "Primitives"]
        ),
        test("TidyTests", []),
        test(
            "EngineTests",
            [
                "Engine", "Simulation", "Consolidation", "Drift", "Experts", "Learning", "Networks",
                "Kernels",
                "Primitives", "Samples", "Versions",
            ]
        ),
        test(
            "SimulationTests",
            [
                "Simulation", "Bench", "Control", "Decoding", "Engine", "Consolidation", "Learning",
                "Experts", "Primitives", "Samples", "Drift",
            ]
        ),
        test("VersionsTests", ["Versions", "Learning", "Primitives"]),
        test("KernelsTests", ["Kernels", "Primitives"]),
        test("LearningTests", ["Learning", "Networks", "Kernels", "Primitives", "Samples"]),
        test(
            "ControlTests",
            [
                "Control", "Primitives", "Samples", "Versions", "Engine", "Simulation", "Linux",
                "ZeroMQ", "Decoding", "Drift",
            ]
        ),
        test("NetworksTests", ["Networks", "Kernels", "Primitives"], data: ["Golden"]),
        test("LawTests", ["Learning", "Networks", "Kernels", "Primitives"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
