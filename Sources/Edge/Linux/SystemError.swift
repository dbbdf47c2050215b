// SPDX-License-Identifier: Apache-2.0
//
// What the system answers when a call fails.

import Glibc

/// A failed system call, by its error number (`errno`).
package struct SystemError: Error, RawRepresentable, Sendable, Hashable,
    CustomStringConvertible
{
    /// The error number.
    package let rawValue: CInt

    /// Takes an error number.
    package init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// The error of the call that has just failed on this thread.
    static var last: SystemError { SystemError(rawValue: errno) }

    /// The C library's text and number.
    package var description: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(rawValue, &buffer, buffer.count) == 0 else { return "error \(rawValue)" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(String(decoding: bytes, as: UTF8.self)) (\(rawValue))"
    }

    /// A signal came in between (`EINTR`).
    package static let interrupted = SystemError(rawValue: EINTR)
    /// Not now: it would have to wait (`EAGAIN`).
    package static let tryAgain = SystemError(rawValue: EAGAIN)
    /// There is no such file (`ENOENT`).
    package static let noSuchFile = SystemError(rawValue: ENOENT)
    /// The user may not do this (`EACCES`).
    package static let permissionDenied = SystemError(rawValue: EACCES)
    /// Something is already there (`EEXIST`).
    package static let exists = SystemError(rawValue: EEXIST)
    /// The disk is full (`ENOSPC`).
    package static let noSpace = SystemError(rawValue: ENOSPC)
}
