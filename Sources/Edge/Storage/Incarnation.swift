// SPDX-License-Identifier: Apache-2.0
//
// The identity of a state directory: 128 random bits, made once with it. Version numbers rise
// within an incarnation; a restored backup is a new one, because the numbers after the backup may
// have been given to other bytes. The file STATE/incarnation has the digits on its first line and,
// after a restore, `restored_from <digits>` on the second.

/// Which state directory this is, and which one it was restored from.
package struct Incarnation: Sendable, Hashable, CustomStringConvertible {
    /// 32 lower-case hex digits.
    package let text: String
    /// The incarnation whose backup this one began with.
    package let restoredFrom: String?

    /// The name of the file in the state directory.
    package static let fileName = "incarnation"

    /// Takes `text` and `restoredFrom` when each is 32 lower-case hex digits.
    package init?(_ text: String, restoredFrom: String? = nil) {
        guard Incarnation.isValid(text), restoredFrom.map(Incarnation.isValid) ?? true else {
            return nil
        }
        self.text = text
        self.restoredFrom = restoredFrom
    }

    /// Makes an incarnation that never was.
    package init(restoredFrom: Incarnation? = nil) {
        text = hexText(randomBytes(16))
        self.restoredFrom = restoredFrom?.text
    }

    /// The incarnation of a state directory; one that is still empty gets a new one.
    ///
    /// - Throws: when the file is damaged, or missing beside checkpoints, versions or a registry: a
    ///   new identity for old numbers would make one number mean two things.
    package static func establish(
        state: String,
        on fileSystem: some FileSystem
    ) throws(StorageError) -> Incarnation {
        if let known = try read(state: state, on: fileSystem) { return known }
        let path = FilePath.join(state, fileName)
        for name in ["checkpoints", "versions", Registry.fileName]
        where try fileSystem.size(of: FilePath.join(state, name)) != nil {
            throw StorageError(
                .verify,
                path,
                .damaged("it is missing, but \(FilePath.join(state, name)) is there"),
                remedy: "restore a backup (learnctl restore --replace), or move everything in "
                    + "\(state) away to start afresh"
            )
        }
        let made = Incarnation()
        try made.write(state: state, on: fileSystem)
        return made
    }

    /// The incarnation of a state directory; nil when it has none yet.
    package static func read(
        state: String,
        on fileSystem: some FileSystem
    ) throws(StorageError) -> Incarnation? {
        let path = FilePath.join(state, fileName)
        guard let bytes = try fileSystem.contents(of: path, limit: 4096) else { return nil }
        guard let incarnation = Incarnation(fileBytes: bytes) else {
            throw StorageError(
                .verify,
                path,
                .damaged("it does not hold 32 hex digits on its first line")
            )
        }
        return incarnation
    }

    /// Writes the file of a state directory.
    func write(state: String, on fileSystem: some FileSystem) throws(StorageError) {
        try AtomicFile.write(
            fileBytes,
            to: FilePath.join(state, Incarnation.fileName),
            on: fileSystem
        )
    }

    /// The digits.
    package var description: String { text }

    /// The contents of the file.
    var fileBytes: [UInt8] {
        Array((text + "\n" + (restoredFrom.map { "restored_from \($0)\n" } ?? "")).utf8)
    }

    /// Reads the contents of the file.
    init?(fileBytes: [UInt8]) {
        guard let contents = String(validating: fileBytes, as: UTF8.self) else { return nil }
        let lines = contents.split(separator: "\n", omittingEmptySubsequences: true)
        guard let first = lines.first, lines.count <= 2 else { return nil }
        var before: String?
        if lines.count == 2 {
            let prefix = "restored_from "
            guard lines[1].hasPrefix(prefix) else { return nil }
            before = String(lines[1].dropFirst(prefix.count))
        }
        self.init(String(first), restoredFrom: before)
    }

    private static func isValid(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}
