// SPDX-License-Identifier: Apache-2.0
//
// The frames of the message at hand. The three places are reused from message to message, and a
// frame is released when the next one takes its place; further frames are read and let go.

import ZeroMQ

/// Up to three frames of one message.
struct FrameTriple: ~Copyable {
    private var first = Message()
    private var second = Message()
    private var third = Message()
    /// How many frames the message has.
    private(set) var count = 0

    /// Receives a message if there is one.
    mutating func receive(from source: SampleSocket) throws(ZeroMQError) -> Bool {
        guard try source.socket.receive(into: &first, dontWait: true) else { return false }
        count = 1
        guard first.more else { return true }
        _ = try source.socket.receive(into: &second)
        count = 2
        guard second.more else { return true }
        _ = try source.socket.receive(into: &third)
        count = 3
        var isLast = !third.more
        while !isLast {
            var rest = Message()
            _ = try source.socket.receive(into: &rest)
            count += 1
            isLast = !rest.more
        }
        return true
    }

    /// The topic of a message of two or three frames.
    var topic: UnsafeRawBufferPointer { unsafe first.unsafeBytes }

    /// The envelope of a message of three frames.
    var envelope: UnsafeRawBufferPointer { unsafe second.unsafeBytes }

    /// The body.
    var body: UnsafeRawBufferPointer {
        switch count {
        case 1: unsafe first.unsafeBytes
        case 2: unsafe second.unsafeBytes
        default: unsafe third.unsafeBytes
        }
    }
}
