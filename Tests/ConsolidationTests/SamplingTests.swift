// SPDX-License-Identifier: Apache-2.0
//
// The laws of sampling, by chi-squared over many seeds: fixed, so that a failure is a failure.

import Consolidation
import Primitives
import Testing

/// The chi-squared statistic, as its distance from what is expected in standard deviations.
func excess(_ counts: [Int], expected: Double, inclusion: Double) -> Double {
    // Each count is nearly binomial with the given probability, so its variance is below expected.
    let statistic = counts.reduce(0.0) { sum, count in
        let off = Double(count) - expected
        return sum + off * off / (expected * (1 - inclusion))
    }
    let freedom = Double(counts.count)
    return (statistic - freedom) / (2 * freedom).squareRoot()
}

@Suite struct SamplingTests {
    @Test func oneClassIsUniform() {
        // 20 of 200 rows, 2000 times: every row must be held about 200 times.
        var held = [Int](repeating: 0, count: 200)
        for seed in 0..<2000 as Range<UInt64> {
            var memory = memory(seed: seed, width: 1)
            for index in 0..<200 { memory.insert(index, label: -1) }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        #expect(held.reduce(0, +) == 40_000)
        #expect(excess(held, expected: 200, inclusion: 0.1).magnitude < 4)
    }

    @Test func eachClassIsUniformWithinItself() {
        // Three classes of 60, 30 and 10 %: each holds a third, drawn evenly from its own rows.
        let labels = (0..<300).map { Int32($0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : 2) }
        var held = [Int](repeating: 0, count: 300)
        for seed in 0..<1500 as Range<UInt64> {
            var memory = memory(reservoir: 30, seed: seed, width: 1)
            for index in 0..<300 { memory.insert(index, label: labels[index]) }
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        for (label, rows) in [(Int32(0), 180.0), (1, 90), (2, 30)] {
            let counts = held.indices.filter { labels[$0] == label }.map { held[$0] }
            let mean = Double(counts.reduce(0, +)) / rows
            #expect((mean / 1500 * rows - 10).magnitude < 1.01)
            #expect(excess(counts, expected: mean, inclusion: mean / 1500).magnitude < 4)
        }
    }

    @Test func rareClassKeepsAllItsRows() {
        var memory = memory(reservoir: 100, width: 1)
        for index in 0..<4000 { memory.insert(index, label: index % 100 == 0 ? 1 : 0) }
        let rows = memory.rows(of: .reservoir)
        #expect(rows.labels.filter { $0 == 1 }.count == 40)
        for index in 4000..<40_000 { memory.insert(index, label: index % 100 == 0 ? 1 : 0) }
        #expect(memory.rows(of: .reservoir).labels.filter { $0 == 1 }.count >= 50)
    }

    @Test func newClassesTakeTheirShare() {
        var memory = memory(reservoir: 120, width: 1)
        for index in 0..<6000 { memory.insert(index, label: Int32(index / 1000)) }
        let labels = memory.rows(of: .reservoir).labels
        for label in 0..<6 as Range<Int32> {
            // A newcomer that ties with the largest class is a class too many or too few.
            #expect((19...21).contains(labels.filter { $0 == label }.count))
        }
    }

    @Test func shrinkingStaysUniform() {
        var held = [Int](repeating: 0, count: 100)
        for seed in 0..<2000 as Range<UInt64> {
            var memory = memory(reservoir: 100, recent: 10, holdout: 5, bytesMax: 5200, seed: seed)
            for index in 0..<100 { memory.insert(index, label: -1) }
            #expect(memory.count(of: .reservoir) == 100)
            memory.grow(width: 50)
            for index in memory.rows(of: .reservoir).indices { held[Int(index)] += 1 }
        }
        let mean = Double(held.reduce(0, +)) / 100
        #expect(mean == 2000.0 * 19 / 100)
        #expect(excess(held, expected: mean, inclusion: mean / 2000).magnitude < 4)
    }

    @Test func holdoutIsOneInSoManyAndNotPeriodic() {
        var memory = memory(seed: 9)
        var gaps: [Int] = []
        var last = 0
        for index in 0..<100_000 where memory.nextIsHoldout() {
            gaps.append(index - last)
            last = index
        }
        #expect((1850...2150).contains(gaps.count))
        // Geometric gaps: a third of them are shorter than 20, and their spread is near the mean.
        let short = Double(gaps.filter { $0 <= 20 }.count) / Double(gaps.count)
        #expect((short - 0.332).magnitude < 0.04)
    }

    @Test func noHoldoutWhenNoneIsWanted() {
        var settings = MemorySettings()
        settings.holdoutEvery = 0
        var memory = ReplayMemory(settings: settings, seed: 1)
        var drawn = false
        for _ in 0..<1000 where memory.nextIsHoldout() { drawn = true }
        #expect(!drawn)
    }
}
