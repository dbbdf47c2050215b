// SPDX-License-Identifier: Apache-2.0
//
// The second of three frames: who sent the samples, and which of theirs these are. 48 bytes,
// little-endian; docs/protocol.md, section 1.1, has the table.

import Primitives

/// The header of a message.
package struct Envelope: Sendable, Equatable, BitwiseCopyable {
    /// The length in bytes.
    package static let byteCount = 48
    /// The longest name of a producer.
    package static let producerBytesMax = 8
    /// The first four bytes, "LEN1".
    static let magic: UInt32 = 0x314E_454C

    /// The producer's name, padded with NUL, first character lowest.
    package var producerBits: UInt64
    /// When the producer started, nanoseconds since 1970.
    package var epoch: UInt64
    /// The number of the message's first sample in this epoch and learner.
    package var sequence: UInt64
    /// When the message was sent, nanoseconds since 1970; 0: not said.
    package var sent: UInt64
    /// How many samples the body holds.
    package var count: UInt32
    /// The CRC-32C of the body; 0: not said.
    package var checksum: UInt32

    /// Makes a header; nil when the producer's name is not 1 to 8 characters of a name.
    package init?(
        producer: String,
        epoch: UInt64,
        sequence: UInt64,
        sent: UInt64 = 0,
        count: UInt32,
        checksum: UInt32 = 0
    ) {
        guard producer.utf8.count <= Envelope.producerBytesMax, Name.isValid(producer.utf8) else {
            return nil
        }
        producerBits = producer.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        self.epoch = epoch
        self.sequence = sequence
        self.sent = sent
        self.count = count
        self.checksum = checksum
    }

    /// Reads a header at any alignment, whatever its producer's name.
    fileprivate init(unchecked bytes: UnsafeRawBufferPointer) {
        unsafe producerBits = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
        unsafe epoch = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        )
        unsafe sequence = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
        unsafe sent = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 32, as: UInt64.self))
        unsafe count = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 40, as: UInt32.self)
        )
        unsafe checksum = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 44, as: UInt32.self)
        )
    }

    /// The producer's name.
    package var producer: String {
        var bits = producerBits
        var bytes: [UInt8] = []
        while bits != 0 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a header; nil when it is not one.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Envelope? {
        guard case .valid(let envelope) = unsafe read(bytes) else { return nil }
        return envelope
    }

    /// The header's bytes.
    package func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: Envelope.byteCount)
        writer.write(Envelope.magic)
        writer.write(UInt32(0))
        writer.write(producerBits)
        writer.write(epoch)
        writer.write(sequence)
        writer.write(sent)
        writer.write(count)
        writer.write(checksum)
        return writer.bytes
    }

    /// What a header's bytes turned out to be.
    enum Reading {
        /// A header.
        case valid(Envelope)
        /// None, for a reason; how many samples it claims, as far as that can be believed.
        case fault(String, count: UInt32)
    }

    /// Reads a header, or says what is wrong with it.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard bytes.count == byteCount else {
            return .fault("an envelope has \(byteCount) bytes, not \(bytes.count)", count: 1)
        }
        let magic = unsafe UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        guard magic == Envelope.magic else {
            let start = unsafe quoted(bytes.prefix(4))
            return .fault("an envelope begins with \"LEN1\", not \(start)", count: 1)
        }
        let envelope = unsafe Envelope(unchecked: bytes)
        let schema = unsafe UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        )
        guard schema == 0 else {
            return .fault("schema \(schema) is unknown; send 0", count: envelope.count)
        }
        guard isName(envelope.producerBits) else {
            let name = unsafe quoted(bytes[8..<16])
            return .fault(
                "the producer \(name) is not 1 to 8 of the characters a-z, 0-9, _ and -, then NUL",
                count: envelope.count
            )
        }
        return .valid(envelope)
    }

    /// Whether the bits are 1 to 8 characters of a name, then nothing.
    private static func isName(_ bits: UInt64) -> Bool {
        var rest = bits
        guard rest != 0 else { return false }
        while rest != 0 {
            switch UInt8(truncatingIfNeeded: rest) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                rest >>= 8
            default: return false
            }
        }
        return true
    }
}
