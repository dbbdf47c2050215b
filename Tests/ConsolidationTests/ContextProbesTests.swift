// SPDX-License-Identifier: Apache-2.0
//
// The rows on which contexts are examined: set aside, of every context, bounded, kept.

import Consolidation
import Learning
import Primitives
import Testing

@Suite struct ContextProbesTests {
    /// A block in which every second row is set aside and has one of four contexts, or none.
    private func block(_ rows: Range<Int>, width: Int) -> Block {
        var block = Block()
        block.reset(width: width, outputs: 2)
        for row in rows {
            let features = [Float](repeating: Float(row), count: width)
            block.append(
                raw: features.span,
                class: Int32(row % 2),
                context: Int32(row / 2 % 5) - 1,
                use: row % 2 == 0 ? .holdout : .train
            )
            block.losses.append(row % 6 == 4 ? .nan : 0.5)
        }
        return block
    }

    private func probes(bytesMax: Int = 64 << 20, width: Int = 3) -> ContextProbes {
        var settings = MemorySettings()
        settings.bytesMax = bytesMax
        var probes = ContextProbes(beside: settings, seed: 1)
        probes.grow(width: width)
        return probes
    }

    @Test func onlyRowsThatNobodyLearnsAreKept() {
        var probes = probes()
        probes.take(block(0..<600, width: 3), from: 1000)
        for context in 0..<4 as Range<Int32> {
            let rows = probes.rows(of: context, most: 500)
            #expect(rows.count == 40)
            for row in 0..<rows.count {
                let number = Int(rows.features(of: row).first ?? -1)
                #expect(number % 2 == 0 && number % 6 != 4)
                #expect(number / 2 % 5 == Int(context) + 1)
                // The labelled rows before it.
                let before = (0..<number).count { $0 % 6 != 4 }
                #expect(rows.indices[row] == UInt64(1000 + before))
            }
            #expect(probes.rows(of: context, most: 7).count == 7)
        }
        #expect(probes.count == 160)
        #expect(probes.rows(of: -1, most: 9).count == 0)
        probes.drop(from: 1100)
        #expect(probes.rows(of: 2, most: 500).indices.allSatisfy { $0 < 1100 })
    }

    @Test func theyAreBoundedAndBalanced() {
        var probes = probes(bytesMax: 16 * 6000)
        for start in stride(from: 0, to: 4000, by: 100) {
            if start == 2000 { probes.grow(width: 12) }
            probes.take(block(start..<start + 100, width: 3), from: UInt64(start))
            #expect(probes.bytes <= 6000)
        }
        let counts = (0..<4 as Range<Int32>).map { probes.rows(of: $0, most: 999).count }
        #expect(counts.reduce(0, +) == probes.count && probes.count == 6000 / (12 * 4 + 32))
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }

    @Test func bytesGoOn() throws {
        var settings = MemorySettings()
        settings.bytesMax = 16 * 6000
        var probes = probes(bytesMax: settings.bytesMax)
        probes.take(block(0..<2000, width: 3), from: 0)
        let whole = bytes(of: probes)
        var reader = ByteReader(whole)
        var again = try ContextProbes(from: &reader, beside: settings)
        try reader.expectEnd()
        for (start, width) in [(2000, 3), (2500, 2)] {
            again.take(block(start..<start + 500, width: width), from: UInt64(start))
            probes.take(block(start..<start + 500, width: width), from: UInt64(start))
            #expect(bytes(of: again) == bytes(of: probes))
            again.shrink(width: 2)
            probes.shrink(width: 2)
        }
        var source = RandomSource(seed: 2)
        for _ in 0..<300 {
            var damaged = whole
            damaged[source.below(120)] = UInt8(source.below(256))
            var reader = ByteReader(damaged)
            guard var read = try? ContextProbes(from: &reader, beside: settings), read.width >= 3
            else { continue }
            read.take(block(0..<50, width: 3), from: 0)
        }
    }
}

extension ContextProbes {
    fileprivate func encoded() -> [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

private func bytes(of probes: ContextProbes) -> [UInt8] { probes.encoded() }
