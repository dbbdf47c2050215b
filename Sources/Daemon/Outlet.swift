// SPDX-License-Identifier: Apache-2.0
//
// One thread owns what goes out: versions and notices, events, snapshots, and the control socket.

import Configuration
import Linux
import Primitives
import Storage
import Synchronization
import Telemetry
import ZeroMQ

/// The outlet's thread.
struct Outlet: ~Copyable {
    private let house: House
    private var versions: VersionsDesk
    private let events: Socket
    private let snapshots: Socket
    private var control: ControlDesk
    private let shelf: Shelf

    /// Opens the sockets; a port in use is named with its key.
    init(house: House, context: Context) throws(StartError) {
        let settings = house.settings
        let runtime = house.directories.runtime
        let address = settings.versionsEndpoint.address(runtime: runtime)
        let shelf = try Outlet.shelf(of: house)
        var versions = try StartError.naming("versions.endpoint", address) {
            () throws(ZeroMQError) in
            try VersionsDesk(
                endpoint: address,
                sendHighWaterMark: settings.versionsSendHWM,
                names: house.ports.map(\.name),
                context: context
            )
        }
        let events = try Outlet.open(
            .pub,
            "events.endpoint",
            settings.eventsEndpoint.address(runtime: runtime),
            sendHighWaterMark: 10_000,
            context
        )
        let snapshots = try Outlet.open(
            .router,
            "snapshots.endpoint",
            settings.snapshotsEndpoint.address(runtime: runtime),
            // Artifacts are long; who asks for many and takes none gets no more.
            sendHighWaterMark: 16,
            context
        )
        let control = try ControlDesk(house: house, context: context)
        house.note("versions", at: try versions.socket.address())
        house.note("snapshots", at: try snapshots.address())
        house.note("events", at: try events.address())
        house.note("control", at: try control.socket.address())
        for version in shelf.newestVersions() { versions.remember(version) }
        self.house = house
        self.shelf = shelf
        self.versions = versions
        self.events = events
        self.snapshots = snapshots
        self.control = control
    }

    private static func shelf(of house: House) throws(StartError) -> Shelf {
        do throws(StorageError) {
            return try Shelf(house: house)
        } catch {
            throw StartError("\(error)", remedy: error.remedy)
        }
    }

    private static func open(
        _ type: SocketType,
        _ key: String,
        _ endpoint: String,
        sendHighWaterMark: Int,
        _ context: Context
    ) throws(StartError) -> Socket {
        try StartError.naming(key, endpoint) { () throws(ZeroMQError) in
            let socket = try Socket(type, in: context)
            try socket.set(.linger, to: .milliseconds(500))
            try socket.set(.sendHighWaterMark, to: sendHighWaterMark)
            try socket.set(.maxMessageSize, to: 1 << 20)
            try socket.set(.ipv6, to: endpoint.hasPrefix("tcp://["))
            try socket.bind(endpoint)
            return socket
        }
    }

    /// The thread's body, until `isStopping` and nothing is left to send.
    mutating func run(beat: Beat, isStopping: borrowing Atomic<Bool>) throws(ZeroMQError) {
        var poller = Poller()
        let subscriptions = poller.add(versions.socket)
        let requests = poller.add(snapshots)
        let commands = poller.add(control.socket)
        poller.add(descriptor: house.outlet.inbox.wake.descriptor)
        var noticeAt = Clock.monotonicNanoseconds()
        while true {
            beat.mark()
            let isLast = isStopping.load(ordering: .sequentiallyConsistent)
            for message in house.outlet.inbox.take() { try send(message) }
            if isLast { return }
            let now = Clock.monotonicNanoseconds()
            if now >= noticeAt {
                try versions.notify()
                noticeAt = now + 1_000_000_000
            }
            control.expire()
            try poller.wait(timeout: .nanoseconds(max(1_000_000, noticeAt - now)))
            if poller.isReadable(subscriptions) { try versions.heed() }
            if poller.isReadable(requests) { try shelf.answer(on: snapshots) }
            if poller.isReadable(commands) { try control.heed(shelf: shelf) }
        }
    }

    private mutating func send(_ message: OutletMessage) throws(ZeroMQError) {
        switch message {
        case .version(let version):
            try versions.publish(version)
            let number = version.manifest["version"] ?? .null
            let name = house.ports[version.learner].name
            try sendEvent(
                "\(name)/version",
                [
                    "event": "version", "learner": .string(name.text), "version": number,
                    "reason": version.manifest["reason"] ?? .null,
                    "sha256": version.manifest["sha256"] ?? .null,
                    "metrics": version.manifest["metrics"] ?? .null,
                    "incarnation": .string(house.incarnation.text),
                    "at": .string(Clock.rfc3339Now()),
                ]
            )
        case .event(let topic, let body):
            try sendEvent(topic, body)
        case .answer(let request, let part, let answer):
            control.complete(request, part: part, answer)
        case .backup(let request, let bytes):
            control.complete(request, backup: bytes)
        }
    }

    private func sendEvent(_ topic: String, _ body: JSONValue) throws(ZeroMQError) {
        try events.send(frames: [Array(topic.utf8), body.jsonBytes], dontWait: true)
    }
}
