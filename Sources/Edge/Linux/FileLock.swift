// SPDX-License-Identifier: Apache-2.0
//
// One process at a time: an exclusive lock on a file that says who holds it. The kernel lets go of
// the lock when its holder dies, however it dies, so a file that is left behind means nothing.

import CLinux
import Glibc

/// Why a file could not be locked.
package enum FileLockError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process has it; its number when the file says so.
    case held(by: Int?)
    /// The file could not be opened or locked.
    case system(SystemError)

    /// One sentence for a log line.
    package var description: String {
        switch self {
        case .held(let holder?): "it is locked by process \(holder)"
        case .held(nil): "it is locked by another process"
        case .system(let error): error.description
        }
    }
}

/// A file that this process alone has locked, until the value is gone (`flock`).
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: CInt

    /// Locks the file at `path`, which is made if need be and says this process's number.
    ///
    /// - Throws: ``FileLockError/held(by:)`` when another process has it.
    package init(path: String) throws(FileLockError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(.last) }
        guard learnd_lock_exclusively(descriptor) == 0 else {
            let error = SystemError.last
            let holder = FileLock.holder(descriptor)
            close(descriptor)
            throw error == .tryAgain ? .held(by: holder) : .system(error)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count
        else {
            let error = SystemError.last
            close(descriptor)
            throw .system(error)
        }
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone would leave it with a child that is between fork and exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func holder(_ descriptor: CInt) -> Int? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        let digits = buffer[..<count].prefix { (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
