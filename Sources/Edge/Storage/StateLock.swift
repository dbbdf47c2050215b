// SPDX-License-Identifier: Apache-2.0
//
// One daemon for each state directory. The lock is flock(2) on STATE/lock, which the kernel lets go
// when its holder ends in whatever way, so a lock that a kill -9 left behind needs no repair. The
// file holds the holder's process id for the one that is refused; it is never removed, because two
// processes could then hold locks on two files of the same name.

import Glibc

/// The exclusive right to a state directory, held until it is let go of or the process ends.
package struct StateLock: ~Copyable {
    private let descriptor: Int32

    /// The name of the file in the state directory.
    package static let fileName = "lock"

    /// Takes the lock of the directory `state`.
    ///
    /// - Throws: `.locked` with the holder's process id when another daemon has it.
    package init(state: String) throws(StorageError) {
        let path = FilePath.join(state, StateLock.fileName)
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode_t(0o600))
        guard opened >= 0 else { throw StorageError(.lock, path, .system(errno)) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = StateLock.holder(in: opened)
            close(opened)
            throw StorageError(
                .lock,
                path,
                code == EWOULDBLOCK ? .locked(holder: holder) : .system(code)
            )
        }
        guard StateLock.write("\(getpid())\n", to: opened) else {
            let code = errno
            close(opened)
            throw StorageError(.lock, path, .system(code))
        }
        descriptor = opened
    }

    /// Lets the lock go now rather than at the end of its scope.
    package consuming func release() {}

    /// Lets the lock go.
    deinit {
        // Closing alone would leave it with a child that is between fork and exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The process id that the file names.
    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        return Int32(String(decoding: line, as: UTF8.self))
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0 else { return false }
        return unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    }
}
