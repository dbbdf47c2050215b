// SPDX-License-Identifier: Apache-2.0
//
// Small cases whose answer is known on paper, and draws as Python's.

import Drift
import Testing

@Suite struct ClosedFormTests {
    @Test func cusumCountsErrorsUpToItsThreshold() {
        // With p0 = 1/4 and p1 = 1/2 an error adds ln 2, a right answer takes ln(3/2) away.
        var test = CUSUM(rate: 0.25, shift: 0.25, threshold: 4, warningThreshold: 2)
        for _ in 0..<100 { #expect(test.update(with: 0) == .none) }
        let verdicts = (0..<6).map { _ in test.update(with: 1) }
        #expect(verdicts == [.none, .none, .warning, .warning, .warning, .drift])
        #expect(test.samplesSinceOnset == 6 && test.lastChange == .rise)
        #expect(test.update(with: 1) == .none)
    }

    @Test func glrOfCleanHalvesIsTheEntropyOfTheWhole() {
        // 64 rights, then k errors: the ratio at the border is -F(k, 64 + k), past 10 at k = 3.
        var test = BernoulliGLR()
        for _ in 0..<64 { #expect(test.update(with: 0) == .none) }
        let verdicts = (0..<3).map { _ in test.update(with: 1) }
        #expect(verdicts == [.warning, .warning, .drift])
        #expect(test.samplesSinceOnset == 3 && test.lastChange == .rise)
    }

    @Test func twistersDrawAsPythonDoes() {
        // What KSWIN compares is drawn; a window where the draw decides tells the draws apart.
        var alarms: [Int] = []
        for seed in 1...3 as ClosedRange<UInt64> {
            var test = KSWIN(alpha: 0.05, seed: seed)
            for index in 0..<400 where test.update(with: Double(index * index % 101)) == .drift {
                alarms.append(index)
            }
            alarms.append(-1)
        }
        #expect(alarms == [114, -1, 106, 225, 326, -1, 107, 211, 315, -1])
    }
}
