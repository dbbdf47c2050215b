// SPDX-License-Identifier: Apache-2.0
//
// The images of the learners' states, in STATE/checkpoints/<learner>:
//
//   current    the newest image
//   previous   the one before it
//
// Saving: write and fsync `current.tmp`; give `current` the second name `previous.tmp` and rename
// it to `previous`; rename `current.tmp` to `current`; fsync the directory. `current` is a whole
// image at every moment, so a crash between any two calls leaves the old image or the new one. A
// `current` that did not verify is never moved to `previous`: the last good image stays.

import Glibc
package import Primitives

/// What was found where a checkpoint belongs.
package enum LoadedCheckpoint: Sendable, Equatable {
    /// Which of the two images it is.
    package enum Source: String, Sendable {
        /// The newest.
        case current
        /// The one before it; what was learned in between is lost.
        case previous
    }

    /// This learner has no checkpoint.
    case none
    /// An image that verified, and what was wrong on the way to it.
    case loaded(bytes: [UInt8], source: Source, warnings: [String])
}

/// Saves and loads checkpoints, each verified when it is read.
package struct CheckpointStore: Sendable {
    private let directory: String
    private let fileSystem: any FileSystem
    private var verified: Set<Name> = []
    private var failure: StorageError?

    /// Makes a store in the state directory `state`.
    package init(state: String, fileSystem: any FileSystem = SystemFileSystem()) {
        directory = FilePath.join(state, "checkpoints")
        self.fileSystem = fileSystem
    }

    /// Makes `bytes` the newest image of `learner`; when this returns, it survives a power cut.
    ///
    /// - Throws: what failed first. After an error of fsync every further call throws that error
    ///   again, without touching the disk.
    package mutating func save(_ bytes: [UInt8], learner: Name) throws(StorageError) {
        if let failure { throw failure }
        do throws(StorageError) {
            try replace(learner, with: bytes)
            verified.insert(learner)
        } catch {
            // The rename may or may not have happened: look again before trusting `current`.
            verified.remove(learner)
            if error.isFinal { failure = error }
            throw error
        }
    }

    /// The newest image of `learner` that verifies.
    ///
    /// - Throws: when there are images but none that verifies, when one was written by a newer
    ///   learnd, and when the disk refuses for another reason than damage.
    package mutating func load(learner: Name) throws(StorageError) -> LoadedCheckpoint {
        var warnings: [String] = []
        for source in [LoadedCheckpoint.Source.current, .previous] {
            let path = self.path(of: learner, source.rawValue)
            do throws(StorageError) {
                guard let bytes = try image(at: path) else {
                    if source == .current { continue }
                    break
                }
                if source == .current { verified.insert(learner) }
                if source == .previous && warnings.isEmpty {
                    warnings.append("\(self.path(of: learner, "current")) is missing")
                }
                return .loaded(bytes: bytes, source: source, warnings: warnings)
            } catch {
                guard error.isDamage else { throw error }
                warnings.append(error.description)
            }
        }
        guard !warnings.isEmpty else { return .none }
        throw StorageError(
            .verify,
            FilePath.join(directory, learner.text),
            .damaged("no checkpoint verifies: " + warnings.joined(separator: "; ")),
            remedy: "restore a backup (learnctl restore), or move this directory away to let the "
                + "learner start afresh"
        )
    }

    /// The learners that have a checkpoint directory, sorted.
    package func learners() throws(StorageError) -> [Name] {
        try fileSystem.names(in: directory).compactMap { Name($0) }
    }

    private func replace(_ learner: Name, with bytes: [UInt8]) throws(StorageError) {
        let folder = FilePath.join(directory, learner.text)
        try fileSystem.makeDirectories(folder, mode: 0o700)
        let current = path(of: learner, "current")
        let previous = path(of: learner, "previous")
        let next = current + AtomicFile.temporarySuffix
        let header = SealedFile.header(for: bytes, kind: .checkpoint)
        try AtomicFile.prepare(pieces: [header, bytes], at: next, on: fileSystem)
        if try isWorthKeeping(learner) {
            let second = previous + AtomicFile.temporarySuffix
            try fileSystem.remove(second)
            try fileSystem.link(current, to: second)
            try fileSystem.rename(second, to: previous)
        }
        try fileSystem.rename(next, to: current)
        try fileSystem.synchroniseDirectory(folder)
    }

    /// Whether `current` verifies; it is read at most once, the first time that it is asked for.
    private func isWorthKeeping(_ learner: Name) throws(StorageError) -> Bool {
        if verified.contains(learner) { return true }
        do throws(StorageError) {
            return try image(at: path(of: learner, "current")) != nil
        } catch {
            if error.isDamage { return false }
            throw error
        }
    }

    /// The verified payload of the file at `path`; nil when there is none.
    private func image(at path: String) throws(StorageError) -> [UInt8]? {
        guard let bytes = try fileSystem.contents(of: path) else { return nil }
        do throws(SealedFile.Damage) {
            return try SealedFile.open(bytes, kind: .checkpoint)
        } catch {
            throw StorageError(damage: error, path: path)
        }
    }

    private func path(of learner: Name, _ name: String) -> String {
        FilePath.join(FilePath.join(directory, learner.text), name)
    }
}

extension StorageError {
    /// What a sealed file that did not open means.
    init(damage: SealedFile.Damage, path: String) {
        switch damage {
        case .damaged(let what):
            self.init(.verify, path, .damaged(what))
        case .unknownFormat(let format):
            self.init(
                .verify,
                path,
                .refused("it has format \(format), this learnd knows \(SealedFile.format)"),
                remedy: "start the learnd that wrote it, or a newer one"
            )
        }
    }

    /// Whether the bytes are bad or cannot be read any more, as against a mistake in the set-up.
    var isDamage: Bool {
        switch cause {
        case .damaged: true
        case .system(let code): operation == .read && code == EIO
        case .database, .locked, .refused: false
        }
    }
}
