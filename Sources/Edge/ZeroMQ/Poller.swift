// SPDX-License-Identifier: Apache-2.0
//
// Waiting for several sockets and file descriptors at once. The items are written once and reused:
// a wait allocates nothing (libzmq itself keeps up to 16 items on its stack).
//
// A poller knows its sockets by address only: it must not be used after one of them has closed.

import CZMQ
import Glibc

/// What can be done without waiting.
package struct PollEvents: OptionSet, Sendable, Hashable {
    /// The bits as libzmq has them.
    package let rawValue: Int16

    /// Takes libzmq's bits.
    package init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    /// A message, or bytes, can be received.
    package static let readable = PollEvents(rawValue: Int16(ZMQ_POLLIN))
    /// A message, or bytes, can be sent.
    package static let writable = PollEvents(rawValue: Int16(ZMQ_POLLOUT))
    /// The descriptor is in error.
    package static let failed = PollEvents(rawValue: Int16(ZMQ_POLLERR))
}

/// Waits for any of its items (`zmq_poll`).
package struct Poller: ~Copyable {
    private var items: [zmq_pollitem_t] = []

    /// Makes a poller with room for `capacity` items.
    package init(capacity: Int = 8) {
        items.reserveCapacity(capacity)
    }

    /// The number of items.
    package var count: Int { items.count }

    /// Adds a socket, which must outlive the poller's last wait.
    ///
    /// - Returns: The item's number.
    @discardableResult
    package mutating func add(
        _ socket: borrowing Socket,
        for events: PollEvents = .readable
    ) -> Int {
        items.append(
            zmq_pollitem_t(socket: socket.handle, fd: 0, events: events.rawValue, revents: 0)
        )
        return items.count - 1
    }

    /// Adds a monitor's socket, which must outlive the poller's last wait.
    ///
    /// - Returns: The item's number.
    @discardableResult
    package mutating func add(_ monitor: borrowing Monitor) -> Int {
        add(monitor.socket)
    }

    /// Adds a file descriptor.
    ///
    /// - Returns: The item's number.
    @discardableResult
    package mutating func add(
        descriptor: CInt,
        for events: PollEvents = .readable
    ) -> Int {
        items.append(
            zmq_pollitem_t(socket: nil, fd: descriptor, events: events.rawValue, revents: 0)
        )
        return items.count - 1
    }

    /// Changes what is waited for at item `index`; with none, the item sleeps (a paused intake).
    ///
    /// - Precondition: The item exists.
    package mutating func set(_ index: Int, to events: PollEvents) {
        precondition(items.indices.contains(index), "a poller has only the items that were added")
        items[index].events = events.rawValue
        items[index].revents = 0
    }

    /// Waits until an item is ready, or `timeout` has passed; nil: for ever; zero: only looks.
    ///
    /// - Returns: How many items are ready. It may be 0 early, when a signal came in between: the
    ///   caller's loop looks at its deadlines anyhow.
    @discardableResult
    package mutating func wait(timeout: Duration?) throws(ZeroMQError) -> Int {
        let milliseconds = timeout.map { Int($0.wholeMilliseconds) } ?? -1
        let ready = items.withUnsafeMutableBufferPointer { buffer in
            zmq_poll(buffer.baseAddress, CInt(buffer.count), milliseconds)
        }
        if ready >= 0 { return Int(ready) }
        let error = ZeroMQError.last
        guard error == .interrupted else { throw error }
        for index in items.indices { items[index].revents = 0 }
        return 0
    }

    /// What the last wait found at item `index`.
    ///
    /// - Precondition: The item exists.
    package func ready(_ index: Int) -> PollEvents {
        precondition(items.indices.contains(index), "a poller has only the items that were added")
        return PollEvents(rawValue: items[index].revents)
    }

    /// Whether the last wait found something to receive at item `index`.
    ///
    /// - Precondition: The item exists.
    package func isReadable(_ index: Int) -> Bool {
        ready(index).contains(.readable)
    }
}
