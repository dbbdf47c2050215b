// SPDX-License-Identifier: Apache-2.0
//
// Rows that come in blocks leave the same bytes as one after the other, however they are cut.

import Consolidation
import Learning
import Primitives
import Testing

private struct Row {
    var features: [Float]
    var label: Int32
    var weight: Float
    var loss: Float
    var context: Int32
    var use: RowUse
}

private func rows(seed: UInt64, count: Int, width: Int, classes: Int) -> [Row] {
    var source = RandomSource(seed: seed)
    return (0..<count).map { index in
        let isLabelled = source.chance(0.97)
        // Classes come one by one, so that some are new to a full reservoir.
        let known = min(classes, 1 + index * classes / max(count, 1))
        return Row(
            features: (0..<width).map { _ in
                source.chance(0.05) ? .nan : Float(source.unit())
            },
            label: classes == 0 || !isLabelled ? -1 : Int32(source.below(known)),
            weight: source.chance(0.03) ? 0 : Float(1 + source.below(3)),
            loss: isLabelled ? Float(source.unit()) : .nan,
            context: Int32(source.below(4)) - 1,
            use: !isLabelled ? .scored : source.chance(0.1) ? .holdout : .train
        )
    }
}

/// The memory after the rows came in blocks of `cut`, and how many were trained on.
private func memory(
    of rows: [Row],
    cut: Int,
    room: Int,
    settings: MemorySettings
) -> (memory: ReplayMemory, trained: UInt64) {
    var memory = ReplayMemory(settings: settings, seed: 5)
    memory.grow(width: room)
    var trained: UInt64 = 0
    var index: UInt64 = 0
    var block = Block()
    for start in stride(from: 0, to: rows.count, by: cut) {
        let width = rows[start].features.count
        block.reset(width: width, outputs: 2)
        for row in rows[start..<min(start + cut, rows.count)] {
            block.append(
                raw: row.features.span,
                target: row.loss * 2,
                class: row.label,
                weight: row.weight,
                context: row.context,
                use: row.use
            )
            block.losses.append(row.loss)
        }
        trained += memory.remember(block, from: index)
        index += UInt64(block.losses.count { !$0.isNaN })
    }
    return (memory, trained)
}

/// The memory after the rows came one by one through the calls for single rows.
private func memory(
    ofSingle rows: [Row],
    room: Int,
    settings: MemorySettings
) -> (memory: ReplayMemory, trained: UInt64) {
    var memory = ReplayMemory(settings: settings, seed: 5)
    memory.grow(width: room)
    var trained: UInt64 = 0
    var index: UInt64 = 0
    for row in rows where !row.loss.isNaN {
        if row.weight > 0 && row.use == .train {
            trained += 1
            memory.insert(
                features: row.features.span,
                label: row.label,
                target: row.loss * 2,
                weight: row.weight,
                context: row.context,
                loss: row.loss,
                at: index
            )
        } else if row.weight > 0 {
            memory.setAside(
                features: row.features.span,
                label: row.label,
                target: row.loss * 2,
                weight: row.weight,
                context: row.context,
                loss: row.loss,
                at: index
            )
        }
        index += 1
    }
    return (memory, trained)
}

@Suite struct BlockMemoryTests {
    @Test(arguments: [0, 1, 2, 5], [0, 3, 8])
    func blocksAreRowAfterRow(classes: Int, width: Int) {
        var settings = MemorySettings()
        settings.reservoirRows = 150
        settings.recentRows = 301
        settings.holdoutRows = 40
        settings.classFadeRows = classes == 1 ? 1 : 100
        let stream = rows(seed: 7, count: 3000, width: width, classes: classes)
        // A room that is as wide as the rows, and one that is wider.
        for room in [width, width + 2] {
            let single = memory(ofSingle: stream, room: room, settings: settings)
            for cut in [1, 7, 256, 3000] {
                let cut = memory(of: stream, cut: cut, room: room, settings: settings)
                #expect(bytes(of: cut.memory) == bytes(of: single.memory))
                #expect(cut.trained == single.trained)
            }
        }
    }

    @Test(arguments: MemoryPolicy.allCases)
    func blocksAreRowAfterRow(policy: MemoryPolicy) {
        var settings = MemorySettings()
        settings.policy = policy
        settings.reservoirRows = 150
        settings.recentRows = 90
        settings.holdoutRows = 40
        let stream = rows(seed: 9, count: 2000, width: 2, classes: 3)
        let single = memory(ofSingle: stream, room: 2, settings: settings)
        for cut in [1, 7, 256, 2000] {
            let cut = memory(of: stream, cut: cut, room: 2, settings: settings)
            #expect(bytes(of: cut.memory) == bytes(of: single.memory))
            #expect(cut.trained == single.trained)
        }
        #expect(single.memory.count(of: .reservoir) == (policy == .recent ? 0 : 150))
        #expect(single.memory.count(of: .recent) == (policy == .recent ? 240 : 90))
    }

    @Test func aSnapshotKeepsItsRows() {
        var settings = MemorySettings()
        settings.recentRows = 600
        let stream = rows(seed: 8, count: 2600, width: 4, classes: 2)
        var (memory, _) = memory(of: stream, cut: 256, room: 4, settings: settings)
        let snapshot = memory
        let before = bytes(of: snapshot)
        var block = Block()
        block.reset(width: 4, outputs: 2)
        for row in stream.prefix(300) {
            block.append(raw: row.features.span, class: max(row.label, 0), weight: 1)
            block.losses.append(0.5)
        }
        #expect(memory.remember(block, from: 10_000) == 300)
        #expect(bytes(of: snapshot) == before)
        #expect(bytes(of: memory) != before)
    }
}
