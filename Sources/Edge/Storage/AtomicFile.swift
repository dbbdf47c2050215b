// SPDX-License-Identifier: Apache-2.0
//
// A file that is either the old one or the new one, whatever happens in between:
//
//   1. write everything into `<path>.tmp`, in the same directory;
//   2. fsync that file; the first error is final;
//   3. rename it over `path`;
//   4. fsync the directory, so that the name outlives a power cut.
//
// Only when step 4 has returned may anybody be told that the bytes are kept.

/// Replaces whole files without ever showing half of one.
package enum AtomicFile {
    /// The ending of a file that is not finished.
    package static let temporarySuffix = ".tmp"

    /// Makes `bytes` the contents of `path`, durably.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        on fileSystem: some FileSystem
    ) throws(StorageError) {
        try write(pieces: [bytes], to: path, on: fileSystem)
    }

    /// Makes the pieces, one after the other, the contents of `path`, durably.
    package static func write(
        pieces: [[UInt8]],
        to path: String,
        on fileSystem: some FileSystem
    ) throws(StorageError) {
        try prepare(pieces: pieces, at: path + temporarySuffix, on: fileSystem)
        try fileSystem.rename(path + temporarySuffix, to: path)
        try fileSystem.synchroniseDirectory(FilePath.parent(of: path))
    }

    /// Steps 1 and 2: a complete, durable file under a temporary name.
    static func prepare(
        pieces: [[UInt8]],
        at temporary: String,
        on fileSystem: some FileSystem
    ) throws(StorageError) {
        let file = try fileSystem.open(temporary, for: .writing)
        do throws(StorageError) {
            for piece in pieces { try append(piece, to: file, on: fileSystem) }
            try fileSystem.synchronise(file)
        } catch {
            try? fileSystem.close(file)
            // Room is given back; what failed is reported, not what followed from it.
            _ = try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.close(file)
    }

    /// Writes all of `bytes`, however few the system takes at a time.
    static func append(
        _ bytes: [UInt8],
        to file: OpenFile,
        on fileSystem: some FileSystem
    ) throws(StorageError) {
        var offset = 0
        while offset < bytes.count {
            let taken = try fileSystem.write(bytes, from: offset, to: file)
            guard taken > 0 else {
                throw StorageError(
                    .write,
                    file.path,
                    .refused("the system took none of \(bytes.count - offset) bytes")
                )
            }
            offset += taken
        }
    }
}
