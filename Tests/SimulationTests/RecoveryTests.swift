// SPDX-License-Identifier: Apache-2.0
//
// The loop is worth its while, in small: `learnd-bench consolidation` is the full measurement.

import Bench
import Engine
import Learning
import Samples
import Testing

@Suite("Recovery from drift") struct RecoveryTests {
    private var bench: RecoveryBench {
        var bench = RecoveryBench()
        bench.seeds = 2
        bench.length = 2000
        bench.controlLength = 8000
        return bench
    }

    @Test(
        "The loop recovers in half of the samples, or in 400",
        arguments: [
            SyntheticStream.sea, .abrupt,
        ]
    )
    func recovers(stream: SyntheticStream) {
        for row in bench.compare(on: stream) { #expect(row.isPassed, "\(row.text)") }
    }

    @Test("After a turn of the plane a challenger is adopted soon")
    func adopts() {
        for row in bench.compare(on: .abrupt) {
            for adoption in row.adoptions {
                #expect((adoption ?? .max) < 400, "\(row.text)")
            }
        }
    }

    @Test("What is adopted without a drift is not worse")
    func controls() {
        let stationary = bench.control(named: "stationary") {
            SyntheticStream.stationary.make(seed: $0)
        }
        #expect(stationary.isPassed)
        let bursty = bench.control(named: "bursty") { BurstyNoise(seed: $0) }
        #expect(bursty.isPassed)
        #expect(bursty.refused > 0, "bursts of noise ask for consolidations, and the gate says no")
    }

    @Test("The floor and the recovery of a curve that is known")
    func knownCurve() {
        // 0.4 for ten looks, then 0.1 for a hundred.
        let curve = [Double](repeating: 0.4, count: 10) + [Double](repeating: 0.1, count: 100)
        #expect((Lap.floor(of: curve) - 0.1).magnitude < 1e-12)
        #expect(Lap.recovery(of: curve) == 160)
        #expect(Lap.recovery(of: [Double](repeating: 0.2, count: 100)) == 0)
    }

    @Test("The chance of a duel is Student's")
    func studentTail() {
        // scipy.stats.t.sf(t, 39)
        let exact = [
            (0.5, 0.3099423458486893), (2, 0.026249507671927373), (4, 1.369286897369501e-4),
            (5, 6.2620870446836045e-6), (-1, 0.8382625274143083),
        ]
        for (t, tail) in exact {
            let found = Duel.upperTail(t, freedom: 39)
            #expect((found / tail - 1).magnitude < 0.03, "\(t): \(found)")
        }
    }

    @Test("A duel compares blocks, and one block alone says nothing")
    func blocks() {
        // scipy.stats.ttest_1samp of the means of blocks of 50, alternative="greater".
        let waves = (0..<400).map { Double($0 % 7) - 2.92 + ($0 < 200 ? 0.1 : -0.1) }
        #expect((Duel.chance(of: waves) / 0.0297738076 - 1).magnitude < 0.03)
        #expect((Duel.chance(of: waves.map { -$0 }) / 0.9702261924 - 1).magnitude < 0.01)
        #expect(Duel.chance(of: [Double](repeating: 1, count: 50)) == 1)
        #expect(Duel.chance(of: [Double](repeating: 1, count: 51)) == 0)
        #expect(Duel.chance(of: []) == 1)
    }

    @Test("Holm's procedure finds the duels that were lost")
    func duels() {
        #expect(Duel.lost([]) == 0)
        // 0.01 / 4, / 3, / 2, / 1, until the first that is above.
        #expect(Duel.lost(chances: [0.9, 0.002, 0.0033, 0.0051], level: 0.01) == 2)
        #expect(Duel.lost(chances: [0.9, 0.0026, 0.0001, 0.6], level: 0.01) == 2)
        #expect(Duel.lost(chances: [0.003, 0.003, 0.003, 0.003], level: 0.01) == 0)
    }
}
