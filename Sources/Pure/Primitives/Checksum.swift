// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (Castagnoli; RFC 3720, appendix B.4), reflected, eight bytes at a time ("slicing by 8").
// It finds torn writes and flipped bits; it is no defence against somebody who means harm.

/// A running CRC-32C.
package struct Checksum: Sendable {
    private var state: UInt32 = 0xFFFF_FFFF

    /// Makes the checksum of no bytes.
    package init() {}

    /// The checksum of what has been added.
    package var value: UInt32 { ~state }

    /// The checksum of `bytes`.
    package static func of(_ bytes: [UInt8]) -> UInt32 {
        var checksum = Checksum()
        checksum.add(bytes.span)
        return checksum.value
    }

    /// Adds the bytes that follow.
    package mutating func add(_ bytes: Span<UInt8>) {
        var crc = state
        var index = 0
        let tables = Checksum.tables
        while index + 8 <= bytes.count {
            let low =
                crc
                ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
                    | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24)
            crc =
                tables[7 * 256 + Int(low & 255)] ^ tables[6 * 256 + Int((low >> 8) & 255)]
                ^ tables[5 * 256 + Int((low >> 16) & 255)] ^ tables[4 * 256 + Int(low >> 24)]
                ^ tables[3 * 256 + Int(bytes[index + 4])] ^ tables[2 * 256 + Int(bytes[index + 5])]
                ^ tables[256 + Int(bytes[index + 6])] ^ tables[Int(bytes[index + 7])]
            index += 8
        }
        while index < bytes.count {
            crc = tables[Int((crc ^ UInt32(bytes[index])) & 255)] ^ (crc >> 8)
            index += 1
        }
        state = crc
    }

    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            tables[byte] = crc
        }
        for byte in 0..<256 {
            for slice in 1..<8 {
                let before = tables[(slice - 1) * 256 + byte]
                tables[slice * 256 + byte] = (before >> 8) ^ tables[Int(before & 255)]
            }
        }
        return tables
    }()
}
