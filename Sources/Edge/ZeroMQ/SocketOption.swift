// SPDX-License-Identifier: Apache-2.0
//
// Socket options by name and type. Most must be set before bind or connect to have an effect on
// that endpoint; libzmq's documentation of `zmq_setsockopt` says which.

import CZMQ

/// An option of a socket whose value is a `Value`.
package struct SocketOption<Value>: Sendable {
    let code: CInt
}

extension SocketOption where Value == Int {
    /// How many messages may wait to be received, per peer; 0: no limit (`ZMQ_RCVHWM`).
    package static var receiveHighWaterMark: Self { Self(code: ZMQ_RCVHWM) }
    /// How many messages may wait to be sent, per peer; 0: no limit (`ZMQ_SNDHWM`).
    package static var sendHighWaterMark: Self { Self(code: ZMQ_SNDHWM) }
    /// The size of the kernel's receive buffer; -1: as the system does (`ZMQ_RCVBUF`).
    package static var receiveBuffer: Self { Self(code: ZMQ_RCVBUF) }
    /// The size of the kernel's send buffer; -1: as the system does (`ZMQ_SNDBUF`).
    package static var sendBuffer: Self { Self(code: ZMQ_SNDBUF) }
    /// How many connections may wait to be accepted (`ZMQ_BACKLOG`).
    package static var backlog: Self { Self(code: ZMQ_BACKLOG) }
}

extension SocketOption where Value == Int {
    /// After how many silent seconds the kernel asks (`ZMQ_TCP_KEEPALIVE_IDLE`).
    package static var tcpKeepAliveIdleSeconds: Self { Self(code: ZMQ_TCP_KEEPALIVE_IDLE) }
    /// How many seconds lie between two questions (`ZMQ_TCP_KEEPALIVE_INTVL`).
    package static var tcpKeepAliveIntervalSeconds: Self { Self(code: ZMQ_TCP_KEEPALIVE_INTVL) }
    /// How many questions go unanswered before the connection ends (`ZMQ_TCP_KEEPALIVE_CNT`).
    package static var tcpKeepAliveCount: Self { Self(code: ZMQ_TCP_KEEPALIVE_CNT) }
}

extension SocketOption where Value == Int64 {
    /// The longest frame that is received, in bytes; a longer one costs its sender the connection,
    /// see ``MonitorEvent``; -1: no limit (`ZMQ_MAXMSGSIZE`).
    package static var maxMessageSize: Self { Self(code: ZMQ_MAXMSGSIZE) }
}

extension SocketOption where Value == Bool {
    /// Whether subscriptions wait for `subscribe` to take effect (`ZMQ_XPUB_MANUAL`).
    package static var xpubManual: Self { Self(code: ZMQ_XPUB_MANUAL) }
    /// Whether repeated subscriptions are received, too (`ZMQ_XPUB_VERBOSE`).
    package static var xpubVerbose: Self { Self(code: ZMQ_XPUB_VERBOSE) }
    /// Whether repeated subscriptions and their ends are received, too (`ZMQ_XPUB_VERBOSER`).
    package static var xpubVerboser: Self { Self(code: ZMQ_XPUB_VERBOSER) }
    /// Whether sending waits for a full subscriber instead of dropping (`ZMQ_XPUB_NODROP`).
    package static var xpubNoDrop: Self { Self(code: ZMQ_XPUB_NODROP) }
    /// Whether messages queue only for connections that stand (`ZMQ_IMMEDIATE`).
    package static var immediate: Self { Self(code: ZMQ_IMMEDIATE) }
    /// Whether sending to an unknown peer is an error (`ZMQ_ROUTER_MANDATORY`).
    package static var routerMandatory: Self { Self(code: ZMQ_ROUTER_MANDATORY) }
    /// Whether a new peer may take over an identity (`ZMQ_ROUTER_HANDOVER`).
    package static var routerHandover: Self { Self(code: ZMQ_ROUTER_HANDOVER) }
    /// Whether the kernel asks a silent tcp peer if it is still there (`ZMQ_TCP_KEEPALIVE`).
    package static var tcpKeepAlive: Self { Self(code: ZMQ_TCP_KEEPALIVE) }
    /// Whether IPv6 addresses may be used (`ZMQ_IPV6`).
    package static var ipv6: Self { Self(code: ZMQ_IPV6) }
}

extension SocketOption where Value == Duration {
    /// How long unsent messages are kept when the socket closes; nil: for ever (`ZMQ_LINGER`).
    package static var linger: Self { Self(code: ZMQ_LINGER) }
    /// How long receiving waits; nil: for ever (`ZMQ_RCVTIMEO`).
    package static var receiveTimeout: Self { Self(code: ZMQ_RCVTIMEO) }
    /// How long sending waits; nil: for ever (`ZMQ_SNDTIMEO`).
    package static var sendTimeout: Self { Self(code: ZMQ_SNDTIMEO) }
    /// How often a heartbeat is sent; zero: never (`ZMQ_HEARTBEAT_IVL`).
    package static var heartbeatInterval: Self { Self(code: ZMQ_HEARTBEAT_IVL) }
    /// How long a heartbeat's answer may take (`ZMQ_HEARTBEAT_TIMEOUT`).
    package static var heartbeatTimeout: Self { Self(code: ZMQ_HEARTBEAT_TIMEOUT) }
    /// How long a handshake may take; zero: for ever (`ZMQ_HANDSHAKE_IVL`).
    package static var handshakeInterval: Self { Self(code: ZMQ_HANDSHAKE_IVL) }
    /// How long to wait before connecting again (`ZMQ_RECONNECT_IVL`).
    package static var reconnectInterval: Self { Self(code: ZMQ_RECONNECT_IVL) }
    /// Up to what the wait doubles each time; zero: it does not (`ZMQ_RECONNECT_IVL_MAX`).
    package static var reconnectIntervalMax: Self { Self(code: ZMQ_RECONNECT_IVL_MAX) }
}

