// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a file or of standard input, in pieces. A file can be read again from the start;
// standard input and pipes cannot, so what was looked at there is kept and given out again.

import Glibc
import Storage

/// Where bytes come from.
struct ByteSource: ~Copyable {
    /// How it is called in messages.
    let name: String
    /// Whether it can be read a second time.
    let isRepeatable: Bool
    /// Its length where that is known.
    let size: Int?

    private let path: String
    private let file: OpenFile?
    private var kept: [UInt8] = []

    private static let disk = SystemFileSystem()
    private static let pieceBytes = 1 << 18

    /// Opens a file; `-` is standard input.
    init(_ path: String) throws(Failure) {
        let opened = try ByteSource.open(path)
        self.path = path
        name = opened.path
        file = opened
        var status = stat()
        let isKnown = unsafe fstat(opened.descriptor, &status) == 0
        isRepeatable = path != "-" && isKnown && status.st_mode & S_IFMT == S_IFREG
        size = isRepeatable ? Int(status.st_size) : nil
    }

    private static func open(_ path: String) throws(Failure) -> OpenFile {
        if path == "-" { return OpenFile(descriptor: 0, path: "standard input") }
        do throws(StorageError) {
            return try disk.open(path, for: .reading)
        } catch {
            guard error.code != ENOENT else { throw .data("there is no file \(path)") }
            throw .file(error)
        }
    }

    /// Bytes that are there already, of a source called `name`.
    init(holding bytes: [UInt8], of name: String) {
        self.name = name
        path = name
        file = nil
        isRepeatable = false
        size = bytes.count
        kept = bytes
    }

    deinit {
        if let file, file.descriptor != 0 { try? ByteSource.disk.close(file) }
    }

    /// The next bytes; none at the end.
    mutating func next() throws(Failure) -> [UInt8] {
        if !kept.isEmpty {
            defer { kept = [] }
            return kept
        }
        guard let file else { return [] }
        do throws(StorageError) {
            return try ByteSource.disk.read(upTo: ByteSource.pieceBytes, from: file)
        } catch {
            throw .file(error)
        }
    }

    /// Gives bytes back, to be the next ones.
    mutating func giveBack(_ bytes: [UInt8]) {
        kept = bytes + kept
    }

    /// The same file from its start.
    func again() throws(Failure) -> ByteSource { try ByteSource(path) }
}
