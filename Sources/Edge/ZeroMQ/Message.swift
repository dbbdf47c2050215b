// SPDX-License-Identifier: Apache-2.0
//
// One frame of a message. The 64 bytes of a zmq_msg_t stay at one address for the message's whole
// life, because libzmq keeps short frames inside them. Receiving into the same message again
// releases its former frame and allocates nothing here.
//
// Bytes of a received frame start at any address: read them by memcpy or unaligned loads only.

import CZMQ

/// A frame, received or to be sent (`zmq_msg_t`).
package struct Message: ~Copyable {
    let raw: UnsafeMutablePointer<zmq_msg_t>

    /// Makes an empty frame (`zmq_msg_init`).
    package init() {
        raw = .allocate(capacity: 1)
        raw.initialize(to: zmq_msg_t())
        zmq_msg_init(raw)
    }

    /// Makes a frame with a copy of `bytes` (`zmq_msg_init_size`).
    package init(copying bytes: UnsafeRawBufferPointer) throws(ZeroMQError) {
        raw = .allocate(capacity: 1)
        raw.initialize(to: zmq_msg_t())
        guard zmq_msg_init_size(raw, bytes.count) == 0 else {
            let error = ZeroMQError.last
            zmq_msg_init(raw)
            throw error
        }
        if let source = bytes.baseAddress, let target = zmq_msg_data(raw) {
            target.copyMemory(from: source, byteCount: bytes.count)
        }
    }

    /// Makes a frame with a copy of `bytes`.
    package init(copying bytes: [UInt8]) throws(ZeroMQError) {
        self = try bytes.span.bytes.withUnsafeBytes { (raw) throws(ZeroMQError) in
            try Message(copying: raw)
        }
    }

    /// The number of bytes (`zmq_msg_size`).
    package var count: Int { zmq_msg_size(raw) }

    /// Whether more frames of the same message follow (`zmq_msg_more`).
    package var more: Bool { zmq_msg_more(raw) != 0 }

    /// The bytes, valid until this message is received into, sent or gone (`zmq_msg_data`).
    ///
    /// The address is misaligned in about half of all received frames.
    package var unsafeBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: zmq_msg_data(raw), count: zmq_msg_size(raw))
    }

    /// Calls `body` with the bytes, which must not escape.
    @inlinable
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafeBytes)
    }

    /// A copy of the bytes.
    package var bytes: [UInt8] { Array(unsafeBytes) }

    /// The bytes as text; what is not UTF-8 is replaced.
    package var text: String { String(decoding: unsafeBytes, as: UTF8.self) }

    deinit {
        zmq_msg_close(raw)
        raw.deallocate()
    }
}