extension SocketOption where Value == [UInt8] {
    /// What a router calls this socket (`ZMQ_ROUTING_ID`).
    package static var identity: Self { Self(code: ZMQ_ROUTING_ID) }
    /// What each new subscriber is sent first (`ZMQ_XPUB_WELCOME_MSG`).
    package static var xpubWelcome: Self { Self(code: ZMQ_XPUB_WELCOME_MSG) }
}

extension Socket {
    /// Sets a whole number (`zmq_setsockopt`).
    package func set(_ option: SocketOption<Int>, to value: Int) throws(ZeroMQError) {
        try set(option.code, CInt(clamping: value))
    }

    /// Sets a wide whole number (`zmq_setsockopt`).
    package func set(_ option: SocketOption<Int64>, to value: Int64) throws(ZeroMQError) {
        try set(option.code, value)
    }

    /// Switches something on or off (`zmq_setsockopt`).
    package func set(_ option: SocketOption<Bool>, to value: Bool) throws(ZeroMQError) {
        try set(option.code, CInt(value ? 1 : 0))
    }

    /// Sets a time, rounded up to milliseconds; nil: for ever (`zmq_setsockopt`).
    package func set(
        _ option: SocketOption<Duration>,
        to value: Duration?
    ) throws(ZeroMQError) {
        try set(option.code, value.map(\.wholeMilliseconds) ?? -1)
    }

    /// Sets bytes (`zmq_setsockopt`).
    package func set(_ option: SocketOption<[UInt8]>, to value: [UInt8]) throws(ZeroMQError) {
        try set(option.code, value)
    }

    /// The value of a whole number (`zmq_getsockopt`).
    package func value(of option: SocketOption<Int>) throws(ZeroMQError) -> Int {
        var value: CInt = 0
        try get(option.code, into: &value)
        return Int(value)
    }

    /// The value of a wide whole number (`zmq_getsockopt`).
    package func value(of option: SocketOption<Int64>) throws(ZeroMQError) -> Int64 {
        var value: Int64 = 0
        try get(option.code, into: &value)
        return value
    }

    /// The value of a time; nil: for ever (`zmq_getsockopt`).
    package func value(of option: SocketOption<Duration>) throws(ZeroMQError) -> Duration? {
        var value: CInt = 0
        try get(option.code, into: &value)
        return value < 0 ? nil : .milliseconds(Int64(value))
    }

    /// Takes messages that begin with `prefix`; on a manual XPUB, gives the subscriber whose
    /// subscription was received last those messages (`ZMQ_SUBSCRIBE`).
    ///
    /// A SUB tells a publisher that connects to it only when its own thread next uses it (receives
    /// or polls); until then that publisher drops or waits.
    package func subscribe(_ prefix: [UInt8] = []) throws(ZeroMQError) {
        try set(ZMQ_SUBSCRIBE, prefix)
    }

    /// Undoes one ``subscribe(_:)`` (`ZMQ_UNSUBSCRIBE`).
    package func unsubscribe(_ prefix: [UInt8] = []) throws(ZeroMQError) {
        try set(ZMQ_UNSUBSCRIBE, prefix)
    }

    /// Where the last bind or connect went, with the port that was chosen for a `*`
    /// (`ZMQ_LAST_ENDPOINT`).
    package func lastEndpoint() throws(ZeroMQError) -> String {
        var buffer = [UInt8](repeating: 0, count: 512)
        var count = buffer.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &buffer, &count) == 0 else {
            throw .last
        }
        return String(decoding: buffer[..<max(0, count - 1)], as: UTF8.self)
    }

    /// A descriptor that becomes readable when ``events()`` may have changed; it is edge-triggered
    /// and is only for loops that cannot use a ``Poller`` (`ZMQ_FD`).
    package func descriptor() throws(ZeroMQError) -> CInt {
        var value: CInt = -1
        try get(ZMQ_FD, into: &value)
        return value
    }

    /// What can be done without waiting (`ZMQ_EVENTS`).
    package func events() throws(ZeroMQError) -> PollEvents {
        var value: CInt = 0
        try get(ZMQ_EVENTS, into: &value)
        return PollEvents(rawValue: Int16(truncatingIfNeeded: value))
    }

    private func set<Number: BitwiseCopyable>(
        _ code: CInt,
        _ value: Number
    ) throws(ZeroMQError) {
        let done = withUnsafeBytes(of: value) { raw in
            zmq_setsockopt(handle, code, raw.baseAddress, raw.count)
        }
        guard done == 0 else { throw .last }
    }

    private func set(_ code: CInt, _ bytes: [UInt8]) throws(ZeroMQError) {
        let done = bytes.withUnsafeBytes { raw in
            zmq_setsockopt(handle, code, raw.baseAddress, raw.count)
        }
        guard done == 0 else { throw .last }
    }

    private func get<Number: BitwiseCopyable>(
        _ code: CInt,
        into value: inout Number
    ) throws(ZeroMQError) {
        var count = MemoryLayout<Number>.size
        while zmq_getsockopt(handle, code, &value, &count) != 0 {
            let error = ZeroMQError.last
            if error != .interrupted { throw error }
        }
    }
}

extension Duration {
    /// Milliseconds, rounded up, within what a C int can say.
    var wholeMilliseconds: CInt {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return seconds < 0 ? 0 : CInt.max }
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return CInt(clamping: max(0, product.addingReportingOverflow(rest).partialValue))
    }
}
