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
    private var engines: [LearnerEngine]
    private let given: [GivenNumbers]

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
        var given: [GivenNumbers] = []
        for learner in settings.learners {
            engines.append(
                try Restoration.engine(
                    for: learner,
                    settings: settings,
                    checkpoints: &checkpoints,
                    log: log
                )
            )
            given.append(
                GivenNumbers(
                    version: try registry.highest(learner: learner.name),
                    consolidation: try registry.highestConsolidation(learner: learner.name)
                )
            )
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
        self.given = given
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
            given: given
        )
        let beginnings = engines.map(Beginning.init)
        // From here on each engine has one owner: a second reference would make it copy itself.
        engines = []
        try crew.start()
        ready(beginnings)
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

    private func ready(_ beginnings: [Beginning]) {
        for (beginning, port) in zip(beginnings, house.ports) {
            log.write(
                .info,
                "learner \(port.name) " + beginning.sentence,
                [("LEARNER", port.name.text), ("VERSION", String(beginning.version))]
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
            replaceHungWorker()
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

    /// A consolidation that has hung must not keep others from being made.
    private func replaceHungWorker() {
        do throws(SystemError) {
            guard let hang = try house.worker.replaceHungThread() else { return }
            log.write(
                .warning,
                "consolidation \(hang.id) of \(house.ports[hang.learner].name) was given up and "
                    + "did not come back; its thread is left behind, and another goes on",
                [("LEARNER", house.ports[hang.learner].name.text)]
            )
        } catch {
            log.write(.error, "no thread for consolidations can be started: \(error)")
            house.stop(because: .threadFailed)
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

/// What a learner had when the daemon started.
private struct Beginning {
    let received: UInt64
    let version: UInt64

    init(_ engine: LearnerEngine) {
        received = engine.accounts.total.received
        version = engine.versionLast
    }

    var sentence: String {
        guard received > 0 else { return "begins" }
        return "resumes after \(received) samples; what it received after its last checkpoint is "
            + "lost, and shows as gaps of producers with envelopes"
    }
}
