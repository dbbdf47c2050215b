// SPDX-License-Identifier: Apache-2.0
//
// Laws of the standardiser: bytes, batches, and columns that do not know of one another.

import Learning
import Primitives
import Testing

@Suite("Laws of the standardiser")
struct StandardiserLaws {
    private func block(_ rows: ArraySlice<[Float]>) -> Block {
        var block = Block()
        block.reset(width: rows.first?.count ?? 0, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        return block
    }

    private func rows(width: Int, count: Int = 150) -> [[Float]] {
        var random = RandomSource(seed: 3)
        return (0..<count).map { _ in
            (0..<width).map { column in
                random.chance(0.05)
                    ? .nan : Float(random.normal()) * Float(column + 1) + Float(column)
            }
        }
    }

    private func bytes(_ standardiser: Standardiser) -> [UInt8] {
        var writer = ByteWriter()
        standardiser.encode(into: &writer)
        return writer.bytes
    }

    @Test("The batches do not matter", arguments: [1, 3, 8, 9, 31, 50, 65])
    func batchingIsIrrelevant(width: Int) throws {
        let rows = rows(width: width)
        var whole = Standardiser(memory: 40)
        whole.grow(width: width)
        var all = block(rows[...])
        whole.standardise(&all)
        for size in [1, 7, 64, 149] {
            var standardiser = Standardiser(memory: 40)
            standardiser.grow(width: width)
            var features: [Float] = []
            for start in stride(from: 0, to: rows.count, by: size) {
                var part = block(rows[start..<min(rows.count, start + size)])
                standardiser.standardise(&part)
                features += part.features
                var reader = ByteReader(bytes(standardiser))
                standardiser = try Standardiser(from: &reader)
            }
            #expect(features == all.features)
            #expect(bytes(standardiser) == bytes(whole))
        }
    }

    @Test("A column is the same alone and among others", arguments: [1, 2, 7, 8, 15, 50, 65])
    func columnsAreIndependent(width: Int) {
        let rows = rows(width: width)
        var together = Standardiser(memory: 40)
        together.grow(width: width)
        var all = block(rows[...])
        together.standardise(&all)
        for column in 0..<width {
            var alone = Standardiser(memory: 40)
            alone.grow(width: 1)
            var one = block(rows.map { [$0[column]] }[...])
            alone.standardise(&one)
            let own = (0..<rows.count).map { all.features[$0 * width + column] }
            #expect(one.features == own)
            #expect(alone.mean[0] == together.mean[column])
            #expect(alone.deviation[0] == together.deviation[column])
        }
    }

    @Test("Applying changes no statistics")
    func applyIsPure() {
        var standardiser = Standardiser()
        standardiser.grow(width: 5)
        var first = block(rows(width: 5)[...])
        standardiser.standardise(&first)
        let before = bytes(standardiser)
        standardiser.apply(&first)
        #expect(bytes(standardiser) == before)
    }
}
