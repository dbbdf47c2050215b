// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and random bytes, from libsodium.

import CSodium

/// A running SHA-256.
package struct SHA256: Sendable {
    private var state = crypto_hash_sha256_state()

    /// The length of a digest in bytes.
    package static let digestBytes = 32

    /// Makes the hash of no bytes.
    package init() {
        unsafe crypto_hash_sha256_init(&state)
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.add(bytes)
        return hash.digest()
    }

    /// Adds the bytes that follow.
    package mutating func add(_ bytes: [UInt8]) {
        unsafe crypto_hash_sha256_update(&state, bytes, UInt64(bytes.count))
    }

    /// The digest of what has been added.
    package func digest() -> [UInt8] {
        var copy = state
        var digest = [UInt8](repeating: 0, count: SHA256.digestBytes)
        unsafe crypto_hash_sha256_final(&copy, &digest)
        return digest
    }
}

/// The SHA-256 of `bytes` as 64 lower-case hex digits.
package func sha256Hex(_ bytes: [UInt8]) -> String {
    hexText(SHA256.digest(of: bytes))
}

/// Bytes as lower-case hex digits, two for each.
package func hexText(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// Random bytes from the operating system.
package func randomBytes(_ count: Int) -> [UInt8] {
    precondition(sodiumIsReady, "libsodium cannot find a source of random bytes")
    var bytes = [UInt8](repeating: 0, count: count)
    unsafe randombytes_buf(&bytes, count)
    return bytes
}

private let sodiumIsReady = sodium_init() >= 0
