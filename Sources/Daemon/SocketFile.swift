// SPDX-License-Identifier: Apache-2.0
//
// The file of an ipc endpoint. libzmq takes over the file of whoever listens there, so a lock
// beside it is held for as long as this daemon listens: a living daemon's socket is never taken,
// and what a kill -9 left behind is.

import Glibc
import Linux

/// The file of a bound ipc endpoint and the right to it.
final class SocketFile {
    private let path: String
    private let lock: FileLock

    /// Takes the right to the file; nil for tcp and abstract endpoints.
    init?(endpoint: String, key: String) throws(StartError) {
        guard endpoint.hasPrefix("ipc:///") else { return nil }
        path = String(endpoint.dropFirst("ipc://".count))
        do throws(FileLockError) {
            lock = try FileLock(path: path + ".lock")
        } catch {
            throw StartError(
                "\(key) = \"\(endpoint)\" belongs to another process: \(error)",
                remedy: "stop it, or choose another path"
            )
        }
    }

    /// Lets only those in whom mode and group name.
    func restrict(mode: UInt32, group: String?) {
        SocketFile.restrict(path, mode: mode, group: group)
    }

    /// Sets mode and, when given, group of a socket's file.
    static func restrict(_ path: String, mode: UInt32, group: String? = nil) {
        _ = unsafe chmod(path, mode_t(mode))
        guard let group, let entry = unsafe getgrnam(group) else { return }
        _ = unsafe chown(path, uid_t.max, entry.pointee.gr_gid)
    }
}
