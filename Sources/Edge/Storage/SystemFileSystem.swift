// SPDX-License-Identifier: Apache-2.0
//
// The real disk. Calls that a signal interrupted before they did anything are made again (open,
// read, write); fsync and close never are, because their first answer is the only one that counts.

import Glibc

/// The file system of this machine.
package struct SystemFileSystem: FileSystem {
    /// Makes the one way to the disk; it has no state.
    package init() {}

    /// Opens `path`; the descriptor does not survive an exec.
    package func open(
        _ path: String,
        for purpose: FilePurpose
    ) throws(StorageError) -> OpenFile {
        let flags: Int32 =
            switch purpose {
            case .reading: O_RDONLY
            case .writing: O_WRONLY | O_CREAT | O_TRUNC
            case .directory: O_RDONLY | O_DIRECTORY
            }
        while true {
            let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, mode_t(0o600))
            if descriptor >= 0 { return OpenFile(descriptor: descriptor, path: path) }
            let code = errno
            if code != EINTR { throw StorageError(.open, path, .system(code)) }
        }
    }

    /// Reads at most `count` bytes.
    package func read(upTo count: Int, from file: OpenFile) throws(StorageError) -> [UInt8] {
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while true {
                let result = unsafe Glibc.read(file.descriptor, buffer.baseAddress, count)
                if result >= 0 {
                    filled = result
                    return
                }
                code = errno
                if code != EINTR { return }
                code = 0
            }
        }
        guard code == 0 else { throw StorageError(.read, file.path, .system(code)) }
        return bytes
    }

    /// Writes bytes from `offset` on, as many as the system takes.
    package func write(
        _ bytes: [UInt8],
        from offset: Int,
        to file: OpenFile
    ) throws(StorageError) -> Int {
        precondition((0...bytes.count).contains(offset), "an offset lies within the bytes")
        while true {
            let result = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
                return unsafe Glibc.write(file.descriptor, rest.baseAddress, rest.count)
            }
            if result >= 0 { return result }
            let code = errno
            if code != EINTR { throw StorageError(.write, file.path, .system(code)) }
        }
    }

    /// Forces the file or directory to the disk.
    package func synchronise(_ file: OpenFile) throws(StorageError) {
        guard fsync(file.descriptor) == 0 else {
            throw StorageError(.synchronise, file.path, .system(errno))
        }
    }

    /// Closes the file.
    package func close(_ file: OpenFile) throws(StorageError) {
        guard Glibc.close(file.descriptor) == 0 else {
            throw StorageError(.close, file.path, .system(errno))
        }
    }

    /// Gives `path` the name `destination`.
    package func rename(_ path: String, to destination: String) throws(StorageError) {
        guard unsafe Glibc.rename(path, destination) == 0 else {
            throw StorageError(.rename, path, .system(errno))
        }
    }

    /// Gives the file a second name.
    package func link(_ path: String, to destination: String) throws(StorageError) {
        guard unsafe Glibc.link(path, destination) == 0 else {
            throw StorageError(.link, path, .system(errno))
        }
    }

    /// Removes a file and says whether it was there.
    @discardableResult
    package func remove(_ path: String) throws(StorageError) -> Bool {
        if unsafe unlink(path) == 0 { return true }
        let code = errno
        guard code == ENOENT else { throw StorageError(.remove, path, .system(code)) }
        return false
    }

    /// Makes a directory unless it exists, with exactly `mode` whatever the umask.
    @discardableResult
    package func makeDirectory(_ path: String, mode: UInt32) throws(StorageError) -> Bool {
        guard unsafe mkdir(path, mode_t(mode)) == 0 else {
            let code = errno
            guard code == EEXIST else { throw StorageError(.makeDirectory, path, .system(code)) }
            return false
        }
        guard unsafe chmod(path, mode_t(mode)) == 0 else {
            throw StorageError(.makeDirectory, path, .system(errno))
        }
        return true
    }

    /// The names in a directory, sorted.
    package func names(in path: String) throws(StorageError) -> [String] {
        guard let stream = unsafe opendir(path) else {
            let code = errno
            if code == ENOENT { return [] }
            throw StorageError(.list, path, .system(code))
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        let code = errno
        guard code == 0 else { throw StorageError(.list, path, .system(code)) }
        return names.sorted()
    }

    /// The size of a file.
    package func size(of path: String) throws(StorageError) -> Int? {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return Int(status.st_size) }
        let code = errno
        guard code == ENOENT else { throw StorageError(.inspect, path, .system(code)) }
        return nil
    }

    /// Removes a file, or a directory with all that is in it; what is not there is fine.
    func removeTree(_ path: String) throws(StorageError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            let code = errno
            if code == ENOENT { return }
            throw StorageError(.inspect, path, .system(code))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            try remove(path)
            return
        }
        for name in try names(in: path) { try removeTree(FilePath.join(path, name)) }
        guard unsafe rmdir(path) == 0 else { throw StorageError(.remove, path, .system(errno)) }
    }
}
