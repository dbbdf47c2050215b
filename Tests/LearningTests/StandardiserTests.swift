// SPDX-License-Identifier: Apache-2.0
//
// The standardiser against its formula, and against columns that break naive ones.

import Learning
import Primitives
import Testing

@Suite("Standardiser")
struct StandardiserTests {
    /// The formula of the file header, one value at a time.
    private struct Oracle {
        var memory = 2000.0
        var clip = 5.0
        var count = 0.0
        var mean = 0.0
        var variance = 0.0

        mutating func standardise(_ raw: Float) -> Double {
            guard raw.isFinite else { return 0 }
            count = min(count + 1, memory)
            let x = Double(raw)
            let distance = x - mean
            mean += distance / count
            variance += (distance * (x - mean) - variance) / count
            return measure(raw)
        }

        func measure(_ raw: Float) -> Double {
            guard raw.isFinite, variance > 1e-12 else { return 0 }
            return min(max((Double(raw) - mean) / variance.squareRoot(), -clip), clip)
        }
    }

    private func block(_ rows: [[Float]]) -> Block {
        var block = Block()
        block.reset(width: rows.first?.count ?? 0, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        return block
    }

    @Test("Every value is that of the formula", arguments: [1, 3, 8, 11, 16, 37, 50])
    func formula(width: Int) {
        var random = RandomSource(seed: UInt64(width))
        let rows = (0..<300).map { _ in
            (0..<width).map { column -> Float in
                let value = Float(random.normal()) * Float(column * column + 1) + 10
                return random.chance(0.03) ? (random.chance(0.5) ? .nan : .infinity) : value
            }
        }
        for memory in [1, 50, 100_000] {
            var standardiser = Standardiser(memory: memory, clip: 2)
            standardiser.grow(width: width)
            var block = block(rows)
            standardiser.standardise(&block)
            var oracles = (0..<width).map { _ in Oracle(memory: Double(memory), clip: 2) }
            for row in 0..<rows.count {
                for column in 0..<width {
                    let expected = oracles[column].standardise(rows[row][column])
                    let value = Double(block.features[row * width + column])
                    #expect(abs(value - expected) <= 1e-6)
                }
            }
            standardiser.apply(&block)
            for row in 0..<rows.count {
                for column in 0..<width {
                    let expected = oracles[column].measure(rows[row][column])
                    #expect(abs(Double(block.features[row * width + column]) - expected) <= 1e-6)
                }
            }
            for column in 0..<width {
                #expect(
                    abs(standardiser.mean[column] - oracles[column].mean)
                        <= 1e-9 * (1 + abs(oracles[column].mean))
                )
            }
        }
    }

    @Test("Large offsets, tiny and constant columns")
    func hardColumns() {
        var random = RandomSource(seed: 2)
        let rows = (0..<5000).map { row -> [Float] in
            [
                101_325 + 5 * Float(random.normal()), 1.7e9 + Float(row % 7) * 1000,
                1e-5 * Float(random.normal()), 42, 0,
            ]
        }
        var standardiser = Standardiser()
        standardiser.grow(width: 5)
        var block = block(rows)
        standardiser.standardise(&block)
        #expect(abs(standardiser.mean[0] - 101_325) < 0.5)
        #expect(abs(standardiser.deviation[0] - 5) < 0.3)
        #expect(abs(standardiser.mean[1] - 1.700003e9) < 200)
        #expect(abs(standardiser.deviation[1] - 2000) < 100)
        #expect(abs(standardiser.deviation[2] - 1e-5) < 1e-6)
        #expect(standardiser.deviation[3] == 0 && standardiser.deviation[4] == 0)
        for row in 0..<rows.count {
            #expect(block.features[row * 5 + 3] == 0 && block.features[row * 5 + 4] == 0)
        }
        for column in 0..<3 {
            let values = (1000..<5000).map { Double(block.features[$0 * 5 + column]) }
            let mean = values.reduce(0, +) / 4000
            let variance = values.reduce(0) { $0 + $1 * $1 } / 4000
            #expect(abs(mean) < 0.1 && abs(variance - 1) < 0.1)
        }
    }

    @Test("1e38 and its like make nothing that is not a number", arguments: [1, 2, 3, 2000])
    func extremes(memory: Int) {
        let values: [Float] = [
            1, 1e38, -1e38, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0,
            .leastNonzeroMagnitude, .nan, .infinity, 3,
        ]
        var standardiser = Standardiser(memory: memory)
        standardiser.grow(width: 12)
        for round in 0..<20 {
            var block = block(
                values.indices.map { row in
                    (0..<12).map { values[(row + $0 * round) % values.count] }
                }
            )
            standardiser.standardise(&block)
            var writer = ByteWriter()
            standardiser.encode(into: &writer)
            var reader = ByteReader(writer.bytes)
            #expect(throws: Never.self) { try Standardiser(from: &reader) }
            #expect(block.features.allSatisfy { abs($0) <= 5 })
            #expect(standardiser.mean.allSatisfy { $0.isFinite })
            #expect(standardiser.deviation.allSatisfy { $0.isFinite && $0 >= 0 })
            standardiser.apply(&block)
            #expect(block.features.allSatisfy { abs($0) <= 5 })
        }
    }

    @Test("A deviation that single precision cannot square measures nothing")
    func immense() {
        var standardiser = Standardiser(memory: 20)
        standardiser.grow(width: 9)
        var block = block(
            (0..<100).map { row in
                (0..<9).map { Float(row % 2 == 0 ? 1 : -1) * ($0 < 4 ? 1e21 : 1e18) }
            }
        )
        standardiser.standardise(&block)
        for row in 1..<100 {
            for column in 0..<9 {
                let value = block.features[row * 9 + column]
                #expect(column < 4 ? value == 0 : value != 0 && abs(value) < 1.5)
            }
        }
        standardiser.apply(&block)
        #expect(block.features.allSatisfy { abs($0) < 1.5 })
    }

    @Test("New columns start by themselves; the old ones go on")
    func growth() {
        var narrow = Standardiser(memory: 30)
        narrow.grow(width: 2)
        var first = block((0..<40).map { [Float($0), Float($0 % 3)] })
        narrow.standardise(&first)
        var wide = narrow
        wide.grow(width: 10)
        wide.grow(width: 1)
        #expect(wide.width == 10)
        var second = block((0..<40).map { row in (0..<10).map { Float(row * ($0 + 1)) } })
        wide.standardise(&second)
        var fresh = Standardiser(memory: 30)
        fresh.grow(width: 8)
        var alone = block((0..<40).map { row in (2..<10).map { Float(row * ($0 + 1)) } })
        fresh.standardise(&alone)
        #expect(Array(wide.mean[2...]) == fresh.mean)
        #expect(Array(wide.deviation[2...]) == fresh.deviation)
    }

    @Test("Bytes that no rows could have left are refused")
    func damage() {
        var standardiser = Standardiser()
        standardiser.grow(width: 2)
        var writer = ByteWriter()
        standardiser.encode(into: &writer)
        for length in 0..<writer.bytes.count {
            var reader = ByteReader(Array(writer.bytes.prefix(length)))
            #expect(throws: DecodeError.self) { try Standardiser(from: &reader) }
        }
        var nan = writer.bytes
        for index in 20..<28 { nan[index] = 0xFF }
        var reader = ByteReader(nan)
        #expect(throws: DecodeError.self) { try Standardiser(from: &reader) }
    }
}
