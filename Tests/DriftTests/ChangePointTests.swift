// SPDX-License-Identifier: Apache-2.0
//
// Where a level rose.

import Drift
import Primitives
import Testing

@Suite("Change points")
struct ChangePointTests {
    @Test("A clean step is found where it is", arguments: [1, 7, 50, 99])
    func steps(place: Int) {
        let values = (0..<100).map { $0 < place ? 0.1 : 0.9 }
        #expect(ChangePoint.rise(in: values) == place)
    }

    @Test("A fall, a constant and nothing are no rise")
    func none() {
        #expect(ChangePoint.rise(in: []) == nil)
        #expect(ChangePoint.rise(in: [1]) == nil)
        #expect(ChangePoint.rise(in: Array(repeating: 0.5, count: 50)) == nil)
        #expect(ChangePoint.rise(in: (0..<100).map { $0 < 50 ? 0.9 : 0.1 }) == nil)
    }

    @Test("It is the split with the largest sum of squares between, by brute force")
    func bruteForce() {
        for seed in 0..<50 as Range<UInt64> {
            var source = RandomSource(seed: seed)
            let values = (0..<60).map { $0 < 35 ? source.unit() : 0.4 + source.unit() }
            let mean = values.reduce(0, +) / 60
            var best = (place: 0, size: 0.0)
            for place in 1..<60 {
                let (left, right) = (values[..<place], values[place...])
                let (m0, m1) = (
                    left.reduce(0, +) / Double(left.count),
                    right.reduce(0, +) / Double(right.count)
                )
                let between =
                    Double(left.count) * (m0 - mean) * (m0 - mean)
                    + Double(right.count) * (m1 - mean) * (m1 - mean)
                if m1 > m0, between > best.size { best = (place, between) }
            }
            #expect(ChangePoint.rise(in: values) == best.place)
        }
    }

    @Test("Error bits that rise from a tenth to a half are dated within a few samples")
    func bits() {
        var off = 0
        for seed in 0..<100 as Range<UInt64> {
            var source = RandomSource(seed: seed)
            let values = (0..<256).map { source.chance($0 < 206 ? 0.1 : 0.5) ? 1.0 : 0.0 }
            off += abs((ChangePoint.rise(in: values) ?? 0) - 206)
        }
        #expect(off < 100 * 12)
    }
}
