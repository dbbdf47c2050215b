// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the versions, in STATE/versions/<learner>: `<n>.safetensors` is the artifact exactly
// as it is published, `<n>.state` the learner's own state (sealed), which a rollback needs. A
// version is a fact: files that exist are never replaced by other bytes.

package import Primitives

/// Where a version's bytes went.
package struct StoredVersion: Sendable, Equatable {
    /// The SHA-256 of the artifact as 64 lower-case hex digits.
    package let sha256: String
    /// The length of the artifact.
    package let bytes: Int
    /// The length of the state's file.
    package let stateBytes: Int
    /// The artifact's file, relative to the state directory.
    package let artifactFile: String
    /// The state's file, relative to the state directory.
    package let stateFile: String
}

/// Writes, reads and removes the files of versions.
package struct ArtifactStore: Sendable {
    private let state: String
    private let fileSystem: any FileSystem

    /// Makes a store in the state directory `state`.
    package init(state: String, fileSystem: any FileSystem = SystemFileSystem()) {
        self.state = state
        self.fileSystem = fileSystem
    }

    /// Writes both files of a version; when this returns, they survive a power cut.
    ///
    /// - Throws: also when the version has files with other bytes.
    package func store(
        learner: Name,
        version: UInt64,
        artifact: [UInt8],
        state learnerState: [UInt8]
    ) throws(StorageError) -> StoredVersion {
        let folder = FilePath.join(FilePath.join(state, "versions"), learner.text)
        try fileSystem.makeDirectories(folder, mode: 0o700)
        let header = SealedFile.header(for: learnerState, kind: .state)
        let stored = StoredVersion(
            sha256: sha256Hex(artifact),
            bytes: artifact.count,
            stateBytes: header.count + learnerState.count,
            artifactFile: ArtifactStore.artifactFile(learner: learner, version: version),
            stateFile: ArtifactStore.stateFile(learner: learner, version: version)
        )
        try write([header, learnerState], to: stored.stateFile)
        try write([artifact], to: stored.artifactFile)
        try fileSystem.synchroniseDirectory(folder)
        return stored
    }

    /// The artifact of a version, which must have the SHA-256 that the registry knows.
    package func artifact(
        learner: Name,
        version: UInt64,
        sha256: String
    ) throws(StorageError) -> [UInt8] {
        let name = ArtifactStore.artifactFile(learner: learner, version: version)
        let bytes = try contents(of: name)
        let found = sha256Hex(bytes)
        guard found == sha256 else {
            throw StorageError(
                .verify,
                path(name),
                .damaged("its SHA-256 is \(found), not \(sha256)")
            )
        }
        return bytes
    }

    /// The learner's state of a version, verified.
    package func state(learner: Name, version: UInt64) throws(StorageError) -> [UInt8] {
        let name = ArtifactStore.stateFile(learner: learner, version: version)
        let bytes = try contents(of: name)
        do throws(SealedFile.Damage) {
            return try SealedFile.open(bytes, kind: .state)
        } catch {
            throw StorageError(damage: error, path: path(name))
        }
    }

    /// Removes what there is of a version's files.
    package func delete(learner: Name, version: UInt64) throws(StorageError) {
        for name in [
            ArtifactStore.artifactFile(learner: learner, version: version),
            ArtifactStore.stateFile(learner: learner, version: version),
        ] {
            try fileSystem.remove(path(name))
            try fileSystem.remove(path(name) + AtomicFile.temporarySuffix)
        }
    }

    /// The artifact's file, relative to the state directory.
    package static func artifactFile(learner: Name, version: UInt64) -> String {
        "versions/\(learner)/\(version).safetensors"
    }

    /// The state's file, relative to the state directory.
    package static func stateFile(learner: Name, version: UInt64) -> String {
        "versions/\(learner)/\(version).state"
    }

    private func write(_ pieces: [[UInt8]], to name: String) throws(StorageError) {
        let path = path(name)
        if let kept = try fileSystem.contents(of: path) {
            guard kept == Array(pieces.joined()) else {
                throw StorageError(
                    .write,
                    path,
                    .refused("this version exists with other bytes"),
                    remedy: "a number is never used twice: reserve a new one"
                )
            }
        }
        let temporary = path + AtomicFile.temporarySuffix
        try AtomicFile.prepare(pieces: pieces, at: temporary, on: fileSystem)
        try fileSystem.rename(temporary, to: path)
    }

    private func contents(of name: String) throws(StorageError) -> [UInt8] {
        guard let bytes = try fileSystem.contents(of: path(name)) else {
            throw StorageError(
                .read,
                path(name),
                .damaged("the file is missing"),
                remedy: "learnctl versions lists what is kept; restore a backup for the rest"
            )
        }
        return bytes
    }

    private func path(_ name: String) -> String { FilePath.join(state, name) }
}
