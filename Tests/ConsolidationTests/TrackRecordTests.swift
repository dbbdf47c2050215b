// SPDX-License-Identifier: Apache-2.0
//
// What a challenger can show is worth so much and no more; and who wins a race.

import Kernels
import Learning
import Primitives
import Testing

@testable import Consolidation

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

    @Test("A record amends what a change cost by its share of the way back")
    func amends() {
        let scale = LossScale(full: 1, isSquared: false)
        var record = TrackRecord()
        #expect(!record.amends(since: 0, share: 0, scale: scale), "nothing is shown")
        record.note(own: 0.2, champion: 0.6)
        record.note(own: 0.4, champion: 1.4)
        // The champion lost 0.8 where it used to lose 0.1, the challenger 0.3: 5/7 of the way.
        #expect(record.amends(since: 0.1, share: 0.7, scale: scale))
        #expect(!record.amends(since: 0.1, share: 0.72, scale: scale))
        #expect(!record.amends(since: 0.9, share: 0.1, scale: scale), "nothing was lost")
    }

    @Test("A test is trusted once it is sure enough, and not against its verdict")
    func trust() {
        var test = PairedTest(alpha: 0.05)
        test.credit(Array(repeating: 0.5, count: 500), upTo: 0.9)
        var doubted = test
        doubted.trust(from: 0.91)
        #expect(doubted == test)
        test.trust(from: 0.9)
        #expect(test.verdict == .better && test.live == 0)
        var worse = PairedTest(alpha: 0.05)
        for _ in 0..<500 { worse.update(with: -0.5) }
        worse.trust(from: -1000)
        #expect(worse.verdict == .worse)
    }

    @Test("What was lost on rows of before a sample can be forgotten, and only that")
    func losses() {
        var rows = Kind.named("softmax").memory(40).rows(of: .recent)
        let all = rows
        rows.forgetLosses(before: 25)
        #expect(rows.losses == (0..<40).map { $0 < 25 ? -1 : 1 })
        #expect(rows.indices == all.indices && rows.features == all.features)
    }

    @Test("What is usual is what was lost before a change")
    func usual() {
        let scale = LossScale(full: 4, isSquared: false)
        let memory = Kind.named("softmax").memory(40)
        #expect(memory.usualLoss(before: 35, scale: scale) == 0.25)
        #expect(memory.usualLoss(before: 29, scale: scale) == nil, "too few")
        #expect(memory.usualLoss(before: 0, scale: scale) == nil, "nothing changed")
    }

    @Test("Few rows are left out once each, of many the newer half")
    func proofParts() {
        for count in [8, 17, 32] {
            #expect(Proof.parts(of: count).flatMap { Array($0) } == Array(0..<count))
            #expect(Proof.parts(of: count).count == 4)
        }
        #expect(Proof.parts(of: 301) == [150..<301])
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
