// SPDX-License-Identifier: Apache-2.0
//
// What a challenger can show is worth so much and no more; and who wins a race.

import Consolidation
import Kernels
import Learning
import Primitives
import Testing

@Suite("Track records")
struct TrackRecordTests {
    @Test("A credit brings a test no nearer to its verdict than it may", arguments: [0, 0.5, 0.9])
    func credits(share: Double) {
        var test = PairedTest(alpha: 0.05)
        test.credit(Array(repeating: 0.5, count: 500), upTo: share)
        #expect(test.verdict == .undecided)
        #expect((test.sureness - share).magnitude < 1e-12)
        #expect(test.live == 0)
        #expect(test.liveDifference == 0)
        test.update(with: -0.25)
        #expect(test.live == 1)
        #expect((test.liveDifference - -0.25).magnitude < 1e-12)
    }

    @Test("A bad record holds back no more than a good one helps")
    func debits() {
        var test = PairedTest(alpha: 0.05)
        test.credit(Array(repeating: -0.5, count: 500), upTo: 0.5)
        #expect(test.verdict == .undecided)
        #expect(test.sureness >= -0.5)
    }

    @Test("Without a record a credit changes nothing")
    func nothing() {
        var test = PairedTest(alpha: 0.05)
        let fresh = test
        test.credit([], upTo: 0.9)
        #expect(test == fresh)
    }

    @Test("With a credit on equal models, wrong verdicts stay as rare as what is asked live")
    func nullsWithCredit() {
        var wrong = 0
        for seed in 0..<1000 as Range<UInt64> {
            var source = RandomSource(seed: seed)
            func draw() -> Double { source.chance(0.5) ? 0.5 : -0.5 }
            var test = PairedTest(alpha: 0.05)
            test.credit((0..<100).map { _ in draw() }, upTo: 0.5)
            for _ in 0..<1000 where test.verdict == .undecided { test.update(with: draw()) }
            if test.verdict == .better { wrong += 1 }
        }
        // Record and race together are one run of bets, which errs in 5 % of all cases at most.
        #expect(wrong <= 70)
    }

    @Test("What is not known of a row is not on record")
    func notes() throws {
        var record = TrackRecord()
        record.note(own: 1, champion: 2)
        record.note(own: .nan, champion: 2)
        record.note(own: 1, champion: -1)
        record.note(own: 1, champion: .infinity)
        #expect(record.count == 1)
        #expect(record.advantage(bound: 1.5) == 0.5)
        var writer = ByteWriter()
        record.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try TrackRecord(from: &reader) == record)
    }
}
