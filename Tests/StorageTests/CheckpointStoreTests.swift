// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints survive what disks do: crashes between any two calls, failures of any call, flipped
// bits and missing bytes.

import Glibc
import Primitives
import Testing

@testable import Storage

@Suite struct CheckpointStoreTests {
    private static let folder = "/state/checkpoints/default"
    private static let current = folder + "/current"
    private static let previous = folder + "/previous"

    private static func image(_ number: Int) -> [UInt8] {
        Array("image number \(number) of the state".utf8)
    }

    private static func disk(seed: UInt64 = 1, images: Int) throws -> SimulatedDisk {
        let disk = SimulatedDisk(seed: seed)
        var store = CheckpointStore(state: "/state", fileSystem: disk)
        for number in 0..<images { try store.save(image(number), learner: .default) }
        return disk
    }

    private static func load(_ disk: SimulatedDisk) throws(StorageError) -> LoadedCheckpoint {
        var store = CheckpointStore(state: "/state", fileSystem: disk)
        return try store.load(learner: .default)
    }

    private static func bytes(_ checkpoint: LoadedCheckpoint) -> [UInt8]? {
        guard case .loaded(let bytes, _, _) = checkpoint else { return nil }
        return bytes
    }

    @Test func theNewestImageComesBackFromARealDisk() throws {
        let directory = try TemporaryDirectory()
        var store = CheckpointStore(state: directory.path)
        #expect(try store.load(learner: .default) == .none)
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for bytes in [[], Self.image(1), large] {
            try store.save(bytes, learner: .default)
            #expect(
                try store.load(learner: .default)
                    == .loaded(bytes: bytes, source: .current, warnings: [])
            )
        }
        #expect(try store.learners() == [.default])
        var other = CheckpointStore(state: directory.path)
        #expect(
            try other.load(learner: .default)
                == .loaded(bytes: large, source: .current, warnings: [])
        )
    }

    @Test func everyFlippedBitIsFoundAndThePreviousImageServes() throws {
        let disk = try Self.disk(images: 2)
        let whole = try #require(disk.peek(Self.current))
        for position in whole.indices {
            for bit in 0..<8 {
                disk.corrupt(Self.current) { $0[position] ^= 1 << bit }
                guard case .loaded(let bytes, .previous, let warnings) = try Self.load(disk) else {
                    Issue.record("bit \(bit) of byte \(position) went unseen")
                    return
                }
                #expect(bytes == Self.image(0))
                #expect(warnings.count == 1 && warnings.allSatisfy { $0.contains(Self.current) })
                disk.corrupt(Self.current) { $0 = whole }
            }
        }
        #expect(try Self.bytes(Self.load(disk)) == Self.image(1))
    }

    @Test func everyTruncationIsFound() throws {
        let disk = try Self.disk(images: 2)
        let whole = try #require(disk.peek(Self.current))
        for length in 0..<whole.count {
            disk.corrupt(Self.current) { $0 = Array(whole.prefix(length)) }
            #expect(try Self.bytes(Self.load(disk)) == Self.image(0), "length \(length)")
        }
        disk.corrupt(Self.current) { $0 = whole + [0] }
        #expect(try Self.bytes(Self.load(disk)) == Self.image(0))
    }

    @Test func twoDamagedImagesAreAnErrorAndNeverAFreshStart() throws {
        let disk = try Self.disk(images: 2)
        disk.corrupt(Self.current) { $0.removeLast() }
        disk.corrupt(Self.previous) { $0[50] ^= 1 }
        let error = #expect(throws: StorageError.self) { _ = try Self.load(disk) }
        #expect(error?.description.contains("current") == true)
        #expect(error?.description.contains("previous") == true)
        #expect(error?.remedy.contains("backup") == true)
    }

    @Test func aMissingCurrentImageIsReported() throws {
        let disk = try Self.disk(images: 2)
        try disk.remove(Self.current)
        #expect(
            try Self.load(disk)
                == .loaded(
                    bytes: Self.image(0),
                    source: .previous,
                    warnings: ["\(Self.current) is missing"]
                )
        )
    }

    @Test func aDamagedImageNeverReplacesTheLastGoodOne() throws {
        let disk = try Self.disk(images: 2)
        disk.corrupt(Self.current) { $0[60] ^= 4 }
        // With and without loading first, as a daemon and a tool would.
        for loads in [true, false] {
            var store = CheckpointStore(state: "/state", fileSystem: disk)
            if loads { _ = try store.load(learner: .default) }
            try store.save(Self.image(7), learner: .default)
            disk.corrupt(Self.current) { $0[60] ^= 4 }
            #expect(try Self.bytes(Self.load(disk)) == Self.image(0))
        }
    }

    @Test func aNewerFormatIsRefusedAndNotOverwritten() throws {
        let disk = try Self.disk(images: 2)
        let payload = Self.image(1)
        var head = Array("LCK1".utf8) + [2, 0, 0, 0]
        head += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        let sealed = head + SHA256.digest(of: head + payload) + payload
        disk.corrupt(Self.current) { $0 = sealed }
        let error = #expect(throws: StorageError.self) { _ = try Self.load(disk) }
        #expect(error?.description.contains("format 2") == true)
        var store = CheckpointStore(state: "/state", fileSystem: disk)
        #expect(throws: StorageError.self) {
            try store.save(Self.image(3), learner: .default)
        }
        #expect(disk.peek(Self.current) == sealed)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func aCrashBetweenAnyTwoCallsLeavesTheOldOrTheNewImage(seed: UInt64) throws {
        for saved in 0...2 {
            var call = 0
            while true {
                let disk = try Self.disk(seed: seed, images: saved)
                let before = disk.calls.count
                disk.crashingCall = before + call
                var store = CheckpointStore(state: "/state", fileSystem: disk)
                var isSaved = false
                do {
                    try store.save(Self.image(saved), learner: .default)
                    isSaved = true
                } catch {
                    #expect(error.code == SimulatedDisk.powerIsOff)
                }
                disk.restart()
                let found = try Self.bytes(Self.load(disk))
                if isSaved {
                    #expect(found == Self.image(saved))
                } else {
                    #expect(
                        found == Self.image(saved)
                            || found == (saved == 0 ? nil : Self.image(saved - 1)),
                        "seed \(seed), call \(call)"
                    )
                }
                var next = CheckpointStore(state: "/state", fileSystem: disk)
                try next.save(Self.image(9), learner: .default)
                #expect(try Self.bytes(Self.load(disk)) == Self.image(9))
                if isSaved { break }
                call += 1
            }
            #expect(call > 8, "the sweep saw the calls of a whole save")
        }
    }

    @Test func theFailureOfAnyCallIsTypedAndHarmless() throws {
        var call = 0
        var operations: Set<String> = []
        while true {
            let disk = try Self.disk(seed: 3, images: 2)
            let before = disk.calls.count
            disk.failingCall = before + call
            var store = CheckpointStore(state: "/state", fileSystem: disk)
            do {
                try store.save(Self.image(2), learner: .default)
                // Only closing a file that was read may fail unseen.
                if disk.calls.count <= before + call { break }
            } catch {
                operations.insert(error.operation.rawValue)
                #expect(error.code == EIO)
                #expect(!error.path.isEmpty && !error.remedy.isEmpty)
                #expect(error.isFinal == (error.operation == .synchronise))
                if error.isFinal {
                    let calls = disk.calls.count
                    #expect(throws: error) { try store.save(Self.image(3), learner: .default) }
                    #expect(
                        disk.calls.count == calls,
                        "a final error must not touch the disk again"
                    )
                }
            }
            disk.failingCall = nil
            let found = try Self.bytes(Self.load(disk))
            #expect(found == Self.image(1) || found == Self.image(2), "call \(call)")
            call += 1
        }
        #expect(
            operations.isSuperset(of: ["open", "write", "synchronise", "close", "rename", "link"])
        )
    }
}
