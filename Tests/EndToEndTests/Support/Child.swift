// SPDX-License-Identifier: Apache-2.0
//
// A child process that can be waited for with a limit: it holds the only other end of a pair of
// sockets (descriptor 3), which the kernel closes when it ends in whatever way, so its end is an
// event on a descriptor like any other.

import Glibc
import Linux

/// A program that was started, until its end is known.
final class Child {
    let pid: pid_t
    private let life: CInt
    private var ending: Ending?

    /// How a process ended.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    /// Starts `program`; its standard error goes to the end of the file `errors`.
    init(_ program: String, _ arguments: [String], errors: String) throws {
        var ends: [CInt] = [0, 0]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Failure("socketpair: \(errno)")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            2,
            errors,
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        posix_spawn_file_actions_adddup2(&actions, ends[1], 3)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var environment = ["PATH", "HOME", "TSAN_OPTIONS", "LD_LIBRARY_PATH"].compactMap { name in
            Linux.Process.environment(name).map { strdup("\(name)=\($0)") }
        }
        environment.append(strdup("SWIFT_BACKTRACE=enable=no"))
        var variables = environment + [nil]
        defer { for text in words + variables { free(text) } }
        var pid = pid_t()
        let error = posix_spawn(&pid, program, &actions, nil, &words, &variables)
        close(ends[1])
        guard error == 0 else {
            close(ends[0])
            throw Failure("\(program) cannot be started: \(error)")
        }
        self.pid = pid
        life = ends[0]
    }

    deinit {
        send(SIGKILL)
        _ = wait(.seconds(10))
        close(life)
    }

    /// Sends a signal, unless the process has ended.
    func send(_ signal: CInt) {
        if ending == nil { Glibc.kill(pid, signal) }
    }

    /// Waits for the end, but at most for `limit`.
    func wait(_ limit: Duration) -> Ending? {
        if let ending { return ending }
        var item = pollfd(fd: life, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.components.seconds * 1000
        guard poll(&item, 1, CInt(clamping: milliseconds)) > 0 else { return nil }
        var status: CInt = 0
        guard waitpid(pid, &status, 0) == pid else { return nil }
        let signal = status & 0x7f
        ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
        return ending
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Where the programs lie that this test bundle was built with.
enum Programs {
    /// The path of a program.
    static func path(_ name: String) throws -> String {
        var folders: [String] = []
        if let chosen = Linux.Process.environment("LEARND_PROGRAMS") { folders.append(chosen) }
        for file in CommandLine.arguments + [selfPath] {
            if let slash = file.lastIndex(of: "/") { folders.append(String(file[..<slash])) }
        }
        for folder in folders where access(folder + "/" + name, X_OK) == 0 {
            return folder + "/" + name
        }
        throw Failure("\(name) lies in none of \(folders); swift build makes it")
    }

    private static var selfPath: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let bytes = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
