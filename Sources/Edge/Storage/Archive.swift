// SPDX-License-Identifier: Apache-2.0
//
// One file that holds many: the ustar format of POSIX.1-1988, so that `tar tf` can look into a
// backup. Only ordinary files of less than 8 GiB, and only what learnd writes itself: one header of
// 512 bytes for each, the bytes, zeros up to the next multiple of 512; two blocks of zeros at the
// end.

/// Writes files into an archive, one after the other.
struct ArchiveWriter {
    private let file: OpenFile
    private let fileSystem: SystemFileSystem
    private let modified: Int64

    /// Takes an open file; `modified` is the time, in seconds since 1970, that all entries get.
    init(file: OpenFile, modified: Int64) {
        self.file = file
        self.modified = modified
        fileSystem = SystemFileSystem()
    }

    func add(_ name: String, _ bytes: [UInt8]) throws(StorageError) {
        guard let header = ArchiveHeader(name: name, bytes: bytes.count).encoded(modified) else {
            throw StorageError(
                .backUp,
                name,
                .refused("\(bytes.count) bytes do not fit into an archive entry of under 8 GiB")
            )
        }
        try AtomicFile.append(header, to: file, on: fileSystem)
        try AtomicFile.append(bytes, to: file, on: fileSystem)
        let padding = [UInt8](repeating: 0, count: ArchiveHeader.padding(bytes.count))
        try AtomicFile.append(padding, to: file, on: fileSystem)
    }

    func finish() throws(StorageError) {
        try AtomicFile.append([UInt8](repeating: 0, count: 1024), to: file, on: fileSystem)
        try fileSystem.synchronise(file)
    }
}

/// Takes files out of an archive, one after the other.
struct ArchiveReader {
    private let file: OpenFile
    private let fileSystem = SystemFileSystem()
    private var remaining: Int

    /// Takes an open file of `size` bytes.
    init(file: OpenFile, size: Int) {
        self.file = file
        remaining = size
    }

    /// The next file; nil at the end of the archive.
    mutating func next() throws(StorageError) -> (name: String, bytes: [UInt8])? {
        let block = try take(ArchiveHeader.blockBytes)
        if block.allSatisfy({ $0 == 0 }) {
            let rest = try take(remaining)
            guard rest.count == ArchiveHeader.blockBytes, rest.allSatisfy({ $0 == 0 }) else {
                throw damaged("it does not end with two empty blocks")
            }
            return nil
        }
        guard let header = ArchiveHeader(block) else {
            throw damaged("an entry's head is not what learnd writes")
        }
        let bytes = try take(header.bytes)
        guard try take(ArchiveHeader.padding(header.bytes)).allSatisfy({ $0 == 0 }) else {
            throw damaged("there is something between two entries")
        }
        return (header.name, bytes)
    }

    private mutating func take(_ count: Int) throws(StorageError) -> [UInt8] {
        guard count <= remaining else { throw damaged("it ends too early") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let piece = try fileSystem.read(upTo: min(count - bytes.count, 1 << 20), from: file)
            if piece.isEmpty { throw damaged("it ends too early") }
            bytes.append(contentsOf: piece)
        }
        remaining -= count
        return bytes
    }

    private func damaged(_ what: String) -> StorageError {
        StorageError(
            .restore,
            file.path,
            .damaged(what),
            remedy: "use another backup; this one is not whole"
        )
    }
}

/// The head of one entry.
struct ArchiveHeader: Equatable {
    let name: String
    let bytes: Int

    static let blockBytes = 512

    static func padding(_ count: Int) -> Int { (blockBytes - count % blockBytes) % blockBytes }

    init(name: String, bytes: Int) {
        self.name = name
        self.bytes = bytes
    }

    /// Reads a block; nil unless it is exactly what `encoded` makes.
    init?(_ block: [UInt8]) {
        let base = ArchiveHeader.text(block[0..<100])
        let folder = ArchiveHeader.text(block[345..<500])
        guard let size = Int(ArchiveHeader.text(block[124..<135]), radix: 8),
            let modified = Int64(ArchiveHeader.text(block[136..<147]), radix: 8), size >= 0
        else { return nil }
        self.init(name: folder.isEmpty ? base : folder + "/" + base, bytes: size)
        guard encoded(modified) == block else { return nil }
    }

    /// The block; nil when the name or the size does not fit.
    func encoded(_ modified: Int64) -> [UInt8]? {
        let slash = name.lastIndex(of: "/")
        let folder = slash.map { String(name[..<$0]) } ?? ""
        let base = slash.map { String(name[name.index(after: $0)...]) } ?? name
        guard base.utf8.count <= 100, folder.utf8.count <= 155, bytes < 1 << 33,
            (0..<1 << 33).contains(modified)
        else { return nil }
        var block = [UInt8](repeating: 0, count: ArchiveHeader.blockBytes)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(base, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(ArchiveHeader.octal(Int64(bytes), digits: 11), at: 124)
        put(ArchiveHeader.octal(modified, digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(folder, at: 345)
        let sum = block.reduce(0) { $0 + Int64($1) }
        put(ArchiveHeader.octal(sum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ number: Int64, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
