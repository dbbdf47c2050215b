// SPDX-License-Identifier: Apache-2.0
//
// The errors of contexts and producers, and whose drift it is.

import Drift
import Primitives
import Testing

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

@Suite struct PartTests {
    @Test func aContextIsFoundByItself() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var source = RandomSource(seed: seed)
            var watch = ContextWatch(delta: 0.05)
            var found: [(Int, PartShift)] = []
            for index in 0..<12_000 {
                let context = source.below(4)
                let rate = context == 2 && index >= 8000 ? 0.4 : 0.1
                let error: Float = source.chance(rate) ? 1 : 0
                if let shift = watch.take(error, of: context) { found.append((index, shift)) }
                if index == 7000 {
                    var reader = ByteReader(bytes(of: watch))
                    watch = try ContextWatch(from: &reader)
                    try reader.expectEnd()
                }
            }
            let (index, shift) = try #require(found.first { $0.0 >= 8000 })
            #expect(shift.part == 2 && shift.change == .rise && index < 9500)
        }
    }

    @Test func falseShiftsOfContextsAreRare() {
        var found = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var source = RandomSource(seed: seed)
            var watch = ContextWatch(delta: 0.05)
            for _ in 0..<25_600 {
                let error: Float = source.chance(0.1) ? 1 : 0
                if watch.take(error, of: source.below(8))?.change == .rise { found += 1 }
            }
        }
        #expect(found <= 4)
        var watch = ContextWatch(delta: 0.05)
        for value in 0..<4000 {
            #expect(watch.take(Float(value / 2000), of: ContextWatch.most) == nil)
            #expect(watch.take(Float(value / 2000), of: -1) == nil)
        }
    }

    /// Errors of producers, of which the ones that `turn` make more from sample 6,000 on.
    private func play(
        _ seed: UInt64,
        shares: [Double],
        turn: Set<Int>,
        rate: Double = 0.5,
        _ body: (Int, inout ProducerWatch, PartShift?) -> Void
    ) {
        var source = RandomSource(seed: seed)
        var watch = ProducerWatch(delta: 0.05)
        for index in 0..<9000 {
            var rest = source.unit()
            var producer = shares.count - 1
            for (number, share) in shares.enumerated().reversed() {
                rest -= share
                if rest < 0 { producer = number }
                if rest < 0 { break }
            }
            let isBad = turn.contains(producer) && index >= 6000
            let error: Float = source.chance(isBad ? rate : 0.1) ? 1 : 0
            body(index, &watch, watch.take(error, of: Int32(producer), sample: UInt64(index + 1)))
        }
    }

    @Test(arguments: [[0.5, 0.5], [0.9, 0.1], [0.4, 0.3, 0.3]])
    func theOneThatTurnsIsNamed(shares: [Double]) {
        for seed in 1...10 as ClosedRange<UInt64> {
            var own: [(Int, PartShift)] = []
            play(seed, shares: shares, turn: [1]) { index, watch, shift in
                if let shift { own.append((index, shift)) }
                // What a detector of all would ask when there are some 80 samples of it.
                let end = 6000 + Int(80 / shares[1])
                guard index == end else { return }
                let culprit = watch.culprit(since: 6001, until: UInt64(end))
                #expect(culprit == 1)
            }
            let found = own.first { $0.0 >= 6000 }
            #expect(found?.1.part == 1)
            #expect(own.filter { $0.0 < 6000 }.isEmpty)
        }
    }

    @Test func whatAllHaveIsTheWorlds() {
        var misnamed: Set<UInt64> = []
        var shifts = 0
        for seed in 1...30 as ClosedRange<UInt64> {
            for (shares, turn) in [
                ([0.5, 0.5], [0, 1]), ([0.9, 0.1], [0, 1]), ([0.5, 0.5], []),
            ] {
                play(seed, shares: shares, turn: Set(turn)) { index, watch, shift in
                    if shift != nil { shifts += 1 }
                    // However soon somebody asks.
                    guard index > 6000, index < 6400, index % 10 == 0 else { return }
                    let culprit = watch.culprit(since: 6001, until: UInt64(index))
                    if culprit != nil { misnamed.insert(seed) }
                }
            }
        }
        // Forty looks at each of ninety streams.
        #expect(misnamed.count <= 1)
        // Their 810,000 samples allow 1.6 false ones.
        #expect(shifts <= 4)
    }

    @Test func aSingleProducerIsTheWorld() {
        var kept = 0
        play(1, shares: [1], turn: [0]) { index, watch, shift in
            #expect(shift == nil)
            let culprit = watch.culprit(since: 6001, until: UInt64(index + 1))
            #expect(culprit == nil)
            kept = bytes(of: watch).count
        }
        // Nothing is kept of it.
        #expect(kept < 100)
    }

    @Test func onlyTheNewestProducersAreKnown() throws {
        var watch = ProducerWatch(delta: 0.05)
        for index in 0..<300 {
            _ = watch.take(0, of: Int32(index % 100), sample: UInt64(index + 1))
        }
        let written = bytes(of: watch)
        #expect(written.count < ProducerWatch.most * 5000)
        var reader = ByteReader(written)
        let read = try ProducerWatch(from: &reader)
        try reader.expectEnd()
        #expect(bytes(of: read) == written)
    }
}
