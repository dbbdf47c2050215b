// SPDX-License-Identifier: Apache-2.0
//
// What libzmq answers when a call fails: one of errno's numbers, or one of its own.

import CZMQ
import Glibc

/// A failed call of libzmq, by its error number (`zmq_errno`).
package struct ZeroMQError: Error, RawRepresentable, Sendable, Hashable,
    CustomStringConvertible
{
    /// The error number.
    package let rawValue: CInt

    /// Takes an error number.
    package init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// The error of the call that has just failed on this thread.
    static var last: ZeroMQError { ZeroMQError(rawValue: zmq_errno()) }

    /// The C library's text and number.
    package var description: String {
        guard let text = zmq_strerror(rawValue) else { return "error \(rawValue)" }
        return "\(String(cString: text)) (\(rawValue))"
    }

    /// Not now: it would have to wait (`EAGAIN`).
    package static let tryAgain = ZeroMQError(rawValue: EAGAIN)
    /// A signal came in between (`EINTR`).
    package static let interrupted = ZeroMQError(rawValue: EINTR)
    /// The context is being shut down (`ETERM`).
    package static let terminated = ZeroMQError(rawValue: ETERM)
    /// The socket cannot do this in its present state (`EFSM`).
    package static let wrongState = ZeroMQError(rawValue: EFSM)
    /// Somebody else listens at this endpoint (`EADDRINUSE`).
    package static let addressInUse = ZeroMQError(rawValue: EADDRINUSE)
    /// The address is not one of this machine's (`EADDRNOTAVAIL`).
    package static let addressNotAvailable = ZeroMQError(rawValue: EADDRNOTAVAIL)
    /// The interface does not exist (`ENODEV`).
    package static let noDevice = ZeroMQError(rawValue: ENODEV)
    /// A value or an endpoint is not valid (`EINVAL`).
    package static let invalidArgument = ZeroMQError(rawValue: EINVAL)
    /// The transport is unknown (`EPROTONOSUPPORT`).
    package static let protocolNotSupported = ZeroMQError(rawValue: EPROTONOSUPPORT)
    /// The transport does not fit the socket's type (`ENOCOMPATPROTO`).
    package static let incompatibleProtocol = ZeroMQError(rawValue: ENOCOMPATPROTO)
    /// A router knows no such peer (`EHOSTUNREACH`).
    package static let hostUnreachable = ZeroMQError(rawValue: EHOSTUNREACH)
    /// The user may not do this (`EACCES`).
    package static let permissionDenied = ZeroMQError(rawValue: EACCES)
    /// The directory of an ipc endpoint does not exist (`ENOENT`).
    package static let noSuchFile = ZeroMQError(rawValue: ENOENT)
    /// The process has as many open files or sockets as it may (`EMFILE`).
    package static let tooManyFiles = ZeroMQError(rawValue: EMFILE)
    /// The name of an ipc endpoint is too long (`ENAMETOOLONG`).
    package static let nameTooLong = ZeroMQError(rawValue: ENAMETOOLONG)
}
