// SPDX-License-Identifier: Apache-2.0
//
// A ZeroMQ context: its I/O threads and what its sockets share. Each socket holds its context, so a
// context ends only after its last socket, whatever the order in which scopes end.

import CZMQ

/// The owner of libzmq's I/O threads, shared by all sockets (`zmq_ctx_new`).
///
/// libzmq's I/O threads block all signals themselves. The last reference waits until the sockets'
/// lingering messages are gone (`zmq_ctx_term`), so sockets should have a bounded linger.
// The only state is the handle: it never changes, and libzmq's contexts may be used by any thread.
package final class Context: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    /// Starts a context (`zmq_ctx_new`, `ZMQ_IO_THREADS`, `ZMQ_MAX_SOCKETS`).
    ///
    /// - Throws: ``ZeroMQError/tooManyFiles`` when the process can open no more files.
    package init(ioThreads: Int = 1, socketsMax: Int = 1023) throws(ZeroMQError) {
        guard let handle = zmq_ctx_new() else { throw .last }
        self.handle = handle
        guard zmq_ctx_set(handle, ZMQ_IO_THREADS, CInt(clamping: ioThreads)) == 0,
            zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, CInt(clamping: socketsMax)) == 0
        else { throw .last }
    }

    /// Wakes every thread that waits on a socket; all calls but closing now fail with
    /// ``ZeroMQError/terminated`` (`zmq_ctx_shutdown`).
    package func shutDown() {
        zmq_ctx_shutdown(handle)
    }

    /// The version of the library that is running (`zmq_version`).
    package static var libraryVersion: String {
        var major: CInt = 0
        var minor: CInt = 0
        var patch: CInt = 0
        zmq_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    deinit {
        while zmq_ctx_term(handle) != 0, ZeroMQError.last == .interrupted {}
    }
}
