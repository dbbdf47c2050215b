// SPDX-License-Identifier: Apache-2.0
//
// The file of an ipc endpoint. libzmq takes over the file of whoever listens there, so a lock
// beside it is held for as long as this daemon listens: a living daemon's socket is never taken,
// and what a kill -9 left behind is.

import Glibc
import Linux
import Telemetry

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
    func restrict(mode: UInt32, group: String?, log: Log) {
        SocketFile.restrict(path, mode: mode, group: group, log: log)
    }

    /// Sets mode and, when given, group of a socket's file; what fails shuts out rather than lets
    /// in, and is told.
    static func restrict(_ path: String, mode: UInt32, group: String?, log: Log) {
        if unsafe chmod(path, mode_t(mode)) != 0 {
            log.write(
                .warning,
                "the mode of \(path) cannot be set: \(SystemError(rawValue: errno))"
            )
        }
        guard let group, !group.isEmpty else { return }
        guard let entry = unsafe getgrnam(group) else {
            return log.write(.warning, "there is no group \(group), so \(path) stays closed to it")
        }
        if unsafe chown(path, uid_t.max, entry.pointee.gr_gid) != 0 {
            log.write(
                .warning,
                "\(path) cannot be given to group \(group): \(SystemError(rawValue: errno))"
            )
        }
    }
}
