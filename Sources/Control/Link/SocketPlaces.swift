// SPDX-License-Identifier: Apache-2.0
//
// Where the control socket may be: --socket, and no other place, when it is given; else
// RUNTIME_DIRECTORY, /run/learnd and the XDG runtime directory, in this order.

import Glibc
import Linux
import Storage

/// The places in which the daemon is looked for.
enum SocketPlaces {
    /// The directory that systemd makes for the unit.
    static let systemDirectory = "/run/learnd"
    static let socketName = "control.sock"

    /// The paths, the likeliest first.
    static func paths(given socket: String?) throws(Failure) -> [String] {
        var environment: [String: String] = [:]
        for name in Directories.variables {
            if let value = Linux.Process.environment(name) { environment[name] = value }
        }
        return try paths(given: socket, environment: environment, userID: getuid())
    }

    /// The paths under a given environment.
    static func paths(
        given socket: String?,
        environment: [String: String],
        userID: UInt32
    ) throws(Failure) -> [String] {
        if let socket {
            guard !socket.isEmpty else { throw .usage("--socket names no file") }
            return [socket.hasPrefix("ipc://") ? String(socket.dropFirst(6)) : socket]
        }
        var directories: [String] = []
        if let unit = environment[Directories.Kind.runtime.variable], !unit.isEmpty {
            directories.append(unit.split(separator: ":").first.map(String.init) ?? unit)
        }
        directories.append(systemDirectory)
        var rest = environment
        rest[Directories.Kind.runtime.variable] = nil
        rest["HOME"] = rest["HOME"] ?? "/"
        if let own = try? Directories(environment: rest, userID: userID, workingDirectory: "/") {
            directories.append(own.runtime)
        }
        var paths: [String] = []
        for directory in directories {
            let path = FilePath.join(directory, socketName)
            if !paths.contains(path) { paths.append(path) }
        }
        return paths
    }

    /// What is the matter with a path at which nobody can answer; nil when somebody might.
    static func problem(at path: String) -> String? {
        guard path.utf8.count <= Directories.socketPathBytesMax else {
            return "longer than the \(Directories.socketPathBytesMax) bytes of a socket's path"
        }
        if unsafe access(path, F_OK) != 0 {
            return errno == EACCES ? "not allowed to look there" : "not there"
        }
        if unsafe access(path, W_OK) != 0 {
            return "not allowed to use it: become a member of its group, or use sudo"
        }
        return nil
    }
}
