// SPDX-License-Identifier: Apache-2.0
//
// The socket on which versions go out. It is an XPUB that registers subscriptions by hand
// (ZMQ_XPUB_MANUAL), so that whoever joins late gets the newest version once and nobody else gets
// it again: a subscription S stands for every topic T/live that begins with S, and the newest of T
// is sent at once on a topic T/late/n that is registered for that one subscriber just for the time
// of the sending.
//
// What is unsubscribed stays registered until the connection ends: another prefix of the same
// subscriber may stand for the same topic, and libzmq does not say which. The subscriber's own
// socket filters what it no longer wants.

import Linux
import Primitives
import Versions
import ZeroMQ

/// A version that is durable and may be announced.
struct PublishedVersion: Sendable {
    var learner: Int
    var manifest: JSONValue
    var artifact: [UInt8]
}

/// The XPUB and what it has sent last.
struct VersionsDesk: ~Copyable {
    let socket: Socket
    private let names: [Name]
    private var newest: [Int: (manifest: [UInt8], notice: [UInt8], artifact: [UInt8])] = [:]
    private var lateCount: UInt64 = 0

    /// Subscriptions that are taken before the rest of the loop has its turn.
    private static let messagesPerTurn = 256

    init(
        endpoint: String,
        sendHighWaterMark: Int,
        names: [Name],
        context: Context
    ) throws(ZeroMQError) {
        let socket = try Socket(.xpub, in: context)
        try socket.set(.xpubManual, to: true)
        try socket.set(.sendHighWaterMark, to: sendHighWaterMark)
        try socket.set(.maxMessageSize, to: 1 << 16)
        try socket.set(.ipv6, to: endpoint.hasPrefix("tcp://["))
        try socket.set(.linger, to: .milliseconds(500))
        try socket.set(.heartbeatInterval, to: .seconds(2))
        try socket.set(.heartbeatTimeout, to: .seconds(6))
        try socket.bind(endpoint)
        self.socket = socket
        self.names = names
    }

    /// Announces a version to all who subscribed.
    mutating func publish(_ version: PublishedVersion) throws(ZeroMQError) {
        let manifest = version.manifest.jsonBytes
        let notice = Manifest.notice(of: version.manifest).jsonBytes
        newest[version.learner] = (manifest, notice, version.artifact)
        let topic = Self.versionTopic(names[version.learner]) + "/live"
        try socket.send(frames: [Array(topic.utf8), manifest, version.artifact], dontWait: true)
    }

    /// Remembers the newest version of an earlier life of the daemon.
    mutating func remember(_ version: PublishedVersion) {
        newest[version.learner] = (
            version.manifest.jsonBytes, Manifest.notice(of: version.manifest).jsonBytes,
            version.artifact
        )
    }

    /// Tells everybody which version is the newest.
    func notify() throws(ZeroMQError) {
        for (index, name) in names.enumerated() {
            guard let version = newest[index] else { continue }
            let topic = Self.noticeTopic(name) + "/live"
            try socket.send(frames: [Array(topic.utf8), version.notice], dontWait: true)
        }
    }

    /// Takes what subscribers said.
    mutating func heed() throws(ZeroMQError) {
        for _ in 0..<VersionsDesk.messagesPerTurn {
            guard let frames = try socket.receiveFrames(dontWait: true) else { return }
            guard let frame = frames.first, frame.first == 1 else { continue }
            try subscribe(Array(frame.dropFirst()))
        }
    }

    private mutating func subscribe(_ prefix: [UInt8]) throws(ZeroMQError) {
        for (index, name) in names.enumerated() {
            let notice = Array((Self.noticeTopic(name) + "/live").utf8)
            if notice.starts(with: prefix) { try socket.subscribe(notice) }
            let topic = Self.versionTopic(name)
            let live = Array((topic + "/live").utf8)
            guard live.starts(with: prefix) else { continue }
            try socket.subscribe(live)
            guard let version = newest[index] else { continue }
            lateCount += 1
            let late = Array((topic + "/late/\(lateCount)").utf8)
            try socket.subscribe(late)
            try socket.send(frames: [late, version.manifest, version.artifact], dontWait: true)
            try socket.unsubscribe(late)
        }
    }

    private static func versionTopic(_ name: Name) -> String {
        "\(name)/version/\(Artifact.format)"
    }

    private static func noticeTopic(_ name: Name) -> String {
        "\(name)/notice"
    }
}
