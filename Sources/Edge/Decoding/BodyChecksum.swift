// SPDX-License-Identifier: Apache-2.0
//
// The CRC-32C of a body, by the processor's instruction where it has one.

import CDecoding
import Primitives

/// The checksum that an envelope carries.
package enum BodyChecksum {
    private static let isInHardware = learnd_crc32c_available() != 0

    /// The CRC-32C of the bytes.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        if isInHardware { return unsafe learnd_crc32c(bytes.baseAddress, bytes.count) }
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { bytes in
            var checksum = Checksum()
            unsafe checksum.add(bytes.span)
            return checksum.value
        }
    }

    /// The CRC-32C of the bytes.
    package static func of(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe of($0) }
    }
}
