// SPDX-License-Identifier: Apache-2.0
//
// A state directory in one file, while the daemon runs. The archive holds, in this order:
//
//   BACKUP                       format, incarnation and time, one on each line
//   incarnation                  the file as it was
//   checkpoints/<learner>/current    the newest image of each learner that verifies
//   versions/<learner>/<n>.*     the files of the versions that the registry keeps
//   registry.sqlite              a copy that SQLite made in one transaction
//   SHA256SUMS                   the digest of each of these, as `sha256sum -c` reads it
//
// The registry is copied after the checkpoints, so it knows every number that they know. A version
// that the sweep removes meanwhile is missing from the archive; restoring expires its row.

package import Primitives

/// Backups of a state directory.
package enum Backup {
    /// What a backup holds.
    package struct Summary: Sendable, Equatable {
        /// The incarnation that was backed up.
        package let incarnation: Incarnation
        /// The learners whose checkpoints are in it.
        package let learners: [Name]
        /// How many versions are in it.
        package let versions: Int
        /// The length of the archive.
        package let bytes: Int
    }

    static let headName = "BACKUP"
    static let sumsName = "SHA256SUMS"
    static let format = "learnd-backup 1"

    /// Writes a backup of the state directory to `archive`, replacing what was there; `created` is
    /// in nanoseconds since 1970.
    package static func write(
        state: String,
        to archive: String,
        created: Int64
    ) throws(StorageError) -> Summary {
        let disk = SystemFileSystem()
        guard let incarnation = try Incarnation.read(state: state, on: disk) else {
            throw StorageError(
                .backUp,
                state,
                .refused("it is not the state directory of a learnd"),
                remedy: "name the state directory (--state)"
            )
        }
        let temporary = archive + AtomicFile.temporarySuffix
        let file = try disk.open(temporary, for: .writing)
        let summary: Summary
        do throws(StorageError) {
            summary = try fill(file, state: state, incarnation: incarnation, created: created)
        } catch {
            try? disk.close(file)
            _ = try? disk.remove(temporary)
            throw error
        }
        try disk.close(file)
        try disk.rename(temporary, to: archive)
        try disk.synchroniseDirectory(FilePath.parent(of: archive))
        return summary
    }

    private static func fill(
        _ file: OpenFile,
        state: String,
        incarnation: Incarnation,
        created: Int64
    ) throws(StorageError) -> Summary {
        let disk = SystemFileSystem()
        let writer = ArchiveWriter(file: file, modified: max(0, created / 1_000_000_000))
        var sums = ""
        func add(_ name: String, _ bytes: [UInt8]) throws(StorageError) {
            try writer.add(name, bytes)
            sums += sha256Hex(bytes) + "  " + name + "\n"
        }
        try add(headName, Array("\(format)\n\(incarnation)\n\(created)\n".utf8))
        try add(Incarnation.fileName, incarnation.fileBytes)
        let learners = try CheckpointStore(state: state).learners()
        var kept: [Name] = []
        for learner in learners {
            guard let image = try checkpoint(of: learner, state: state) else { continue }
            try add("checkpoints/\(learner)/current", image)
            kept.append(learner)
        }
        let (registry, versions) = try registryCopy(state: state)
        var versionCount = 0
        for version in versions {
            guard let names = version.contents, let artifact = names.artifactFile,
                let learnerState = names.stateFile,
                let artifactBytes = try disk.contents(of: FilePath.join(state, artifact)),
                let stateBytes = try disk.contents(of: FilePath.join(state, learnerState))
            else { continue }
            guard sha256Hex(artifactBytes) == names.sha256 else {
                throw StorageError(
                    .backUp,
                    FilePath.join(state, artifact),
                    .damaged("its SHA-256 is not that of the registry")
                )
            }
            try add(artifact, artifactBytes)
            try add(learnerState, stateBytes)
            versionCount += 1
        }
        if let registry { try add(Registry.fileName, registry) }
        try writer.add(sumsName, Array(sums.utf8))
        try writer.finish()
        return Summary(
            incarnation: incarnation,
            learners: kept,
            versions: versionCount,
            bytes: try disk.size(of: file.path) ?? 0
        )
    }

    /// The newest image that verifies, sealed as it is on the disk.
    private static func checkpoint(
        of learner: Name,
        state: String
    ) throws(StorageError) -> [UInt8]? {
        var store = CheckpointStore(state: state)
        guard case .loaded(let bytes, _, _) = try store.load(learner: learner) else { return nil }
        return SealedFile.header(for: bytes, kind: .checkpoint) + bytes
    }

    private static func registryCopy(
        state: String
    ) throws(StorageError) -> (bytes: [UInt8]?, versions: [VersionRecord]) {
        let disk = SystemFileSystem()
        guard try disk.size(of: FilePath.join(state, Registry.fileName)) != nil else {
            return (nil, [])
        }
        let folder = FilePath.join(state, "backup.tmp")
        let copy = FilePath.join(folder, Registry.fileName)
        try disk.removeTree(folder)
        try disk.makeDirectory(folder, mode: 0o700)
        try Registry(state: state, readOnly: true).copy(to: copy)
        let versions = try Registry(state: folder, readOnly: true).list()
        let bytes = try disk.contents(of: copy)
        try disk.removeTree(folder)
        return (bytes, versions)
    }
}
