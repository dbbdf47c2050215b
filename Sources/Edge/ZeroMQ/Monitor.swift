// SPDX-License-Identifier: Apache-2.0
//
// What libzmq tells about a socket's connections. The reports come from libzmq's I/O thread, which
// waits (with every connection of the context) when nobody can take them. Two rules prevent that:
//
//   - the queue of reports has no limit, so whoever has a monitor reads it on every turn of its
//     loop (a report takes about 200 bytes);
//   - a monitor that goes before its socket stops the reports first.
//
// A frame above ZMQ_MAXMSGSIZE (seen with libzmq 4.3.4 and 4.3.5, tcp, SUB and PULL): the receiving
// socket closes the connection and reports just DISCONNECTED, as it does when a peer says goodbye;
// no report tells the two apart. Nothing of the frame arrives. The peer connects again by itself,
// so a sender that keeps sending too much shows as many DISCONNECTED and ACCEPTED.

import CZMQ

/// Which reports a monitor gives.
package struct MonitorEvents: OptionSet, Sendable, Hashable {
    /// The bits as libzmq has them.
    package let rawValue: CInt

    /// Takes libzmq's bits.
    package init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// A connection was made by this side.
    package static let connected = MonitorEvents(rawValue: ZMQ_EVENT_CONNECTED)
    /// The socket listens.
    package static let listening = MonitorEvents(rawValue: ZMQ_EVENT_LISTENING)
    /// A connection was accepted.
    package static let accepted = MonitorEvents(rawValue: ZMQ_EVENT_ACCEPTED)
    /// A connection could not be accepted; the value is the error number.
    package static let acceptFailed = MonitorEvents(rawValue: ZMQ_EVENT_ACCEPT_FAILED)
    /// A connection ended.
    package static let disconnected = MonitorEvents(rawValue: ZMQ_EVENT_DISCONNECTED)
    /// The socket closed; nothing follows.
    package static let stopped = MonitorEvents(rawValue: ZMQ_EVENT_MONITOR_STOPPED)
    /// The handshake succeeded.
    package static let handshakeSucceeded = MonitorEvents(
        rawValue: ZMQ_EVENT_HANDSHAKE_SUCCEEDED
    )
    /// The connection broke during the handshake; the value is the error number.
    package static let handshakeBroken = MonitorEvents(
        rawValue: ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL
    )
    /// The peer does not speak the protocol; the value says where it failed.
    package static let handshakeProtocolError = MonitorEvents(
        rawValue: ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
    )
    /// The peer was not let in; the value is the status of its answer.
    package static let handshakeRefused = MonitorEvents(
        rawValue: ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
    )
    /// Every report.
    package static let all = MonitorEvents(rawValue: ZMQ_EVENT_ALL)
}

/// One report about a connection.
package struct MonitorEvent: Sendable, Equatable {
    /// What happened: one bit.
    package let kind: MonitorEvents
    /// A descriptor or an error number, as the kind says.
    package let value: CInt
    /// The endpoint that it happened at.
    package let endpoint: String

    /// Makes a report.
    package init(kind: MonitorEvents, value: CInt, endpoint: String) {
        self.kind = kind
        self.value = value
        self.endpoint = endpoint
    }
}

/// The reader of a socket's reports (`zmq_socket_monitor`).
package struct Monitor: ~Copyable {
    let socket: Socket
    private let watched: UnsafeMutableRawPointer
    private let watchedLife: SocketLife
    private var message = Message()

    fileprivate init(
        of watched: borrowing Socket,
        _ events: MonitorEvents
    ) throws(ZeroMQError) {
        let socket = try Socket(.pair, in: watched.life.context)
        try socket.set(.linger, to: .zero)
        try socket.set(.receiveHighWaterMark, to: 0)
        let endpoint = "inproc://monitor-\(UInt(bitPattern: watched.handle))"
        guard zmq_socket_monitor(watched.handle, endpoint, events.rawValue) == 0 else {
            throw .last
        }
        do throws(ZeroMQError) {
            try socket.connect(endpoint)
        } catch {
            zmq_socket_monitor(watched.handle, nil, 0)
            throw error
        }
        self.socket = socket
        self.watched = watched.handle
        watchedLife = watched.life
    }

    deinit {
        if watchedLife.isOpen { zmq_socket_monitor(watched, nil, 0) }
    }

    /// The next report; nil when there is none, at once unless `wait` is given.
    package mutating func next(
        waiting timeout: Duration? = .zero
    ) throws(ZeroMQError) -> MonitorEvent? {
        if timeout != .zero { try socket.set(.receiveTimeout, to: timeout) }
        guard try socket.receive(into: &message, dontWait: timeout == .zero) else { return nil }
        let bytes = message.bytes
        var endpoint = ""
        if message.more, try socket.receive(into: &message) { endpoint = message.text }
        guard bytes.count == 6 else { return nil }
        let number = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[2 + index]) << UInt32(8 * index) }
        return MonitorEvent(
            kind: MonitorEvents(rawValue: CInt(number)),
            value: CInt(bitPattern: value),
            endpoint: endpoint
        )
    }
}

extension Socket {
    /// Starts to report on this socket's connections; call it before bind or connect.
    ///
    /// It ends with the monitor or the socket, whichever goes first. A new monitor replaces the
    /// former one.
    package func monitor(
        _ events: MonitorEvents = .all
    ) throws(ZeroMQError) -> Monitor {
        try Monitor(of: self, events)
    }
}
