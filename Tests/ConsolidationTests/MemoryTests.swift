// SPDX-License-Identifier: Apache-2.0
//
// What the memory keeps, forgets and never exceeds.

import Consolidation
import Primitives
import Testing

func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

/// A memory of the given bounds; the holdout is filled by hand.
func memory(
    _ policy: MemoryPolicy = .balanced,
    reservoir: Int = 20,
    recent: Int = 10,
    holdout: Int = 5,
    bytesMax: Int = 1 << 30,
    seed: UInt64 = 1,
    width: Int = 3
) -> ReplayMemory {
    var settings = MemorySettings()
    settings.policy = policy
    settings.reservoirRows = reservoir
    settings.recentRows = recent
    settings.holdoutRows = holdout
    settings.bytesMax = bytesMax
    var memory = ReplayMemory(settings: settings, seed: seed)
    memory.grow(width: width)
    return memory
}

extension ReplayMemory {
    /// Inserts a row whose features say its number.
    mutating func insert(
        _ index: Int,
        label: Int32 = 0,
        width: Int? = nil,
        context: Int32 = -1,
        loss: Float = -1
    ) {
        let row = [Float](repeating: Float(index), count: width ?? self.width)
        insert(
            features: row.span,
            label: label,
            target: Float(index) / 2,
            weight: 1,
            context: context,
            loss: loss,
            at: UInt64(index)
        )
    }
}

@Suite struct MemoryTests {
    @Test func recentRowsAreTheNewestInOrder() {
        var memory = memory()
        for index in 0..<27 { memory.insert(index) }
        let rows = memory.rows(of: .recent)
        #expect(rows.indices == Array(17..<27))
        #expect(rows.features == (17..<27).flatMap { [Float](repeating: Float($0), count: 3) })
        #expect(rows.targets == (17..<27).map { Float($0) / 2 })
        #expect(memory.rows(of: .recent, since: 25).indices == [25, 26])
    }

    @Test func reservoirIsFullAndSorted() {
        var memory = memory()
        for index in 0..<500 { memory.insert(index, label: Int32(index % 3)) }
        let rows = memory.rows(of: .reservoir)
        #expect(rows.count == 20)
        #expect(rows.indices == rows.indices.sorted())
        for row in 0..<rows.count {
            let index = rows.indices[row]
            #expect(rows.features(of: row).allSatisfy { $0 == Float(index) })
            #expect(rows.labels[row] == Int32(index % 3))
        }
    }

    @Test func trainingHasEachRowOnce() {
        var memory = memory()
        for index in 0..<300 { memory.insert(index) }
        let rows = memory.rows(of: .training)
        #expect(Set(rows.indices).count == rows.count)
        #expect(rows.indices == rows.indices.sorted())
        let parts = memory.rows(of: .reservoir).indices + memory.rows(of: .recent).indices
        #expect(Set(rows.indices) == Set(parts))
        #expect(memory.count(of: .training) == rows.count)
    }

    @Test func holdoutIsApart() {
        var memory = memory()
        for index in 0..<200 {
            if index % 10 == 0 {
                memory.setAside(
                    features: [Float(index)].span,
                    label: 1,
                    target: 0,
                    weight: 2,
                    at: UInt64(index)
                )
            } else {
                memory.insert(index)
            }
        }
        let rows = memory.rows(of: .holdout)
        #expect(rows.indices == [150, 160, 170, 180, 190])
        #expect(rows.weights == [2, 2, 2, 2, 2])
        #expect(rows.features[1].isNaN && rows.features[2].isNaN)
        #expect(!memory.rows(of: .training).indices.contains { $0 % 10 == 0 })
        #expect(memory.classCounts.seen == [180, 20])
    }

    @Test func newFeaturesAreMissingInOldRows() {
        var memory = memory(width: 2)
        for index in 0..<5 { memory.insert(index) }
        for width in [3, 4, 9] {
            memory.grow(width: width)
            memory.insert(width * 10)
            let rows = memory.rows(of: .recent)
            #expect(rows.width == width)
            #expect(rows.features(of: 0).prefix(2) == [0, 0])
            #expect(rows.features(of: 0).dropFirst(2).allSatisfy { $0.isNaN })
            #expect(!rows.features(of: rows.count - 1).contains { $0.isNaN })
        }
        memory.grow(width: 1)
        #expect(memory.width == 9)
        memory.insert(500, width: 2)
        let rows = memory.rows(of: .recent)
        #expect(rows.features(of: rows.count - 1).dropFirst(2).allSatisfy { $0.isNaN })
    }

    @Test func shortRowsLeaveNothingOfTheRowBefore() {
        var memory = memory(reservoir: 1, recent: 1)
        memory.insert(1)
        memory.insert(2, width: 1)
        #expect(memory.rows(of: .recent).features.map { $0.isNaN } == [false, true, true])
    }

    @Test func bytesAreBounded() {
        var memory = memory(reservoir: 200, recent: 100, holdout: 50, bytesMax: 40_000)
        for index in 0..<2000 {
            if index % 40 == 0 { memory.grow(width: 3 + index / 40) }
            if index % 10 == 9 {
                memory.setAside(
                    features: [1].span,
                    label: 0,
                    target: 0,
                    weight: 1,
                    at: UInt64(index)
                )
            } else {
                memory.insert(index, label: index % 20 == 0 ? 1 : 0)
            }
            #expect(memory.bytes <= 40_000)
        }
        #expect(memory.count(of: .reservoir) == memory.capacity(of: .reservoir))
        #expect(memory.capacity(of: .reservoir) / memory.capacity(of: .recent) == 2)
        let recent = memory.rows(of: .recent).indices
        #expect(recent.last == 1998)
        #expect(recent.count == memory.capacity(of: .recent))
        #expect(Int(recent.last ?? 0) - Int(recent.first ?? 0) < recent.count * 10 / 9 + 2)
    }

