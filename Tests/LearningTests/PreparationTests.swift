// SPDX-License-Identifier: Apache-2.0
//
// Window, products and imputation against their formulas.

import Learning
import Primitives
import Testing

@Suite("Preparation")
struct PreparationTests {
    private func block(_ rows: [[Float]]) -> Block {
        var block = Block()
        block.reset(width: rows.first?.count ?? 0, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        return block
    }

    private func preparation(
        width: Int,
        _ change: (inout PreparationSettings) -> Void
    ) -> Preparation {
        var settings = PreparationSettings()
        change(&settings)
        var preparation = Preparation(settings)
        preparation.grow(width: width)
        return preparation
    }

    @Test("A window's values are those of its rows, measured one by one", arguments: [2, 5, 40])
    func window(length: Int) {
        var random = RandomSource(seed: UInt64(length))
        let rows = (0..<150).map { index in
            (0..<3).map { column -> Float in
                let level: Float = index < 70 ? 1e6 : -3
                return random.chance(0.1)
                    ? .nan : Float(random.normal()) * Float(column + 1) + level
            }
        }
        var preparation = preparation(width: 3) {
            $0.scaling = .windowed
            $0.window = length
            $0.clip = 100
        }
        var all = block(rows)
        preparation.follow(&all)
        for row in 0..<150 {
            let seen = rows[max(0, row + 1 - length)...row]
            for column in 0..<3 {
                let values = seen.map { Double($0[column]) }.filter { !$0.isNaN }
                let mean = values.reduce(0, +) / Double(max(1, values.count))
                let variance =
                    values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
                    / Double(max(1, values.count))
                let x = rows[row][column]
                let z =
                    x.isNaN || variance <= 1e-12
                    ? 0 : (Double(x) - mean) / variance.squareRoot()
                #expect(abs(Double(all.features[row * 3 + column]) - z) <= 1e-5 * max(1, abs(z)))
            }
        }
    }

    @Test("What has left a window has left no trace")
    func windowForgets() {
        var preparation = preparation(width: 1) {
            $0.scaling = .windowed
            $0.window = 4
        }
        let tail: [[Float]] = [[1], [2], [3], [4], [5], [6], [7]]
        var wild = block([[1e38], [-1e38], [3e38]] + tail)
        preparation.follow(&wild)
        var other = self.preparation(width: 1) {
            $0.scaling = .windowed
            $0.window = 4
        }
        var sane = block([[4], [4], [4]] + tail)
        other.follow(&sane)
        #expect(wild.features.suffix(4) == sane.features.suffix(4))
        #expect(preparation.statistics?.mean == other.statistics?.mean)
        #expect(preparation.statistics?.mean == [5.5])
    }

    @Test("A window of wide rows is shorter, and keeps the newest")
    func wideWindow() {
        var settings = PreparationSettings()
        settings.scaling = .windowed
        settings.window = 100_000
        var preparation = Preparation(settings)
        preparation.grow(width: 1)
        var many = block((0..<60_000).map { [Float($0)] })
        preparation.follow(&many)
        #expect(preparation.statistics?.mean == [29_999.5])
        preparation.grow(width: 200)
        let rows = WindowScaler.bytesMax / 28 / 200
        let expected = Double(60_000 - rows + 59_999) / 2
        #expect(abs((preparation.statistics?.mean[0] ?? 0) - expected) < 1e-6)
    }

    @Test("Products stand with the later of their columns")
    func interactions() {
        var preparation = preparation(width: 3) {
            $0.scaling = .none
            $0.hasInteractions = true
        }
        var rows = block([[2, 3, .nan]])
        preparation.follow(&rows)
        let root = Float(0.5).squareRoot()
        #expect(rows.features == [2, 3 * root, 3, 6, 8 * root, 0, 0, 0, -root])
        #expect(rows.width == 3 && rows.featureWidth == 9)
        #expect(preparation.settings.columnsMax(for: 9) == 3)
        #expect(preparation.settings.columnsMax(for: 13) == 3)
        #expect(preparation.settings.columnsMax(for: 14) == 4)
        #expect(PreparationSettings().columnsMax(for: 14) == 14)
    }

    @Test("A missing value is a zero that counts, if the imputation says so")
    func zeroImputation() {
        var filled = preparation(width: 1) { $0.imputation = .zero }
        var gaps = block([[4], [.nan], [8], [.nan]])
        filled.follow(&gaps)
        var plain = preparation(width: 1) { _ in }
        var zeros = block([[4], [0], [8], [0]])
        plain.follow(&zeros)
        #expect(gaps.features == zeros.features)
        #expect(gaps.features[1] != 0)
        var mean = preparation(width: 1) { _ in }
        var skipped = block([[4], [.nan], [8], [.nan]])
        mean.follow(&skipped)
        #expect(skipped.features[1] == 0 && mean.statistics?.mean == [6])
    }
}
