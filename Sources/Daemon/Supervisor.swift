// SPDX-License-Identifier: Apache-2.0
//
// The main thread: it finds the directories, reads the configuration, takes the lock, restores the
// learners, opens every socket (so that what is wrong is said before READY), starts the threads and
// then waits for signals. The end has an order too:
//
// 1. The intake stops reading, closes the open micro-batches and finishes what is decoded.
// 2. The learners cancel their jobs and leave a last checkpoint with the archivist.
// 3. The archivist writes it and ends; then the outlet sends what is left and ends.

import Configuration
import Engine
import Linux
import Primitives
import Storage
import Synchronization
import Systemd
import Telemetry
import Versions
import ZeroMQ

/// The daemon's life.
struct Supervisor: ~Copyable {
    private let directories: Directories
    private let lock: StateLock
    private let house: House
    private let log: Log
    private let engines: [LearnerEngine]
    private let versionMax: [UInt64]

    /// Finds, reads, locks and restores everything; opens nothing yet.
    init(flags: Directories.Flags) throws {
        let directories = try Directories.ofThisProcess(flags: flags)
        try directories.create()
        let settings = try Supervisor.settings(in: directories)
        let log = Log(level: settings.logLevel.telemetry)
        for note in directories.notes { log.write(.warning, note) }
        let check = settings.memoryCheck()
        log.write(check.exceeds ? .warning : .info, check.sentence)
        let lock = try StateLock(state: directories.state)
        let incarnation = try Incarnation.establish(
            state: directories.state,
            on: SystemFileSystem()
        )
        let registry = try Registry(state: directories.state)
        let artifacts = ArtifactStore(state: directories.state)
        for version in try VersionSweep(registry: registry, artifacts: artifacts).recover() {
            log.write(
                .notice,
                "version \(version.version) of \(version.learner) was never finished"
            )
        }
        var checkpoints = CheckpointStore(state: directories.state)
        var engines: [LearnerEngine] = []
        var versionMax: [UInt64] = []
        for learner in settings.learners {
            engines.append(
                try Restoration.engine(
                    for: learner,
                    settings: settings,
                    checkpoints: &checkpoints,
                    log: log
                )
            )
            versionMax.append(try registry.highest(learner: learner.name))
        }
        self.house = try House(
            incarnation: incarnation,
            directories: directories,
            settings: settings,
            log: log
        )
        self.directories = directories
        self.log = log
        self.lock = lock
        self.engines = engines
        self.versionMax = versionMax
    }

    /// The configuration of the directory; the defaults when it has none.
    private static func settings(in directories: Directories) throws -> Settings {
        let path = directories.configuration + "/learnd.toml"
        guard let bytes = try SystemFileSystem().contents(of: path, limit: 1 << 20) else {
            return .defaults
        }
        do throws(ConfigurationError) {
            return try Settings(parsing: bytes, file: path)
        } catch {
            throw StartError("\(error)", remedy: "learnctl check \(path) says the same")
        }
    }

    /// Runs until a signal or a failure ends the daemon.
    ///
    /// - Returns: The exit code.
    consuming func run() throws -> Int32 {
        let context = try Context(ioThreads: 1)
        let crew = try Crew(
            house: house,
            context: context,
            engines: engines,
            versionMax: versionMax
        )
        try crew.start()
        ready()
        waitForTheEnd(crew)
        ServiceManager.notify(.stopping)
        log.write(.info, "stopping")
        crew.stop()
        log.write(.info, "stopped")
        switch house.failure {
        case nil, .asked: return 0
        case .storageFailed: return 3
        case .threadFailed: return 4
        }
    }

    private func ready() {
        for (engine, port) in zip(engines, house.ports) {
            log.write(
                .info,
                engine.accounts.total.received == 0
                    ? "learner \(port.name) begins"
                    : "learner \(port.name) resumes after "
                        + "\(engine.accounts.total.received) samples",
                [("LEARNER", port.name.text), ("VERSION", String(engine.versionLast))]
            )
        }
        log.write(
            .info,
            "ready: samples \(house.samplesAddresses), "
                + "versions \(house.settings.versionsEndpoint)",
            [("INCARNATION", house.incarnation.text)]
        )
        ServiceManager.notify(.ready, .status("ready"))
    }

    private func waitForTheEnd(_ crew: Crew) {
        let watchdog = ServiceManager.watchdogInterval
        let turn = min(watchdog.map { $0 / 3 } ?? .seconds(1), .seconds(1))
        var statusLine = ""
        var beats = crew.beats.map(\.count)
        while true {
            switch Signals.wait(for: [.terminate, .interrupt, .hangUp], timeout: turn) {
            case .hangUp: reload()
            case .some: return
            case nil: break
            }
            if house.failure != nil { return }
            let now = crew.beats.map(\.count)
            if zip(now, beats).allSatisfy({ $0 != $1 }) {
                ServiceManager.notify(.watchdog)
                beats = now
            }
            if statusLine != house.summary {
                statusLine = house.summary
                ServiceManager.notify(.status(statusLine))
            }
        }
    }

    private func reload() {
        ServiceManager.notify(
            .reloading(monotonicNanoseconds: Clock.monotonicNanoseconds())
        )
        defer { ServiceManager.notify(.ready) }
        do {
            let new = try Supervisor.settings(in: directories)
            if let refusal = Settings.reloadRefusal(from: house.settings, to: new) {
                log.write(.error, refusal)
                return
            }
            house.take(new)
            log.level = new.logLevel.telemetry
            for (port, learner) in zip(house.ports, new.learners) {
                port.post(.settings(EngineSettings(learner, of: new)))
            }
            log.write(.notice, "the configuration was loaded anew")
        } catch {
            log.write(.error, "the reload is refused, nothing has changed: \(error)")
        }
    }
}
