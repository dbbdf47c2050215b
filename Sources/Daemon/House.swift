// SPDX-License-Identifier: Apache-2.0
//
// What the daemon's threads share: who they are, how to reach one another, and the settings that
// can change while they run.

import Configuration
import Drift
import Engine
import Linux
import Primitives
import Storage
import Synchronization
import Telemetry

/// Why the daemon ends.
enum StopReason: Int, Sendable {
    /// Somebody asked for it.
    case asked = 0
    /// The disk refused to say that something is on it.
    case storageFailed = 1
    /// A thread could not go on.
    case threadFailed = 2
}

/// The parts of a running daemon.
final class House: Sendable {
    let incarnation: Incarnation
    let directories: Directories
    let ports: [LearnerPort]
    let outlet: OutletDoor
    let archivist: Archivist
    let worker: Worker
    let account = DaemonAccount()
    let log: Log
    let startedAt: Int64
    /// Where the daemon can be reached, by the name of the socket.
    let addresses = Lock<[(name: String, address: String)]>([])
    private let shared: Lock<Settings>
    let summaries: Lock<[String]>
    private let stopReason = Lock<StopReason?>(nil)

    init(
        incarnation: Incarnation,
        directories: Directories,
        settings: Settings,
        log: Log
    ) throws(SystemError) {
        let ports = try House.ports(for: settings.learners.map(\.name))
        self.incarnation = incarnation
        self.directories = directories
        self.ports = ports
        self.log = log
        outlet = try OutletDoor()
        archivist = try Archivist()
        worker = try Worker(ports: ports)
        shared = Lock(settings)
        summaries = Lock([String](repeating: "", count: ports.count))
        startedAt = Clock.monotonicNanoseconds()
    }

    /// A port for each learner; those that share a thread share its wake-up.
    private static func ports(for names: [Name]) throws(SystemError) -> [LearnerPort] {
        let threads = Crew.learnerThreads(for: names.count)
        var wakes: [EventFD] = []
        for _ in 0..<max(1, threads) { wakes.append(try EventFD()) }
        return names.enumerated().map {
            LearnerPort(index: $0, name: $1, wake: wakes[$0 % wakes.count])
        }
    }

    /// The settings as they are now.
    var settings: Settings { shared.withLock { $0 } }

    /// Takes settings that have been found to differ in live keys only.
    func take(_ settings: Settings) {
        shared.withLock { $0 = settings }
    }

    /// Ends the daemon; the main thread looks at least each second.
    func stop(because reason: StopReason) {
        stopReason.withLock { if $0 == nil { $0 = reason } }
    }

    /// Why the daemon ends, when it was not asked to.
    var failure: StopReason? { stopReason.withLock { $0 } }

    /// Tells the world what happened to a learner: on the events socket and in the log.
    func announce(_ event: EngineEvent, learner: Int) {
        let name = ports[learner].name
        let fields = event.fields
        var members = fields
        members.append(.init("learner", .string(name.text)))
        members.append(.init("incarnation", .string(incarnation.text)))
        members.append(.init("at", .string(Clock.rfc3339Now())))
        outlet.post(.event(topic: "\(name)/\(event.kind)", .object(members)))
        // There may be one for each sample: it is for whoever subscribes, not for the log.
        switch event {
        case .scored, .queried: return
        default: break
        }
        let line = LogEvent(
            event.severity,
            event.sentence,
            [("LEARNER", name.text)] + event.logFields
        )
        guard case .drifted(let report, _) = event, report.level == .warning else {
            return log.write(line)
        }
        // A detector at its edge warns again and again.
        log.writeSampled("\(name) warned", line.level, line.message, line.fields)
    }
}
