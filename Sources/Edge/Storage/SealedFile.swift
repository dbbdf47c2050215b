// SPDX-License-Identifier: Apache-2.0
//
// Bytes in an envelope that knows when it was damaged. All numbers are little-endian.
//
//   offset  bytes  field
//        0      4  magic: "LCK1" for a checkpoint, "LST1" for a learner's state
//        4      4  format of the payload's envelope, 1
//        8      8  length of the payload
//       16     32  SHA-256 of bytes 0 to 15 and the payload
//       48         payload
//
// Every flipped bit and every missing or added byte is found. A format that is not known is told
// from damage by the digest: such a file was written by a newer learnd and is refused, not skipped.

import Primitives

/// The envelope around checkpoints and learner states.
package enum SealedFile {
    /// What the payload is.
    package enum Kind: String, Sendable {
        /// The whole state of a learner.
        case checkpoint = "LCK1"
        /// The learner state that belongs to a version.
        case state = "LST1"
    }

    /// The format that is written.
    package static let format: UInt32 = 1
    /// The length of the envelope.
    package static let headerBytes = 48

    /// Why a sealed file could not be opened.
    package enum Damage: Error, Sendable, Equatable {
        /// The bytes are not those that were sealed.
        case damaged(String)
        /// The file is whole, but of a format that this learnd does not know.
        case unknownFormat(UInt32)
    }

    /// The envelope for `payload`; the two belong in one file, one after the other.
    package static func header(for payload: [UInt8], kind: Kind) -> [UInt8] {
        var writer = ByteWriter(capacity: headerBytes)
        writer.writeRaw(Array(kind.rawValue.utf8))
        writer.write(format)
        writer.write(UInt64(payload.count))
        writer.writeRaw(digest(head: writer.bytes, payload: payload))
        return writer.bytes
    }

    /// The payload of a sealed file.
    package static func open(_ bytes: [UInt8], kind: Kind) throws(Damage) -> [UInt8] {
        guard bytes.count >= headerBytes else {
            throw .damaged("it has \(bytes.count) bytes, fewer than its head of \(headerBytes)")
        }
        guard bytes[0..<4].elementsEqual(kind.rawValue.utf8) else {
            throw .damaged("it does not begin with \(kind.rawValue)")
        }
        let head = Array(bytes[0..<16])
        let payload = Array(bytes[headerBytes...])
        let length = littleEndian(head[8..<16])
        guard length == UInt64(payload.count) else {
            throw .damaged("it holds \(payload.count) bytes where its head says \(length)")
        }
        guard digest(head: head, payload: payload) == Array(bytes[16..<headerBytes]) else {
            throw .damaged("its bytes do not have the SHA-256 in its head")
        }
        let format = UInt32(truncatingIfNeeded: littleEndian(head[4..<8]))
        guard format == SealedFile.format else { throw .unknownFormat(format) }
        return payload
    }

    private static func digest(head: [UInt8], payload: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.add(head)
        hash.add(payload)
        return hash.digest()
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
