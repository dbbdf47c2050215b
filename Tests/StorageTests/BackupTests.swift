// SPDX-License-Identifier: Apache-2.0
//
// A backup brings back what it was made of, under a new name, or says that it cannot.

import Foundation
import Primitives
import Testing

@testable import Storage

@Suite struct BackupTests {
    /// A state directory with a checkpoint, two kept versions, a lost one and a reserved one.
    private static func makeState(_ path: String) throws -> Incarnation {
        let disk = SystemFileSystem()
        try disk.makeDirectories(path, mode: 0o700)
        let incarnation = try Incarnation.establish(state: path, on: disk)
        var checkpoints = CheckpointStore(state: path)
        try checkpoints.save([1, 2, 3], learner: .default)
        let registry = try Registry(state: path)
        let artifacts = ArtifactStore(state: path)
        for number in 1...3 as ClosedRange<UInt64> {
            _ = try registry.reserve(learner: .default, incarnation: incarnation, created: 1)
            let stored = try artifacts.store(
                learner: .default,
                version: number,
                artifact: [9, UInt8(number)],
                state: [7]
            )
            try registry.complete(
                learner: .default,
                version: number,
                created: 1,
                contents: contents(number: number, sha256: stored.sha256)
            )
        }
        try artifacts.delete(learner: .default, version: 2)
        _ = try registry.reserve(learner: .default, incarnation: incarnation, created: 1)
        return incarnation
    }

    private static func check(_ path: String, restoredFrom old: Incarnation) throws {
        let new = try Incarnation.establish(state: path, on: SystemFileSystem())
        #expect(new != old && new.restoredFrom == old.text)
        var checkpoints = CheckpointStore(state: path)
        #expect(
            try checkpoints.load(learner: .default)
                == .loaded(bytes: [1, 2, 3], source: .current, warnings: [])
        )
        let registry = try Registry(state: path)
        #expect(try registry.list().map(\.version) == [1, 3])
        #expect(try registry.history().map(\.version) == [1, 2, 3, 4])
        #expect(try registry.newest(learner: .default)?.incarnation == old.text)
        let artifacts = ArtifactStore(state: path)
        let third = try #require(try registry.show(learner: .default, version: 3)?.contents)
        #expect(
            try artifacts.artifact(learner: .default, version: 3, sha256: third.sha256) == [9, 3]
        )
        #expect(try artifacts.state(learner: .default, version: 3) == [7])
        #expect(try registry.reserve(learner: .default, incarnation: new, created: 1) == 5)
    }

    @Test func aBackupOfALivingDirectoryIsRestoredIntoAnEmptyOne() throws {
        let directory = try TemporaryDirectory()
        let state = directory.file("state")
        let old = try Self.makeState(state)
        // The daemon goes on: its lock and its connection are open.
        let lock = try StateLock(state: state)
        let living = try Registry(state: state)
        let archive = directory.file("backup.tar")
        let summary = try Backup.write(
            state: state,
            to: archive,
            created: 1_700_000_000_000_000_000
        )
        #expect(summary.incarnation == old && summary.learners == [.default])
        #expect(summary.versions == 2)
        #expect(summary.bytes == (try SystemFileSystem().size(of: archive)))
        #expect(try living.reserve(learner: .default, incarnation: old, created: 1) == 5)
        lock.release()
        let new = try Backup.restore(archive, into: directory.file("deep/new"))
        #expect(new.restoredFrom == old.text)
        try Self.check(directory.file("deep/new"), restoredFrom: old)
        #expect(
            try SystemFileSystem().names(in: state)
                == [
                    "checkpoints", "incarnation", "lock", "registry.sqlite", "registry.sqlite-shm",
                    "registry.sqlite-wal", "versions",
                ],
            "nothing is left behind"
        )
    }

    @Test func theOrdinaryToolsCanReadABackup() throws {
        let directory = try TemporaryDirectory()
        let state = directory.file("state")
        _ = try Self.makeState(state)
        let archive = directory.file("backup.tar")
        _ = try Backup.write(state: state, to: archive, created: 1_700_000_000_000_000_000)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/bin/sh")
        tar.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        tar.arguments = [
            "-c", "mkdir out && cd out && tar xf ../backup.tar && sha256sum --quiet -c SHA256SUMS",
        ]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
    }

    @Test func aDirectoryInUseOrNotEmptyIsRefused() throws {
        let directory = try TemporaryDirectory()
        let state = directory.file("state")
        let old = try Self.makeState(state)
        let archive = directory.file("backup.tar")
        _ = try Backup.write(state: state, to: archive, created: 1)
        let refused = #expect(throws: StorageError.self) {
            _ = try Backup.restore(archive, into: state)
        }
        #expect(refused?.remedy.contains("--replace") == true)
        let lock = try StateLock(state: state)
        let locked = #expect(throws: StorageError.self) {
            _ = try Backup.restore(archive, into: state, replacing: true)
        }
        #expect(locked?.cause == .locked(holder: getpid()))
        lock.release()
        _ = try Backup.restore(archive, into: state, replacing: true)
        try Self.check(state, restoredFrom: old)
        let aside = state + "/replaced-" + old.text
        #expect(
            try SystemFileSystem().names(in: aside).contains("checkpoints"),
            "what was there is kept"
        )
        #expect(try Incarnation.read(state: aside, on: SystemFileSystem()) == old)
    }

    @Test func aDamagedBackupIsRefusedAndNothingMoves() throws {
        let directory = try TemporaryDirectory()
        let state = directory.file("state")
        let old = try Self.makeState(state)
        let archive = directory.file("backup.tar")
        _ = try Backup.write(state: state, to: archive, created: 1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: archive))
        var random = RandomSource(seed: 11)
        for round in 0..<60 {
            var bytes = whole
            if round % 3 == 0 {
                bytes.removeLast(1 + random.below(bytes.count))
            } else {
                bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            }
            let damaged = directory.file("damaged.tar")
            try bytes.write(to: URL(fileURLWithPath: damaged))
            #expect(throws: StorageError.self, "round \(round)") {
                _ = try Backup.restore(damaged, into: state, replacing: true)
            }
        }
        #expect(try Incarnation.read(state: state, on: SystemFileSystem()) == old)
        #expect(!(try SystemFileSystem().names(in: state)).contains("restoring"))
        #expect(throws: StorageError.self) {
            _ = try Backup.restore(directory.file("none"), into: directory.file("x"))
        }
        #expect(throws: StorageError.self) {
            _ = try Backup.write(state: directory.path, to: archive, created: 1)
        }
    }

    @Test(arguments: ["../x", "/etc/x", "checkpoints/../../x", "versions/default/01.state"])
    func anArchiveCannotWriteWhereItLikes(name: String) throws {
        let directory = try TemporaryDirectory()
        let archive = directory.file("evil.tar")
        let disk = SystemFileSystem()
        let file = try disk.open(archive, for: .writing)
        let writer = ArchiveWriter(file: file, modified: 0)
        let head = Array("\(Backup.format)\n".utf8)
        try writer.add(Backup.headName, head)
        try writer.add(name, [1])
        try writer.finish()
        try disk.close(file)
        let error = #expect(throws: StorageError.self) {
            _ = try Backup.restore(archive, into: directory.file("state"))
        }
        #expect(error?.description.contains("does not belong") == true)
    }
}
