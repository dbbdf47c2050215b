// SPDX-License-Identifier: Apache-2.0
//
// The registry gives each number once, and two connections see the same facts.

import Foundation
import Primitives
import Testing

@testable import Storage

/// What a version of the tests contains.
func contents(
    reason: String = "routine",
    bytes: Int = 100,
    parent: UInt64? = nil,
    number: UInt64 = 1,
    learner: Name = .default,
    sha256: String = "ab"
) -> VersionContents {
    VersionContents(
        parent: parent,
        reason: reason,
        format: "safetensors",
        bytes: bytes,
        stateBytes: 10,
        sha256: sha256,
        manifest: "{\"version\":\(number),\"note\":\"it's \\\"so\\\" é\"}",
        artifactFile: ArtifactStore.artifactFile(learner: learner, version: number),
        stateFile: ArtifactStore.stateFile(learner: learner, version: number)
    )
}

@Suite struct RegistryTests {
    private let incarnation = Incarnation()

    private func reserve(
        _ registry: Registry,
        _ learner: Name = .default,
        minimum: UInt64 = 1
    ) throws(StorageError) -> UInt64 {
        try registry.reserve(
            learner: learner,
            incarnation: incarnation,
            created: 5,
            minimum: minimum
        )
    }

    @Test func numbersRiseAndAreNeverGivenTwice() throws {
        let directory = try TemporaryDirectory()
        let other = try #require(Name("other"))
        do {
            let registry = try Registry(state: directory.path)
            #expect(try registry.highest(learner: .default) == 0)
            #expect(try reserve(registry) == 1)
            #expect(try reserve(registry) == 2)
            #expect(try reserve(registry, other) == 1)
            #expect(try reserve(registry, minimum: 10) == 10)
            #expect(try reserve(registry, minimum: 3) == 11)
        }
        let registry = try Registry(state: directory.path)
        #expect(try registry.highest(learner: .default) == 11)
        #expect(try reserve(registry) == 12)
        #expect(throws: StorageError.self) {
            _ = try reserve(registry, minimum: UInt64(Int64.max))
        }
        #expect(try reserve(registry) == 13)
    }

    @Test func aVersionIsCompletedOnceAndReadBackWhole() throws {
        let directory = try TemporaryDirectory()
        let registry = try Registry(state: directory.path)
        let number = try reserve(registry)
        #expect(try registry.newest(learner: .default) == nil)
        #expect(try registry.list().isEmpty)
        let facts = contents(parent: nil, number: number)
        try registry.complete(learner: .default, version: number, created: 7, contents: facts)
        var expected = VersionRecord(
            learner: .default,
            version: 1,
            incarnation: incarnation.text,
            status: .durable,
            created: 7,
            contents: facts
        )
        #expect(try registry.newest(learner: .default) == expected)
        #expect(throws: StorageError.self) {
            try registry.complete(learner: .default, version: number, created: 8, contents: facts)
        }
        #expect(throws: StorageError.self) {
            try registry.complete(learner: .default, version: 99, created: 8, contents: facts)
        }
        try registry.markAnnounced(learner: .default, version: number)
        try registry.pin(learner: .default, version: number)
        try registry.setRetention(learner: .default, version: number, isHeld: true)
        expected.status = .announced
        expected.isPinned = true
        expected.isHeld = true
        #expect(try registry.show(learner: .default, version: number) == expected)
        try registry.unpin(learner: .default, version: number)
        try registry.releaseHolds()
        expected.isPinned = false
        expected.isHeld = false
        #expect(try registry.list(learner: .default) == [expected])
        #expect(try registry.show(learner: .default, version: 99) == nil)
        #expect(try registry.show(learner: .default, version: .max) == nil)
        #expect(throws: StorageError.self) { try registry.pin(learner: .default, version: 99) }
        #expect(throws: StorageError.self) {
            try registry.markAnnounced(learner: .default, version: 99)
        }
    }

    @Test func theNewestIsTheHighestThatIsKept() throws {
        let directory = try TemporaryDirectory()
        let registry = try Registry(state: directory.path)
        for _ in 0..<12 {
            let number = try reserve(registry)
            if number % 2 == 0 {
                try registry.complete(
                    learner: .default,
                    version: number,
                    created: 1,
                    contents: contents(number: number)
                )
            }
        }
        _ = try reserve(registry)
        #expect(try registry.newest(learner: .default)?.version == 12)
        try registry.expire(learner: .default, version: 12)
        #expect(try registry.newest(learner: .default)?.version == 10)
        #expect(try registry.list().map(\.version) == [2, 4, 6, 8, 10])
        #expect(try registry.history().map(\.version) == Array(1...13))
        #expect(try registry.withFilesToRemove().map(\.version) == [12])
        #expect(throws: StorageError.self) { try registry.pin(learner: .default, version: 12) }
    }

    @Test func aReaderSeesEveryChangeOfTheWriter() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: StorageError.self) {
            _ = try Registry(state: directory.path, readOnly: true)
        }
        let writer = try Registry(state: directory.path)
        let reader = try Registry(state: directory.path, readOnly: true)
        for count in 1...5 {
            let number = try reserve(writer)
            try writer.complete(
                learner: .default,
                version: number,
                created: 1,
                contents: contents(number: number)
            )
            #expect(try reader.newest(learner: .default)?.version == UInt64(count))
        }
        #expect(throws: StorageError.self) { _ = try reserve(reader) }
        // A reader that is in the middle of its rows does not hold the writer up.
        #expect(try reader.list().count == 5)
        #expect(try reserve(writer) == 6)
    }

    @Test func aReaderWorksWithoutAWriter() throws {
        let directory = try TemporaryDirectory()
        do { _ = try reserve(try Registry(state: directory.path)) }
        let reader = try Registry(state: directory.path, readOnly: true)
        #expect(try reader.highest(learner: .default) == 1)
    }

    @Test func writersOnSeveralThreadsWaitForEachOther() async throws {
        let directory = try TemporaryDirectory()
        _ = try Registry(state: directory.path)
        let path = directory.path
        let incarnation = incarnation
        let numbers = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    let registry = try Registry(state: path)
                    var numbers: [UInt64] = []
                    for _ in 0..<20 {
                        numbers.append(
                            try registry.reserve(
                                learner: .default,
                                incarnation: incarnation,
                                created: 1
                            )
                        )
                    }
                    return numbers
                }
            }
            var all: [UInt64] = []
            for try await numbers in group { all += numbers }
            return all
        }
        #expect(numbers.sorted() == Array(1...60))
    }

    @Test func aNewerSchemaAndADamagedFileAreRefused() throws {
        let directory = try TemporaryDirectory()
        do {
            let registry = try Registry(state: directory.path)
            for _ in 0..<300 { _ = try reserve(registry) }
            try registry.database.run("PRAGMA user_version = 2")
            try registry.foldJournal()
        }
        for readOnly in [false, true] {
            let error = #expect(throws: StorageError.self) {
                _ = try Registry(state: directory.path, readOnly: readOnly)
            }
            #expect(error?.description.contains("schema 2") == true)
        }
        let file = directory.file(Registry.fileName)
        try Data(repeating: 7, count: 4096).write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: StorageError.self) { _ = try Registry(state: directory.path) }
        #expect(error?.path == file)
        #expect(error?.isFinal == false)
    }

    @Test func consolidationsAreRecordedAndListed() throws {
        let directory = try TemporaryDirectory()
        let registry = try Registry(state: directory.path)
        #expect(try registry.nextConsolidation(learner: .default) == 1)
        var first = ConsolidationRecord(
            learner: .default,
            id: 1,
            started: 10,
            trigger: "drift adwin"
        )
        try registry.record(first)
        first.ended = 20
        first.challenger = "refit"
        first.verdict = "rejected"
        first.reason = "worse on the holdout"
        first.figures = "{\"loss\":0.5}"
        try registry.record(first)
        let second = ConsolidationRecord(
            learner: .default,
            id: 2,
            started: 30,
            trigger: "command"
        )
        try registry.record(second)
        #expect(try registry.consolidations() == [first, second])
        #expect(try registry.consolidations(learner: .default, limit: 1) == [second])
        #expect(try registry.consolidations(learner: Name("other")).isEmpty)
        #expect(try registry.nextConsolidation(learner: .default) == 3)
    }
}

