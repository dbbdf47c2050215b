// SPDX-License-Identifier: Apache-2.0
//
// The other ends of the daemon's sockets: a producer that loses nothing on its way, and a consumer.

import Decoding
import Primitives
import ZeroMQ

/// Sends samples and waits rather than drops.
final class TestProducer {
    private let socket: Socket
    private let name: String
    let epoch: UInt64
    /// The samples sent, by learner.
    private(set) var sent: [String: UInt64] = [:]

    /// Connects an XPUB (to a SUB) or a PUSH (to a PULL), and waits until it is heard.
    init(
        _ name: String,
        to address: String,
        context: Context,
        isPush: Bool = false,
        epoch: UInt64 = 1
    ) throws {
        self.name = name
        self.epoch = epoch
        socket = try Socket(isPush ? .push : .xpub, in: context)
        if !isPush { try socket.set(.xpubNoDrop, to: true) }
        try socket.set(.linger, to: .zero)
        try socket.set(.sendTimeout, to: patience)
        try socket.set(.receiveTimeout, to: patience)
        try socket.set(.reconnectInterval, to: .milliseconds(5))
        try socket.connect(address)
        if !isPush { try waitForSubscription() }
    }

    /// Listens instead, for a daemon that connects; `waitForSubscription` is the caller's.
    init(_ name: String, listening context: Context, epoch: UInt64 = 1) throws {
        self.name = name
        self.epoch = epoch
        socket = try Socket(.xpub, in: context)
        try socket.set(.xpubNoDrop, to: true)
        try socket.set(.linger, to: .zero)
        try socket.set(.sendTimeout, to: patience)
        try socket.set(.receiveTimeout, to: patience)
        try socket.bind("tcp://127.0.0.1:*")
    }

    func address() throws -> String { try socket.lastEndpoint() }

    /// Waits until a daemon has subscribed.
    func waitForSubscription() throws {
        guard let frames = try socket.receiveFrames(), frames.first?.first == 1 else {
            throw Failure("nobody subscribed to \(name)")
        }
    }

    /// Sends a body of `count` samples with an envelope.
    func send(
        _ body: [UInt8],
        count: Int,
        to learner: String = "default",
        checksum: UInt32 = 0
    ) throws {
        let sequence = sent[learner] ?? 0
        try send(body, count: count, sequence: sequence, to: learner, checksum: checksum)
        sent[learner] = sequence + UInt64(count)
    }

    /// Sends a body under a sequence of the caller's.
    func send(
        _ body: [UInt8],
        count: Int,
        sequence: UInt64,
        to learner: String = "default",
        checksum: UInt32 = 0
    ) throws {
        let envelope = Envelope(
            producer: name,
            epoch: epoch,
            sequence: sequence,
            count: UInt32(count),
            checksum: checksum
        )
        guard let envelope else { throw Failure("\(name) is no producer's name") }
        try sendRaw([Array(learner.utf8), envelope.encode(), body])
    }

    /// Sends frames as they are.
    func sendRaw(_ frames: [[UInt8]]) throws {
        guard try socket.send(frames: frames) else { throw Failure("\(name) could not send") }
    }

    /// Sends a body if there is room for it.
    func offer(_ body: [UInt8], count: Int, to learner: String = "default") throws -> Bool {
        let envelope = Envelope(
            producer: name,
            epoch: epoch,
            sequence: sent[learner] ?? 0,
            count: UInt32(count)
        )
        let frames = [Array(learner.utf8), envelope?.encode() ?? [], body]
        guard try socket.send(frames: frames, dontWait: true) else { return false }
        sent[learner, default: 0] += UInt64(count)
        return true
    }
}

/// A version as it arrived.
struct Arrived: Equatable {
    var topic: String
    var incarnation: String
    var learner: String
    var version: Int
    var sha256: String
    var bytes: [UInt8]

    var isLate: Bool { topic.contains("/late/") }
}

/// Receives versions or events.
final class TestConsumer {
    private let socket: Socket

    init(
        _ prefixes: [String],
        at address: String,
        context: Context,
        reconnect: Duration = .milliseconds(5)
    ) throws {
        socket = try Socket(.sub, in: context)
        try socket.set(.linger, to: .zero)
        try socket.set(.reconnectInterval, to: reconnect)
        for prefix in prefixes { try socket.subscribe(Array(prefix.utf8)) }
        try socket.connect(address)
    }

    /// The next message, or nil after `limit`.
    func next(_ limit: Duration = patience) throws -> [[UInt8]]? {
        try socket.set(.receiveTimeout, to: limit)
        return try socket.receiveFrames()
    }

    /// The next version, or nil when none comes within `limit`.
    func version(_ limit: Duration = patience) throws -> Arrived? {
        let deadline = Deadline(limit)
        while !deadline.isOver {
            guard let frames = try next(deadline.rest) else { return nil }
            guard frames.count == 3 else { continue }
            let manifest = try parseJSON(frames[1])
            return Arrived(
                topic: String(decoding: frames[0], as: UTF8.self),
                incarnation: manifest["incarnation"]?.text ?? "",
                learner: manifest["learner"]?.text ?? "",
                version: Int(manifest["version"]?.integer ?? 0),
                sha256: manifest["sha256"]?.text ?? "",
                bytes: frames[2]
            )
        }
        return nil
    }

    /// The next event for which the condition holds, with its topic.
    func event(
        _ limit: Duration = patience,
        where condition: (String, JSONValue) -> Bool
    ) throws -> JSONValue? {
        let deadline = Deadline(limit)
        while !deadline.isOver {
            guard let frames = try next(deadline.rest) else { return nil }
            guard frames.count == 2 else { continue }
            let body = try parseJSON(frames[1])
            if condition(String(decoding: frames[0], as: UTF8.self), body) { return body }
        }
        return nil
    }
}

extension TestDaemon {
    /// A consumer of events that is known to be heard.
    ///
    /// What is published before a subscription has arrived is lost to it, and nothing says when it
    /// has; so the daemon is given something to refuse until the consumer is told of it.
    ///
    /// - Parameters:
    ///   - prefixes: What is subscribed to, besides the refusals of `learner`.
    ///   - learner: Who is sent garbage; the test makes nothing of that one's refusals.
    /// - Returns: The consumer, which may be told of more of that garbage.
    /// - Throws: When no event arrives.
    func events(
        _ prefixes: [String],
        garbageTo learner: String = "default"
    ) throws -> TestConsumer {
        let probe = try TestProducer("probe", to: try sampleAddresses()[0], context: context)
        let consumer = try TestConsumer(
            prefixes + [learner + "/refused"],
            at: try address("events"),
            context: context
        )
        let deadline = Deadline()
        repeat {
            guard !deadline.isOver else { throw Failure("no event of \(prefixes) arrives") }
            try probe.send(Array("garbage".utf8), count: 1, to: learner)
        } while try consumer.next(.milliseconds(20)) == nil
        return consumer
    }
}

/// Asks the snapshot socket.
func snapshot(
    _ request: [UInt8],
    at address: String,
    context: Context
) throws -> [[UInt8]] {
    let socket = try Socket(.dealer, in: context)
    try socket.set(.linger, to: .zero)
    try socket.set(.receiveTimeout, to: patience)
    try socket.connect(address)
    try socket.send(request)
    guard let frames = try socket.receiveFrames() else { throw Failure("no snapshot") }
    return frames
}
