// SPDX-License-Identifier: Apache-2.0
//
// Counts of silent rows, beside the plain loop.

import Kernels
import Primitives
import Testing

@Suite("Silence")
struct SilenceTests {
    @Test("Counts are those of the plain loop", arguments: [(1, 1), (3, 7), (64, 33), (0, 5)])
    func counts(rows: Int, units: Int) {
        var random = RandomSource(seed: UInt64(rows * 100 + units))
        let limit: UInt32 = 9
        let (first, at) = (2, 3)
        var values = (0..<at + rows * units).map { _ in
            random.chance(0.8) ? Float(0) : Float(random.normal())
        }
        if rows > 0 { values[at] = .nan }
        let before = (0..<first + units + 2).map { _ in UInt32(random.below(10)) }
        var expected = before
        for row in 0..<rows {
            for unit in 0..<units {
                let isSilent = values[at + row * units + unit] == 0
                let count = expected[first + unit]
                expected[first + unit] = isSilent ? min(limit, count + 1) : 0
            }
        }
        var silent = before
        var cells = silent.mutableSpan
        let longest = Silence.count(
            &cells,
            from: first,
            units: units,
            values: values.span,
            at: at,
            rows: rows,
            limit: limit
        )
        #expect(silent == expected)
        let highest = rows > 0 ? expected[first..<first + units].max() : 0
        #expect(longest == highest)
    }

    @Test("A negative zero is silence")
    func negativeZero() {
        var silent: [UInt32] = [4, 4]
        var cells = silent.mutableSpan
        let values: [Float] = [-0.0, .leastNormalMagnitude]
        let longest = Silence.count(
            &cells,
            from: 0,
            units: 2,
            values: values.span,
            at: 0,
            rows: 1,
            limit: 100
        )
        #expect(longest == 5 && silent == [5, 0])
    }
}
