// SPDX-License-Identifier: Apache-2.0
//
// Experts that rest when rows come faster than all can learn. Time is made up: a row takes what the
// experts say that they cost, times how slow the machine is.

import Experts
import Primitives
import Testing

@Suite("A pool under load")
struct LoadTests {
    /// A quarter of a second on a machine that takes `pace` times what the experts say, while
    /// `rate` rows come each second.
    private static func report(of pool: Pool, rate: Double, pace: Double, waiting: Int) -> Load {
        let span = 0.25
        let row = pool.cost * pace / 1e9
        let learned = min(rate * span, span / row)
        return Load(
            rows: Int(learned),
            busy: .nanoseconds(Int64(learned * row * 1e9)),
            span: .milliseconds(250),
            waiting: waiting
        )
    }

    private static func names(of pool: Pool) -> [String] {
        pool.members.indices.filter { pool.isAwake($0) }.map { pool.members[$0].kind.name }
    }

    @Test("Five times too fast: what rests makes the rest fit", arguments: [0.3, 1.0, 4.0])
    func overloadIsShed(pace: Double) {
        var pool = Pool(PoolSettings(), shape: ExpertShape(width: 8, classes: 2))
        pool.run(Stream.random(200, seed: 1, width: 8, classes: 2))
        let full = pool.cost
        let rate = 5e9 / (full * pace)
        var waiting = 0.0
        for step in 0..<30 {
            let report = Self.report(of: pool, rate: rate, pace: pace, waiting: Int(waiting))
            waiting = max(0, waiting + rate * 0.25 - 0.25 * 1e9 / (pool.cost * pace))
            _ = pool.follow(report)
            if step > 3 { #expect(pool.cost * pace * rate < 1e9) }
        }
        #expect(waiting == 0)
        #expect(pool.isShedding)
        // What costs least for its weight is there.
        #expect(Self.names(of: pool).contains("linear_slow"))
        #expect(!Self.names(of: pool).contains("leveraging_bagging"))
    }

    @Test("With time again, everybody comes back")
    func restIsNotForEver() {
        var pool = Pool(PoolSettings(), shape: ExpertShape(width: 8, classes: 2))
        let all = Self.names(of: pool)
        for _ in 0..<5 {
            _ = pool.follow(Self.report(of: pool, rate: 400_000, pace: 1, waiting: 10_000))
        }
        #expect(Self.names(of: pool).count < all.count)
        for _ in 0..<10 {
            _ = pool.follow(Self.report(of: pool, rate: 1000, pace: 1, waiting: 0))
        }
        #expect(Self.names(of: pool) == all)
        #expect(!pool.isShedding)
    }

    @Test("A pool that has time lets nobody rest, however little it is told")
    func idlePoolsAreWhole() {
        var pool = Pool(PoolSettings(), shape: ExpertShape(width: 8, classes: 2))
        let all = Self.names(of: pool)
        #expect(
            pool.follow(Load(rows: 10, busy: .seconds(1), span: .seconds(1), waiting: 9999)) == nil
        )
        for _ in 0..<100 {
            #expect(
                pool.follow(Self.report(of: pool, rate: 10_000, pace: 1, waiting: 0)) == nil
            )
        }
        #expect(Self.names(of: pool) == all)
    }

    @Test("Those that rest are tried from time to time")
    func sleepersAreTried() {
        var pool = Pool(PoolSettings(), shape: ExpertShape(width: 8, classes: 2))
        var tried: Set<String> = []
        for _ in 0..<1500 {
            let report = Self.report(of: pool, rate: 250_000, pace: 1, waiting: 0)
            if let change = pool.follow(report), change.resting.isEmpty {
                tried.formUnion(change.woken)
            }
        }
        #expect(tried.count >= 3)
        #expect(pool.isShedding)
    }

    @Test("What it knows of the load survives a restart")
    func loadIsPartOfTheState() throws {
        var pool = Pool(PoolSettings(), shape: ExpertShape(width: 8, classes: 2))
        for _ in 0..<5 {
            _ = pool.follow(Self.report(of: pool, rate: 300_000, pace: 1, waiting: 5000))
        }
        var reader = ByteReader(pool.bytes)
        var other = try Pool(from: &reader)
        for _ in 0..<50 {
            let report = Self.report(of: pool, rate: 200_000, pace: 1, waiting: 0)
            #expect(other.follow(report) == pool.follow(report))
        }
        #expect(other.bytes == pool.bytes)
    }
}
