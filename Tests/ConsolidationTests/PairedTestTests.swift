// SPDX-License-Identifier: Apache-2.0
//
// The paired test errs as seldom as it says, decides, and treats both models alike.

import Consolidation
import Primitives
import Testing

@Suite struct PairedTestTests {
    /// How many of `runs` end in each verdict after `samples` differences.
    private func verdicts(
        runs: UInt64,
        samples: Int,
        margin: Double = 0,
        difference: (inout RandomSource) -> Double
    ) -> (better: Int, worse: Int, mean: Double) {
        var better = 0
        var worse = 0
        var decidedAt = 0
        for seed in 0..<runs {
            var source = RandomSource(seed: seed)
            var test = PairedTest(alpha: 0.05, margin: margin)
            for _ in 0..<samples where test.verdict == .undecided {
                test.update(with: difference(&source))
            }
            if test.verdict == .better { better += 1 }
            if test.verdict == .worse { worse += 1 }
            decidedAt += test.count
        }
        return (better, worse, Double(decidedAt) / Double(runs))
    }

    /// -1, 0 or 1: error bits of two models.
    private func bits(_ up: Double, _ down: Double) -> (inout RandomSource) -> Double {
        { source in
            let draw = source.unit()
            return draw < up ? 1 : draw < up + down ? -1 : 0
        }
    }

    @Test(arguments: [0.5, 0.1, 0.01]) func falseVerdictsAreRare(share: Double) {
        let found = verdicts(runs: 1000, samples: 2000, difference: bits(share / 2, share / 2))
        // 5 % of 1000 each, and three standard deviations.
        #expect(found.better <= 70)
        #expect(found.worse <= 70)
    }

    @Test func falseVerdictsAreRareForSkewedNulls() {
        // Mean 0, but seldom a large gain for many small losses.
        let skewed: (inout RandomSource) -> Double = { $0.unit() < 0.05 ? 0.95 : -0.05 }
        let found = verdicts(runs: 1000, samples: 2000, difference: skewed)
        #expect(found.better <= 70 && found.worse <= 70)
    }

    @Test func dependentNullsAreNoTrap() {
        // The size of the differences depends on those before; their sign is a fair coin.
        var scale = 0.1
        let found = verdicts(runs: 1000, samples: 1000) { source in
            scale = source.unit() < 0.02 ? source.unit() : scale
            return source.chance(0.5) ? scale : -scale
        }
        #expect(found.better <= 70 && found.worse <= 70)
    }

    @Test func findsTheBetterModel() {
        let clear = verdicts(runs: 200, samples: 2000, difference: bits(0.2, 0.1))
        #expect(clear.better >= 195)
        #expect(clear.mean < 500)
        let slight = verdicts(runs: 200, samples: 5000, difference: bits(0.12, 0.09))
        #expect(slight.better >= 150)
        #expect(slight.worse <= 2)
    }

    @Test func bothSidesAreAlike() {
        var one = PairedTest()
        var other = PairedTest()
        var source = RandomSource(seed: 3)
        for _ in 0..<500 {
            let difference = 1.8 * source.unit() - 0.8
            one.update(with: difference)
            other.update(with: -difference)
            #expect(one.logWealthBetter == other.logWealthWorse)
            #expect(one.logWealthWorse == other.logWealthBetter)
            #expect(one.meanDifference == -other.meanDifference)
        }
        #expect(one.verdict == .better && other.verdict == .worse)
    }

    @Test func withinTheMarginIsNotWorse() {
        let found = verdicts(
            runs: 500,
            samples: 3000,
            margin: 0.05,
            difference: bits(0.10, 0.14)
        )
        #expect(found.worse <= 10)
        let beyond = verdicts(
            runs: 200,
            samples: 5000,
            margin: 0.02,
            difference: bits(0.05, 0.20)
        )
        #expect(beyond.worse >= 195)
    }

    @Test func verdictStays() {
        var test = PairedTest()
        while test.verdict == .undecided { test.update(with: 0.5) }
        for _ in 0..<1000 { test.update(with: -1) }
        #expect(test.verdict == .better)
        #expect(test.meanDifference < 0)
    }

    @Test func restoreGoesOnWithTheSameBytes() throws {
        var test = PairedTest(alpha: 0.01, margin: 0.02)
        var source = RandomSource(seed: 1)
        for _ in 0..<200 {
            test.update(with: source.unit() - 0.5)
            var reader = ByteReader(bytes(of: test))
            let restored = try PairedTest(from: &reader)
            try reader.expectEnd()
            #expect(restored == test)
        }
        let whole = bytes(of: test)
        for trial in 0..<2000 {
            var damaged = whole
            damaged[source.below(whole.count)] = UInt8(source.below(256))
            if trial % 3 == 0 { damaged.removeLast(source.below(whole.count)) }
            var reader = ByteReader(damaged)
            if var restored = try? PairedTest(from: &reader) { restored.update(with: 0.1) }
        }
    }
}
