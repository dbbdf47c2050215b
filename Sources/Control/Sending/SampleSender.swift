// SPDX-License-Identifier: Apache-2.0
//
// The lossless way to a daemon's sample socket. A SUB gets an XPUB that waits instead of dropping
// (ZMQ_XPUB_NODROP), and nothing is sent before the daemon's subscription has come; a PULL gets a
// PUSH. Which of the two it is shows in the handshake: a PULL hangs up on an XPUB.
//
// Each message has an envelope: the epoch is when this sender began, and sequences count samples,
// so that whatever is lost after all shows up as a gap.

import Decoding
import Linux
import Primitives
import ZeroMQ

/// A socket that samples are sent through.
struct SampleSender: ~Copyable {
    /// Samples that were handed to the socket.
    private(set) var sent: UInt64 = 0

    private let socket: Socket
    private let topic: [UInt8]
    private let producer: String
    private let epoch: UInt64
    private let isPush: Bool
    private let address: String
    private var hasSubscriber = true

    /// How long the daemon has to subscribe.
    static let subscriptionTime: Duration = .seconds(5)
    /// How long it may take no message at all.
    static let stallTime: Duration = .seconds(30)
    /// How many messages wait on this side.
    private static let highWaterMark = 1000

    init(
        _ endpoint: SampleEndpoint,
        learner: Name,
        producer: String,
        context: Context
    ) throws(Failure) {
        let opened: Opened
        do throws(ZeroMQError) {
            opened = try SampleSender.open(endpoint, context)
        } catch {
            guard error == .tryAgain else {
                throw .transport(error, "the sample socket \(endpoint.address)")
            }
            throw Failure(
                .notFound,
                "nobody takes samples at \(endpoint.address): no subscription within 5 s",
                remedy: "look at learnctl status, endpoints, samples"
            )
        }
        socket = opened.socket
        isPush = opened.isPush
        address = endpoint.address
        topic = Array(learner.text.utf8)
        self.producer = producer
        epoch = UInt64(Clock.wallNanoseconds())
    }

    /// Sends one message.
    mutating func send(_ body: [UInt8], samples: Int) throws(Failure) {
        let envelope = Envelope(
            producer: producer,
            epoch: epoch,
            sequence: sent,
            sent: UInt64(Clock.wallNanoseconds()),
            count: UInt32(samples)
        )
        guard let header = envelope?.encode() else {
            preconditionFailure("the producer's name was checked with the command line")
        }
        do throws(ZeroMQError) {
            try heedSubscriptions()
            let until = Clock.monotonicNanoseconds() + SampleSender.stallTime.wholeNanoseconds
            while !(try socket.send(topic, more: true)) {
                guard Clock.monotonicNanoseconds() < until else { throw .tryAgain }
            }
            try socket.send(header, more: true)
            try socket.send(body)
        } catch {
            throw Failure(
                .failed,
                "\(address) takes no samples after \(Figures.grouped(Int64(sent))): \(error)",
                remedy: "look at learnctl status"
            )
        }
        sent += UInt64(samples)
    }

    /// A daemon that goes takes its subscription with it, and an XPUB without subscriber drops: so
    /// the next message waits until it is back.
    private mutating func heedSubscriptions() throws(ZeroMQError) {
        guard !isPush else { return }
        try note(waiting: .zero)
        let until = Clock.monotonicNanoseconds() + SampleSender.stallTime.wholeNanoseconds
        while !hasSubscriber, Clock.monotonicNanoseconds() < until {
            try note(waiting: .milliseconds(100))
        }
        guard hasSubscriber else { throw .tryAgain }
    }

    private mutating func note(waiting time: Duration) throws(ZeroMQError) {
        if time > .zero { try socket.set(.receiveTimeout, to: time) }
        while let frames = try socket.receiveFrames(dontWait: time == .zero) {
            if let kind = frames.first?.first { hasSubscriber = kind == 1 }
            if time > .zero { return }
        }
    }

    // MARK: Opening

    /// Throws ``ZeroMQError/tryAgain`` when nobody is there.
    private static func open(
        _ endpoint: SampleEndpoint,
        _ context: Context
    ) throws(ZeroMQError) -> Opened {
        if !endpoint.isPull {
            let socket = try xpub(context)
            if try isSubscribed(socket, endpoint) { return Opened(socket: socket, isPush: false) }
        }
        let socket = try Socket(.push, in: context)
        try socket.set(.sendHighWaterMark, to: highWaterMark)
        try socket.set(.sendTimeout, to: .seconds(1))
        try socket.set(.immediate, to: true)
        try socket.set(.linger, to: .seconds(5))
        var monitor = try socket.monitor([.handshakeSucceeded])
        try attach(socket, endpoint)
        guard try monitor.next(waiting: subscriptionTime) != nil else { throw .tryAgain }
        return Opened(socket: socket, isPush: true)
    }

    private static func xpub(_ context: Context) throws(ZeroMQError) -> Socket {
        let socket = try Socket(.xpub, in: context)
        try socket.set(.xpubNoDrop, to: true)
        try socket.set(.sendHighWaterMark, to: highWaterMark)
        try socket.set(.sendTimeout, to: .seconds(1))
        try socket.set(.receiveTimeout, to: .milliseconds(20))
        try socket.set(.linger, to: .seconds(5))
        return socket
    }

    /// Whether the daemon subscribes; false when it is no SUB.
    private static func isSubscribed(
        _ socket: borrowing Socket,
        _ endpoint: SampleEndpoint
    ) throws(ZeroMQError) -> Bool {
        var monitor = try socket.monitor([.handshakeSucceeded, .disconnected])
        try attach(socket, endpoint)
        let until = Clock.monotonicNanoseconds() + subscriptionTime.wholeNanoseconds
        var hasShakenHands = false
        while Clock.monotonicNanoseconds() < until {
            if let frames = try socket.receiveFrames(), frames.first?.first == 1 { return true }
            while let event = try monitor.next() {
                if event.kind == .handshakeSucceeded { hasShakenHands = true }
                if event.kind == .disconnected, !hasShakenHands { return false }
            }
        }
        throw .tryAgain
    }

    private static func attach(
        _ socket: borrowing Socket,
        _ endpoint: SampleEndpoint
    ) throws(ZeroMQError) {
        if endpoint.daemonConnects {
            try socket.bind(endpoint.address)
        } else {
            try socket.connect(endpoint.address)
        }
    }
}

/// A socket and what it is.
private struct Opened: ~Copyable {
    let socket: Socket
    let isPush: Bool
}
