// SPDX-License-Identifier: Apache-2.0
//
// Another process, started and ended by a benchmark.

import Glibc
import Linux

/// A child process.
final class Child {
    let identifier: pid_t
    private var isGone = false

    /// What stops a benchmark.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The path of the running program.
    static var ownPath: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return "learnd-bench" }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Starts a program; its output is thrown away.
    init(_ path: String, _ arguments: [String]) throws(Failure) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([path] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawn(&child, path, &actions, nil, words, environ)
        guard code == 0 else {
            throw Failure(description: "\(path) cannot be started: \(SystemError(rawValue: code))")
        }
        identifier = child
    }

    deinit {
        guard !isGone else { return }
        kill(identifier, SIGKILL)
        _ = waitpid(identifier, nil, 0)
    }

    /// Asks the process to end and waits until it has.
    func stop() {
        guard !isGone else { return }
        kill(identifier, SIGTERM)
        wait()
    }

    /// Waits until the process has ended.
    func wait() {
        guard !isGone else { return }
        _ = waitpid(identifier, nil, 0)
        isGone = true
    }

    /// The processor time that the process has used, all threads, in nanoseconds.
    var cpuNanoseconds: Double {
        let text = Child.contents(of: "/proc/\(identifier)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return 0 }
        return (user + system) * 1e9 / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    /// The memory of the process that is in RAM.
    var residentBytes: Int {
        let fields = Child.contents(of: "/proc/\(identifier)/statm").split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(CInt(_SC_PAGESIZE)))
    }

    private static func contents(of path: String) -> String {
        let file = unsafe open(path, O_RDONLY)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(file, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }
}
