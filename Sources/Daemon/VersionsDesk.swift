// SPDX-License-Identifier: Apache-2.0
//
// The socket on which versions go out. It is an XPUB that registers subscriptions by hand
// (ZMQ_XPUB_MANUAL), so that whoever joins late gets the newest version once and nobody else gets
// it again: a subscription S stands for every topic T/live that begins with S, and the newest of T
// is sent at once on a topic T/late/n that is registered for that one subscriber just for the time
// of the sending.

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
    private(set) var subscribers = 0

    init(
        endpoint: String,
        sendHighWaterMark: Int,
        names: [Name],
        context: Context
    ) throws(ZeroMQError) {
        let socket = try Socket(.xpub, in: context)
        try socket.set(.xpubManual, to: true)
        try socket.set(.sendHighWaterMark, to: sendHighWaterMark)
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
        while let frames = try socket.receiveFrames(dontWait: true) {
            guard let frame = frames.first, let kind = frame.first else { continue }
            let prefix = Array(frame.dropFirst())
            switch kind {
            case 1: try subscribe(prefix)
            case 0: try unsubscribe(prefix)
            default: continue
            }
        }
    }

    private mutating func subscribe(_ prefix: [UInt8]) throws(ZeroMQError) {
        subscribers += 1
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

    private mutating func unsubscribe(_ prefix: [UInt8]) throws(ZeroMQError) {
        subscribers = max(0, subscribers - 1)
        for name in names {
            for topic in [Self.noticeTopic(name), Self.versionTopic(name)] {
                let live = Array((topic + "/live").utf8)
                if live.starts(with: prefix) { try socket.unsubscribe(live) }
            }
        }
    }

    private static func versionTopic(_ name: Name) -> String {
        "\(name)/version/\(Artifact.format)"
    }

    private static func noticeTopic(_ name: Name) -> String {
        "\(name)/notice"
    }
}
