// SPDX-License-Identifier: Apache-2.0
//
// The seam between what is kept and the disk: one requirement for each system call that matters, so
// that a test can fail, tear or lose the n-th of them. Nothing here repeats a call that failed.

/// A file that is open until `close`.
package struct OpenFile: Sendable, Equatable {
    /// The number that the system knows it by.
    package let descriptor: Int32
    /// Its path, for error messages.
    package let path: String

    /// Makes the description of an open file.
    package init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }
}

/// What a file is opened for.
package enum FilePurpose: Sendable, Equatable {
    /// Reading what is there.
    case reading
    /// Writing from nothing; what was there is gone.
    case writing
    /// A directory, to synchronise its names.
    case directory
}

/// The calls that storage makes.
package protocol FileSystem: Sendable {
    /// Opens `path` (open); files are made with mode 0600.
    func open(_ path: String, for purpose: FilePurpose) throws(StorageError) -> OpenFile
    /// Reads at most `count` bytes (read); none at the end.
    func read(upTo count: Int, from file: OpenFile) throws(StorageError) -> [UInt8]
    /// Writes the bytes from `offset` on and returns how many were taken (write).
    func write(_ bytes: [UInt8], from offset: Int, to file: OpenFile) throws(StorageError) -> Int
    /// Forces the file or directory to the disk (fsync).
    func synchronise(_ file: OpenFile) throws(StorageError)
    /// Closes the file (close).
    func close(_ file: OpenFile) throws(StorageError)
    /// Gives `path` the name `destination`, replacing what had it (rename).
    func rename(_ path: String, to destination: String) throws(StorageError)
    /// Gives the file at `path` a second name that nothing has yet (link).
    func link(_ path: String, to destination: String) throws(StorageError)
    /// Removes a file (unlink) and says whether it was there.
    @discardableResult
    func remove(_ path: String) throws(StorageError) -> Bool
    /// Makes a directory (mkdir) unless it exists, and says whether it was made.
    @discardableResult
    func makeDirectory(_ path: String, mode: UInt32) throws(StorageError) -> Bool
    /// The names in a directory, sorted; none when it does not exist.
    func names(in path: String) throws(StorageError) -> [String]
    /// The size of a file, nil when nothing has the name.
    func size(of path: String) throws(StorageError) -> Int?
}

extension FileSystem {
    /// Forces the names in a directory to the disk.
    package func synchroniseDirectory(_ path: String) throws(StorageError) {
        let directory = try open(path, for: .directory)
        do throws(StorageError) {
            try synchronise(directory)
        } catch {
            try? close(directory)
            throw error
        }
        try close(directory)
    }

    /// Makes a directory and those above it; each that was made is forced to the disk.
    package func makeDirectories(_ path: String, mode: UInt32) throws(StorageError) {
        if path.isEmpty || path == "/" { return }
        if try size(of: path) != nil { return }
        let parent = FilePath.parent(of: path)
        try makeDirectories(parent, mode: mode)
        if try makeDirectory(path, mode: mode) { try synchroniseDirectory(parent) }
    }

    /// All bytes of a file of at most `limit` bytes; nil when it does not exist.
    package func contents(of path: String, limit: Int = .max) throws(StorageError) -> [UInt8]? {
        guard let size = try size(of: path) else { return nil }
        guard size <= limit else {
            throw StorageError(
                .read,
                path,
                .refused("it has \(size) bytes, more than the limit of \(limit)")
            )
        }
        let file = try open(path, for: .reading)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        do throws(StorageError) {
            while true {
                let piece = try read(upTo: 1 << 20, from: file)
                if piece.isEmpty { break }
                bytes.append(contentsOf: piece)
            }
        } catch {
            try? close(file)
            throw error
        }
        try close(file)
        return bytes
    }
}

/// Paths as text; no call to the system.
package enum FilePath {
    /// The directory that holds `path`.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// `directory` and `name` with one slash between them.
    package static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
