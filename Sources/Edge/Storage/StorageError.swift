// SPDX-License-Identifier: Apache-2.0
//
// Everything that can go wrong with what is kept on disk, as one type: what was tried, on which
// path, what came back, and what to do now. An error of a synchronising call is final: Linux drops
// the dirty pages after the first failure, so a second fsync would report a success that is none.

import Glibc

/// Why a file, the registry or a backup could not be read or written.
package struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done.
    package enum Operation: String, Sendable, CaseIterable {
        /// Opening or creating a file.
        case open
        /// Reading a file.
        case read
        /// Writing a file.
        case write
        /// Forcing a file or directory to the disk (fsync).
        case synchronise
        /// Closing a file.
        case close
        /// Giving a file its name.
        case rename
        /// Giving a file a second name.
        case link
        /// Removing a file.
        case remove
        /// Making a directory.
        case makeDirectory = "make the directory"
        /// Listing a directory.
        case list
        /// Asking for a file's size and owner.
        case inspect
        /// Taking the lock.
        case lock
        /// Checking what was read.
        case verify
        /// Asking the registry.
        case query = "query"
        /// Finding where files belong.
        case locate
        /// Making a backup.
        case backUp = "back up"
        /// Restoring a backup.
        case restore
    }

    /// What came back.
    package enum Cause: Sendable, Equatable {
        /// A system call failed with this errno.
        case system(Int32)
        /// SQLite answered with this extended code and text.
        case database(code: Int32, message: String)
        /// The bytes are not what was written.
        case damaged(String)
        /// Another process has the lock.
        case locked(holder: Int32?)
        /// The request makes no sense here.
        case refused(String)
    }

    /// What was being done.
    package let operation: Operation
    /// The file or directory.
    package let path: String
    /// What came back.
    package let cause: Cause
    private let advice: String?

    /// Makes an error; without `remedy`, the cause decides what is advised.
    package init(
        _ operation: Operation,
        _ path: String,
        _ cause: Cause,
        remedy: String? = nil
    ) {
        self.operation = operation
        self.path = path
        self.cause = cause
        advice = remedy
    }

    /// The errno or SQLite code, 0 when neither was involved.
    package var code: Int32 {
        switch cause {
        case .system(let code), .database(let code, _): code
        case .damaged, .locked, .refused: 0
        }
    }

    /// Whether the disk can no longer be trusted: stop, never try again.
    package var isFinal: Bool {
        switch cause {
        case .system: operation == .synchronise
        case .database(let code, _):
            code == StorageError.databaseSync || code == StorageError.databaseDirectorySync
        case .damaged, .locked, .refused: false
        }
    }

    /// Whether the disk or the quota is full, which passes when somebody makes room.
    package var isOutOfSpace: Bool {
        switch cause {
        case .system(let code): code == ENOSPC || code == EDQUOT
        case .database(let code, _): code & 0xFF == StorageError.databaseFull
        case .damaged, .locked, .refused: false
        }
    }

    /// What to do now.
    package var remedy: String { advice ?? StorageError.advice(for: cause, isFinal: isFinal) }

    /// One sentence with the path and the cause, and one with the remedy.
    package var description: String {
        "cannot \(operation.rawValue) \(path): \(StorageError.words(for: cause)); \(remedy)"
    }

    /// SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC and SQLITE_FULL.
    private static let databaseSync: Int32 = 10 | (4 << 8)
    private static let databaseDirectorySync: Int32 = 10 | (5 << 8)
    private static let databaseFull: Int32 = 13

    private static func words(for cause: Cause) -> String {
        switch cause {
        case .system(let code): "\(text(of: code)) (errno \(code))"
        case .database(let code, let message): "\(message) (SQLite code \(code))"
        case .damaged(let what): what
        case .locked(let holder?): "process \(holder) holds it"
        case .locked(nil): "another process holds it"
        case .refused(let what): what
        }
    }

    private static func advice(for cause: Cause, isFinal: Bool) -> String {
        if isFinal {
            return "the disk lost data: check it (dmesg), then start learnd again; "
                + "it resumes from the last checkpoint that verifies"
        }
        switch cause {
        case .system(let code): return advice(forCode: code)
        case .database(let code, _):
            return code & 0xFF == databaseFull
                ? advice(forCode: ENOSPC)
                : "check the disk and the file's owner; a backup restores it (learnctl restore)"
        case .damaged: return "restore a backup (learnctl restore) or move the file away"
        case .locked: return "stop that learnd, or give this one another state directory (--state)"
        case .refused: return "see docs/operations.md"
        }
    }

    private static func advice(forCode code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "make room on this file system or lower state.quota"
        case EACCES, EPERM: "give the user that runs learnd access to it"
        case EROFS: "mount it writable, or name another directory (--state)"
        case ENOENT: "make the directory above it, or name another one"
        case EMFILE, ENFILE: "raise the limit of open files (LimitNOFILE)"
        case EIO: "check the disk (dmesg)"
        default: "check the path and the file system"
        }
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "unknown error" }
        return unsafe String(cString: text)
    }
}