    @Test func dropForgetsOneSideOfASample() {
        var memory = memory()
        for index in 0..<100 { memory.insert(index, label: Int32(index % 2)) }
        var late = memory
        late.drop(before: 95)
        #expect(late.rows(of: .recent).indices == [95, 96, 97, 98, 99])
        #expect(late.rows(of: .reservoir).indices.allSatisfy { $0 >= 95 })
        var early = memory
        early.drop(from: 95)
        #expect(early.rows(of: .recent).indices == [90, 91, 92, 93, 94])
        #expect(early.rows(of: .reservoir).indices.allSatisfy { $0 < 95 })
        for index in 100..<200 { late.insert(index, label: Int32(index % 2)) }
        #expect(late.count(of: .reservoir) == 20)
        #expect(late.rows(of: .recent).indices == Array(190..<200))
    }

    @Test func copyEvolvesAlone() {
        var memory = memory(reservoir: 600, recent: 600)
        for index in 0..<1000 { memory.insert(index, label: Int32(index % 5)) }
        let snapshot = memory
        let before = bytes(of: snapshot)
        for index in 1000..<3000 { memory.insert(index, label: Int32(index % 5)) }
        memory.grow(width: 9)
        #expect(bytes(of: snapshot) == before)
        #expect(bytes(of: memory) != before)
    }

    @Test func fadedCountsFollowTheRecentStream() {
        var settings = MemorySettings()
        settings.classFadeRows = 100
        var memory = ReplayMemory(settings: settings, seed: 1)
        memory.grow(width: 1)
        // Long enough for the increments to be rescaled.
        for index in 0..<60_000 { memory.insert(index, label: 0) }
        for index in 60_000..<61_000 { memory.insert(index, label: index % 4 == 0 ? 0 : 1) }
        let faded = memory.classCounts.faded
        #expect((faded[0] - 25).magnitude < 2)
        #expect((faded[1] - 75).magnitude < 2)
        #expect(memory.classCounts.seen == [60_250, 750])
    }

    @Test func settingsComplainByName() {
        var settings = MemorySettings()
        #expect(settings.complaint == nil)
        settings.recentRows = 0
        #expect(settings.complaint?.hasPrefix("recent rows is 0") == true)
    }
}

@Suite struct MemoryBytesTests {
    /// Rows of three classes, some set aside, some narrow, while the width grows.
    private func run(_ memory: inout ReplayMemory, _ range: Range<Int>) {
        for index in range {
            if index % 50 == 0 { memory.grow(width: min(3 + index / 50, 12)) }
            if memory.nextIsHoldout() {
                memory.setAside(
                    features: [Float(index)].span,
                    label: 0,
                    target: 1,
                    weight: 1,
                    at: UInt64(index)
                )
            } else {
                memory.insert(
                    index,
                    label: index % 7 == 0 ? 2 : Int32(index % 2),
                    context: Int32(index % 5) - 1,
                    loss: Float(index % 11) / 4
                )
            }
        }
    }

    @Test(arguments: MemoryPolicy.allCases)
    func restoreGoesOnWithTheSameBytes(policy: MemoryPolicy) throws {
        var original = memory(policy, reservoir: 60, recent: 40, holdout: 8, bytesMax: 6000)
        var at = 0
        for step in [1, 30, 59, 200, 310, 5, 1] {
            run(&original, at..<at + step)
            at += step
            if step == 310 { original.drop(before: 200) }
            if step == 5 { original.shrink(width: 6) }
            var reader = ByteReader(bytes(of: original))
            var restored = try ReplayMemory(from: &reader)
            try reader.expectEnd()
            #expect(bytes(of: restored) == bytes(of: original))
            for part in MemoryPart.allCases {
                #expect(restored.rows(of: part).indices == original.rows(of: part).indices)
                #expect(restored.rows(of: part).inclusions == original.rows(of: part).inclusions)
                #expect(restored.capacity(of: part) == original.capacity(of: part))
            }
            #expect(original.bytes <= 6000)
            var twin = original
            run(&restored, at..<at + 300)
            run(&twin, at..<at + 300)
            #expect(bytes(of: restored) == bytes(of: twin))
        }
    }

    @Test(arguments: MemoryPolicy.allCases)
    func damagedBytesNeverTrap(policy: MemoryPolicy) {
        var original = memory(policy, reservoir: 30, recent: 20, holdout: 8)
        run(&original, 0..<300)
        let whole = bytes(of: original)
        var source = RandomSource(seed: 12)
        for trial in 0..<600 {
            var damaged = whole
            if trial % 3 == 0 { damaged.removeLast(source.below(whole.count)) }
            for _ in 0..<(trial % 4) where !damaged.isEmpty {
                // Mostly the head, where the lengths are.
                let place = source.chance(0.7) ? min(300, damaged.count) : damaged.count
                damaged[source.below(place)] = UInt8(source.below(256))
            }
            var reader = ByteReader(damaged)
            guard var restored = try? ReplayMemory(from: &reader), restored.width < 100 else {
                continue
            }
            for index in 1000..<1020 { restored.insert(index, label: 1, context: 3, loss: 0.1) }
            _ = restored.rows(of: .training)
        }
    }
}
