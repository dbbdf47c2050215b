// SPDX-License-Identifier: Apache-2.0
//
// The small ADWIN of trees against the detector: on bits, their alarms fall on the same rows.

import Drift
import Kernels
import Primitives
import Testing

@Suite("Watches of trees")
struct ErrorWatchTests {
    /// Bits whose share of ones changes at every thousandth.
    private func bits(_ shares: [Double], seed: UInt64) -> [Bool] {
        var random = RandomSource(seed: seed)
        return shares.flatMap { share in (0..<1000).map { _ in random.chance(share) } }
    }

    @Test(
        "Alarms are those of the detector",
        arguments: [[0.1, 0.3, 0.5], [0.4, 0.1, 0.45], [0.02, 0.1, 0.02, 0.4]],
        [1, 2] as [UInt64]
    )
    func alarmsAgree(shares: [Double], seed: UInt64) {
        var watch = ErrorWatch()
        var detector = ADWIN(delta: 0.002, clock: 16, warningDelta: 0.01)
        var alarms = 0
        for bit in bits(shares, seed: seed) {
            let expected = detector.update(with: bit ? 1 : 0)
            let news = watch.update(with: bit ? 1 : 0, most: 1, warning: 0.01, drift: 0.002)
            if expected == .drift {
                // A fall is cut off without a word; a rise empties the watch, and the detector
                // begins anew after either.
                #expect((news == .drift) == (detector.lastChange == .rise))
                alarms += 1
                watch = ErrorWatch()
                detector.restart()
            } else {
                #expect(news != .drift)
                if expected == .none { #expect(news == .none) }
            }
        }
        #expect(alarms >= shares.count - 1)
    }

    @Test("Steps of a larger error give the alarms of bits")
    func stepsAreBits() {
        var (ones, steps) = (ErrorWatch(), ErrorWatch())
        for bit in bits([0.1, 0.4], seed: 3) {
            let one = ones.update(with: bit ? 1 : 0, most: 1, warning: 0.01, drift: 0.002)
            let step = steps.update(with: bit ? 64 : 0, most: 64, warning: 0.01, drift: 0.002)
            #expect("\(one)" == "\(step)")
        }
    }

    @Test("Words that no watch has are refused")
    func damageIsRefused() {
        var watch = ErrorWatch()
        for bit in bits([0.3], seed: 4) {
            _ = watch.update(with: bit ? 1 : 0, most: 1, warning: 0.01, drift: 0.002)
        }
        #expect(ErrorWatch(words: watch.words) == watch)
        for place in 0..<24 {
            var words = watch.words
            words[place] += 77
            #expect(ErrorWatch(words: words) == nil)
        }
        #expect(ErrorWatch(words: Array(watch.words.dropLast())) == nil)
    }
}