@Suite struct ArtifactStoreTests {
    @Test func bytesComeBackVerified() throws {
        let directory = try TemporaryDirectory()
        let store = ArtifactStore(state: directory.path)
        let stored = try store.store(
            learner: .default,
            version: 3,
            artifact: Array("abc".utf8),
            state: [1, 2, 3]
        )
        #expect(
            stored.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(stored.bytes == 3)
        #expect(stored.artifactFile == "versions/default/3.safetensors")
        #expect(
            try store.artifact(learner: .default, version: 3, sha256: stored.sha256)
                == Array("abc".utf8)
        )
        #expect(try store.state(learner: .default, version: 3) == [1, 2, 3])
        let wrong = #expect(throws: StorageError.self) {
            _ = try store.artifact(learner: .default, version: 3, sha256: "00")
        }
        #expect(wrong?.description.contains("ba7816bf") == true)
        try Data("xyz".utf8).write(to: URL(fileURLWithPath: directory.file(stored.stateFile)))
        #expect(throws: StorageError.self) { _ = try store.state(learner: .default, version: 3) }
        try store.delete(learner: .default, version: 3)
        try store.delete(learner: .default, version: 3)
        let missing = #expect(throws: StorageError.self) {
            _ = try store.artifact(learner: .default, version: 3, sha256: stored.sha256)
        }
        #expect(missing?.description.contains("missing") == true)
    }

    @Test func aVersionNeverGetsOtherBytes() throws {
        let directory = try TemporaryDirectory()
        let store = ArtifactStore(state: directory.path)
        let first = try store.store(learner: .default, version: 1, artifact: [1], state: [2])
        #expect(
            try store.store(learner: .default, version: 1, artifact: [1], state: [2]) == first
        )
        #expect(throws: StorageError.self) {
            _ = try store.store(learner: .default, version: 1, artifact: [9], state: [2])
        }
        #expect(
            try store.artifact(learner: .default, version: 1, sha256: first.sha256) == [1]
        )
    }

    @Test func theFailureOfAnyCallIsTypedAndTheVersionCanBeStoredAgain() throws {
        var call = 0
        while true {
            let disk = SimulatedDisk(seed: 5)
            let store = ArtifactStore(state: "/state", fileSystem: disk)
            disk.failingCall = call
            do {
                _ = try store.store(learner: .default, version: 1, artifact: [1, 2], state: [3])
                break
            } catch {
                #expect(error.isFinal == (error.operation == .synchronise))
            }
            disk.failingCall = nil
            let stored = try store.store(
                learner: .default,
                version: 1,
                artifact: [1, 2],
                state: [3]
            )
            #expect(
                try store.artifact(learner: .default, version: 1, sha256: stored.sha256) == [1, 2]
            )
            call += 1
        }
        #expect(call > 15)
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func whatWasStoredSurvivesACrash(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        let store = ArtifactStore(state: "/state", fileSystem: disk)
        let stored = try store.store(learner: .default, version: 1, artifact: [1, 2], state: [3])
        disk.restart()
        #expect(
            try store.artifact(learner: .default, version: 1, sha256: stored.sha256) == [1, 2]
        )
        #expect(try store.state(learner: .default, version: 1) == [3])
    }
}
