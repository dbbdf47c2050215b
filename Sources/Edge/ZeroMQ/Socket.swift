// SPDX-License-Identifier: Apache-2.0
//
// A ZeroMQ socket that is closed exactly once. It belongs to the thread that made it: it is not
// Sendable, so a thread's body has to make its sockets itself. It holds its context, which
// therefore outlives it.
//
// A call that a signal interrupts is made again. Sending and receiving without waiting answer
// `false` where libzmq says EAGAIN: that is an everyday answer, not an error.

import CZMQ

/// An open socket (`zmq_socket`).
package struct Socket: ~Copyable {
    let handle: UnsafeMutableRawPointer
    let life: SocketLife

    /// Opens a socket.
    ///
    /// - Throws: ``ZeroMQError/tooManyFiles`` at the context's or the process's limit,
    ///   ``ZeroMQError/terminated`` after ``Context/shutDown()``.
    package init(_ type: SocketType, in context: Context) throws(ZeroMQError) {
        guard let handle = zmq_socket(context.handle, type.code) else { throw .last }
        self.handle = handle
        life = SocketLife(context)
    }

    deinit {
        zmq_close(handle)
        life.isOpen = false
    }

    /// Listens at `endpoint`, such as `tcp://127.0.0.1:7711` (`zmq_bind`).
    ///
    /// A tcp port that another process has is ``ZeroMQError/addressInUse``; the file of an ipc
    /// endpoint is taken over silently, so ask first whether somebody answers there.
    package func bind(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_bind(handle, endpoint) == 0 else { throw .last }
    }

    /// Stops listening at `endpoint`, as ``lastEndpoint()`` spells it (`zmq_unbind`).
    package func unbind(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_unbind(handle, endpoint) == 0 else { throw .last }
    }

    /// Connects to `endpoint`, now or as soon as somebody listens there (`zmq_connect`).
    package func connect(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_connect(handle, endpoint) == 0 else { throw .last }
    }

    /// Gives up the connection to `endpoint` (`zmq_disconnect`).
    package func disconnect(_ endpoint: String) throws(ZeroMQError) {
        guard zmq_disconnect(handle, endpoint) == 0 else { throw .last }
    }

    // MARK: Receiving

    /// Receives one frame into `message`, whose former frame is released (`zmq_msg_recv`).
    ///
    /// - Returns: False when there is none: at once with `dontWait`, else after the receive
    ///   timeout.
    package func receive(
        into message: inout Message,
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        let flags = dontWait ? ZMQ_DONTWAIT : 0
        while true {
            if zmq_msg_recv(message.raw, handle, flags) >= 0 { return true }
            let error = ZeroMQError.last
            if error == .tryAgain { return false }
            if error != .interrupted { throw error }
        }
    }

    /// Receives a whole message as its frames; nil when there is none.
    ///
    /// It allocates: for messages that are few.
    package func receiveFrames(dontWait: Bool = false) throws(ZeroMQError) -> [[UInt8]]? {
        var message = Message()
        guard try receive(into: &message, dontWait: dontWait) else { return nil }
        var frames = [message.bytes]
        // The frames of a message arrive together, so the others do not have to be waited for.
        while message.more, try receive(into: &message) {
            frames.append(message.bytes)
        }
        return frames
    }

    // MARK: Sending

    /// Sends a copy of the bytes as one frame; `more` announces another (`zmq_send`).
    ///
    /// - Returns: False when it would have to wait: at once with `dontWait`, else after the send
    ///   timeout. A message's later frames always go where the first one went.
    @discardableResult
    package func send(
        _ bytes: UnsafeRawBufferPointer,
        more: Bool = false,
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        let flags = (more ? ZMQ_SNDMORE : 0) | (dontWait ? ZMQ_DONTWAIT : 0)
        while true {
            if zmq_send(handle, bytes.baseAddress, bytes.count, flags) >= 0 { return true }
            let error = ZeroMQError.last
            if error == .tryAgain { return false }
            if error != .interrupted { throw error }
        }
    }

    /// Sends a copy of the bytes as one frame.
    @discardableResult
    package func send(
        _ bytes: [UInt8],
        more: Bool = false,
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        try bytes.span.bytes.withUnsafeBytes { (raw) throws(ZeroMQError) in
            try send(raw, more: more, dontWait: dontWait)
        }
    }

    /// Sends the text's UTF-8 as one frame.
    @discardableResult
    package func send(
        _ text: String,
        more: Bool = false,
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        try send(Array(text.utf8), more: more, dontWait: dontWait)
    }

    /// Sends the frame without copying it; `message` is empty afterwards (`zmq_msg_send`).
    ///
    /// - Returns: False when it would have to wait; `message` then keeps its frame.
    @discardableResult
    package func send(
        _ message: inout Message,
        more: Bool = false,
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        let flags = (more ? ZMQ_SNDMORE : 0) | (dontWait ? ZMQ_DONTWAIT : 0)
        while true {
            if zmq_msg_send(message.raw, handle, flags) >= 0 { return true }
            let error = ZeroMQError.last
            if error == .tryAgain { return false }
            if error != .interrupted { throw error }
        }
    }

    /// Sends a whole message.
    ///
    /// - Returns: False when the message would have to wait; then none of it was sent.
    @discardableResult
    package func send(
        frames: [[UInt8]],
        dontWait: Bool = false
    ) throws(ZeroMQError) -> Bool {
        for (index, frame) in frames.enumerated() {
            let sent = try send(frame, more: index + 1 < frames.count, dontWait: dontWait)
            if !sent { return false }
        }
        return true
    }
}

/// Whether a socket is still open, for its monitor, and the context that it keeps alive.
final class SocketLife {
    let context: Context
    var isOpen = true

    init(_ context: Context) {
        self.context = context
    }
}
