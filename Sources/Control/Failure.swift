// SPDX-License-Identifier: Apache-2.0
//
// How a command ends. Each failure says what is wrong, with the value and the limit, and what to do
// now; the exit code says which kind it was, for scripts.

import Storage
import ZeroMQ

/// How learnctl ends.
enum ExitCode: Int32, Sendable, CaseIterable {
    /// It was done.
    case done = 0
    /// The daemon refused, or it could not be done.
    case failed = 1
    /// The command line is wrong.
    case usage = 2
    /// No daemon answers.
    case notFound = 3
    /// A file or what it holds is wrong.
    case data = 4

    /// What it means, for the help.
    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "refused by the daemon, or not everything could be done"
        case .usage: "the command line is wrong"
        case .notFound: "no daemon answers"
        case .data: "a file, or what it holds, is wrong"
        }
    }
}

/// Why a command was not done.
struct Failure: Error, Equatable, CustomStringConvertible {
    let code: ExitCode
    let message: String
    let remedy: String?

    init(_ code: ExitCode, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// One sentence with what is wrong and what to do.
    var description: String {
        remedy.map { "\(message); \($0)" } ?? message
    }

    /// A mistake on the command line.
    static func usage(_ message: String, remedy: String? = nil) -> Failure {
        Failure(.usage, message, remedy: remedy)
    }

    /// A file, or what it holds, is wrong.
    static func data(_ message: String, remedy: String? = nil) -> Failure {
        Failure(.data, message, remedy: remedy)
    }

    /// A file that could not be read or written.
    static func file(_ error: StorageError) -> Failure {
        Failure(.data, error.description)
    }

    /// A call of libzmq that failed.
    static func transport(_ error: ZeroMQError, _ what: String) -> Failure {
        Failure(.failed, "\(what): \(error)", remedy: "try again; see learnctl status")
    }
}
