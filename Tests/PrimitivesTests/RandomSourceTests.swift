// SPDX-License-Identifier: Apache-2.0
//
// The generator gives the published numbers, and its draws have the right laws.

import Primitives
import Testing

/// The generator with the given state.
private func source(words: [UInt64]) throws -> RandomSource {
    var writer = ByteWriter()
    for word in words { writer.write(word) }
    var reader = ByteReader(writer.bytes)
    return try RandomSource(from: &reader)
}

@Suite struct RandomSourceTests {
    @Test func bitsAreXoshiros() throws {
        var source = try source(words: [1, 2, 3, 4])
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
            607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
            10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in source.nextBits() } == expected)
    }

    @Test func seedGoesThroughSplitmix() throws {
        let expected = try source(words: [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
        ])
        #expect(RandomSource(seed: 1_234_567) == expected)
    }

    @Test func restoreGoesOn() throws {
        var source = RandomSource(seed: 5)
        for _ in 0..<10 { _ = source.normal() }
        var writer = ByteWriter()
        source.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var restored = try RandomSource(from: &reader)
        try reader.expectEnd()
        #expect(
            (0..<10).map { _ in restored.nextBits() } == (0..<10).map { _ in source.nextBits() }
        )
    }

    @Test(arguments: [1, 2, 3, 7, 10, 1000]) func drawsAreEven(bound: Int) {
        var source = RandomSource(seed: UInt64(bound))
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<bound * 200 { counts[source.below(bound)] += 1 }
        let statistic = counts.reduce(0.0) { $0 + Double(($1 - 200) * ($1 - 200)) / 200 }
        let freedom = Double(bound - 1)
        #expect((statistic - freedom).magnitude <= 4.5 * (2 * freedom).squareRoot() + 1e-9)
    }

    @Test func hugeBoundsStayBelow() {
        var source = RandomSource(seed: 3)
        var high = 0
        let bound = Int.max / 3 * 2
        for _ in 0..<3000 {
            let draw = source.below(bound)
            #expect((0..<bound).contains(draw))
            if draw > bound / 2 { high += 1 }
        }
        #expect((1350...1650).contains(high))
    }

    @Test func unitAndNormalHaveTheirMoments() {
        var source = RandomSource(seed: 4)
        var sums = (0.0, 0.0, 0.0, 0.0)
        for _ in 0..<100_000 {
            let unit = source.unit()
            #expect(unit >= 0 && unit < 1)
            let normal = source.normal()
            sums = (
                sums.0 + unit, sums.1 + unit * unit, sums.2 + normal, sums.3 + normal * normal
            )
        }
        #expect((sums.0 / 1e5 - 0.5).magnitude < 0.005)
        #expect((sums.1 / 1e5 - 1.0 / 3).magnitude < 0.005)
        #expect((sums.2 / 1e5).magnitude < 0.015)
        #expect((sums.3 / 1e5 - 1).magnitude < 0.02)
    }

    @Test func everyOrderIsAsLikely() {
        var source = RandomSource(seed: 8)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 {
            var items = [0, 1, 2]
            source.shuffle(&items)
            counts[items, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { (870...1130).contains($0) })
    }

    @Test func forksDiffer() {
        var source = RandomSource(seed: 1)
        var one = source.fork()
        var two = source.fork()
        #expect(one.nextBits() != two.nextBits())
    }
}
