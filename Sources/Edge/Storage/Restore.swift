// SPDX-License-Identifier: Apache-2.0
//
// A state directory from a backup. Everything is unpacked beside its place and verified before
// anything that was there moves. The result is a new incarnation: after the backup was made, the
// old one may have given the same numbers to other bytes. The file `incarnation` comes last, so
// that a restore that was cut short is not taken for a state directory.

import Glibc
import Primitives

extension Backup {
    /// Unpacks `archive` into the state directory `state` and makes it a new incarnation.
    ///
    /// With `replacing`, what was there is moved to STATE/replaced-<incarnation>; without it, a
    /// directory that is not empty is refused. So is one that a daemon holds. Nothing that was
    /// there is lost, whatever goes wrong.
    package static func restore(
        _ archive: String,
        into state: String,
        replacing: Bool = false
    ) throws(StorageError) -> Incarnation {
        let disk = SystemFileSystem()
        try disk.makeDirectories(state, mode: 0o700)
        let lock = try StateLock(state: state)
        let staging = FilePath.join(state, "restoring")
        try disk.removeTree(staging)
        let existing = try disk.names(in: state).filter {
            $0 != StateLock.fileName && !$0.hasPrefix("replaced-")
        }
        guard existing.isEmpty || replacing else {
            throw StorageError(
                .restore,
                state,
                .refused("it is not empty: it holds \(existing[0])"),
                remedy: "name an empty directory, or say --replace to move what is there aside"
            )
        }
        try disk.makeDirectory(staging, mode: 0o700)
        let old: Incarnation
        do throws(StorageError) {
            old = try unpack(archive, into: staging)
            try settleRegistry(in: staging)
        } catch {
            try? disk.removeTree(staging)
            throw error
        }
        try moveAside(existing, state: state)
        for name in try disk.names(in: staging) where name != Incarnation.fileName {
            try disk.rename(FilePath.join(staging, name), to: FilePath.join(state, name))
        }
        let new = Incarnation(restoredFrom: old)
        try new.write(state: state, on: disk)
        try disk.removeTree(staging)
        lock.release()
        return new
    }

    /// Moves what was there into a directory of its own, its identity first.
    private static func moveAside(_ names: [String], state: String) throws(StorageError) {
        guard !names.isEmpty else { return }
        let disk = SystemFileSystem()
        let known = try? Incarnation.read(state: state, on: disk)
        let aside = FilePath.join(state, "replaced-" + (known?.text ?? Incarnation().text))
        try disk.makeDirectory(aside, mode: 0o700)
        let identity = names.filter { $0 == Incarnation.fileName }
        for name in identity + names.filter({ $0 != Incarnation.fileName }) {
            try disk.rename(FilePath.join(state, name), to: FilePath.join(aside, name))
        }
        try disk.synchroniseDirectory(aside)
        try disk.synchroniseDirectory(state)
    }

    private static func unpack(
        _ archive: String,
        into staging: String
    ) throws(StorageError) -> Incarnation {
        let disk = SystemFileSystem()
        guard let size = try disk.size(of: archive) else {
            throw StorageError(.restore, archive, .system(ENOENT), remedy: "name the backup's file")
        }
        let file = try disk.open(archive, for: .reading)
        defer { try? disk.close(file) }
        var reader = ArchiveReader(file: file, size: size)
        var sums: [String: String] = [:]
        var listed: [String: String]?
        while let (name, bytes) = try reader.next() {
            guard listed == nil else { throw damaged(archive, "\(sumsName) is not its last entry") }
            if name == sumsName {
                listed = digests(in: bytes)
                continue
            }
            guard isExpected(name), sums[name] == nil else {
                throw damaged(archive, "the entry \(name) does not belong into a backup")
            }
            if sums.isEmpty { try requireFormat(name, bytes, archive) }
            sums[name] = sha256Hex(bytes)
            if name == headName { continue }
            let path = FilePath.join(staging, name)
            try disk.makeDirectories(FilePath.parent(of: path), mode: 0o700)
            try AtomicFile.write(bytes, to: path, on: disk)
        }
        guard let listed, listed == sums else {
            throw damaged(archive, "the digests in \(sumsName) are not those of its entries")
        }
        guard let old = try Incarnation.read(state: staging, on: disk) else {
            throw damaged(archive, "it holds no incarnation")
        }
        return old
    }

    /// Expires the rows whose files are not in the backup, and the numbers that came to nothing.
    private static func settleRegistry(in staging: String) throws(StorageError) {
        let disk = SystemFileSystem()
        guard try disk.size(of: FilePath.join(staging, Registry.fileName)) != nil else { return }
        let registry = try Registry(state: staging)
        for version in try registry.list() {
            guard let contents = version.contents, let artifact = contents.artifactFile,
                let state = contents.stateFile,
                try disk.size(of: FilePath.join(staging, artifact)) != nil,
                try disk.size(of: FilePath.join(staging, state)) != nil
            else {
                try registry.expire(learner: version.learner, version: version.version)
                continue
            }
        }
        try VersionSweep(registry: registry, artifacts: ArtifactStore(state: staging)).recover()
        try registry.foldJournal()
    }

    private static func requireFormat(
        _ name: String,
        _ bytes: [UInt8],
        _ archive: String
    ) throws(StorageError) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard name == headName, let first = lines.first else {
            throw damaged(archive, "it does not begin with \(headName)")
        }
        guard first == format else {
            throw StorageError(
                .restore,
                archive,
                .refused("it is a \"\(first)\", not a \"\(format)\""),
                remedy: "restore it with the learnd that wrote it, or a newer one"
            )
        }
    }

    /// Whether learnd writes an entry of this name; nothing else may touch the disk.
    private static func isExpected(_ name: String) -> Bool {
        if [headName, Incarnation.fileName, Registry.fileName].contains(name) { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, Name(String(parts[1])) != nil else { return false }
        if parts[0] == "checkpoints" { return parts[2] == "current" }
        let file = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        return parts[0] == "versions" && file.count == 2
            && UInt64(file[0]).map(String.init) == String(file[0])
            && (file[1] == "safetensors" || file[1] == "state")
    }

    private static func digests(in bytes: [UInt8]) -> [String: String] {
        var digests: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let gap = line.firstRange(of: "  ") else { continue }
            digests[String(line[gap.upperBound...])] = String(line[..<gap.lowerBound])
        }
        return digests
    }

    private static func damaged(_ archive: String, _ what: String) -> StorageError {
        StorageError(
            .restore,
            archive,
            .damaged(what),
            remedy: "use another backup; this one is not whole"
        )
    }
}
