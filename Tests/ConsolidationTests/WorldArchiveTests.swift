// SPDX-License-Identifier: Apache-2.0
//
// Which champions of earlier worlds are kept, and which one goes.

import Consolidation
import Kernels
import Learning
import Primitives
import Testing

@Suite("Champions of earlier worlds")
struct WorldArchiveTests {
    /// A champion that can be told from others by what it was trained on.
    private func champion(_ trained: UInt64) -> Contender {
        Contender(
            preparation: Preparation(PreparationSettings()),
            learner: makeLearner(
                LearnerSettings(model: .softmax, optimiser: .sgd(rate: 0.05)),
                width: 0,
                outputs: 2
            ),
            trained: trained
        )
    }

    /// An archive that has looked at worlds of 2,000 samples, seen 100 samples after their ends.
    private func archive(limit: Int, worlds: Int) -> WorldArchive {
        var archive = WorldArchive(limit: limit)
        for sample in 1...UInt64(worlds * 2000 + 100) {
            archive.look(at: champion(sample), sample: sample)
            if sample % 2000 == 100, sample > 2000 {
                archive.worldChanged(at: sample - 100, sample: sample)
            }
        }
        return archive
    }

    @Test("What is kept of a world is older than its end")
    func copies() throws {
        let archive = archive(limit: 4, worlds: 1)
        let kept = try #require(archive.champions.first?.trained)
        #expect(archive.champions.count == 1)
        #expect(kept <= 2000 && kept > 1000)
    }

    @Test("A full archive lets the one go that was of use longest ago")
    func overflow() {
        var archive = archive(limit: 3, worlds: 3)
        let before = archive.champions.map(\.trained)
        #expect(before.count == 3)
        archive.didRecall(0, sample: 6200)
        for sample in 6200...8100 as ClosedRange<UInt64> {
            archive.look(at: champion(sample), sample: sample)
        }
        archive.worldChanged(at: 8000, sample: 8100)
        // The recalled world gets its newer champion in the old one's place.
        #expect(archive.champions.count == 3)
        #expect(archive.champions[0].trained > 6200)
        #expect(archive.champions.dropFirst().map(\.trained) == Array(before.dropFirst()))
        for sample in 8101...10_100 as ClosedRange<UInt64> {
            archive.look(at: champion(sample), sample: sample)
        }
        archive.worldChanged(at: 10_000, sample: 10_100)
        #expect(archive.champions.count == 3)
        #expect(!archive.champions.map(\.trained).contains(before[1]))
    }

    @Test("A limit of nothing keeps nothing")
    func none() {
        #expect(archive(limit: 0, worlds: 3).champions.isEmpty)
        var archive = archive(limit: 3, worlds: 3)
        archive.configure(limit: 1)
        #expect(archive.champions.count == 1)
        archive.configure(limit: 0)
        #expect(archive.champions.isEmpty)
    }

    @Test("Bytes carry everything, and damaged ones are refused")
    func bytes() throws {
        var archive = archive(limit: 3, worlds: 3)
        var writer = ByteWriter()
        archive.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var copy = try WorldArchive(from: &reader)
        for sample in 6200...8100 as ClosedRange<UInt64> {
            archive.look(at: champion(sample), sample: sample)
            copy.look(at: champion(sample), sample: sample)
        }
        archive.worldChanged(at: 8000, sample: 8100)
        copy.worldChanged(at: 8000, sample: 8100)
        #expect(copy.champions.map(\.trained) == archive.champions.map(\.trained))
        var damaged = writer.bytes
        damaged[0] = 1
        var other = ByteReader(damaged)
        #expect(throws: DecodeError.self) { try WorldArchive(from: &other) }
    }
}
