// SPDX-License-Identifier: Apache-2.0
//
// A refit that was made of rows with the wrong labels: the gate refuses it, and where it can't, the
// mix stops believing it.

import Experts
import Kernels
import Primitives
import Testing

@Suite("A refit of rows whose labels were shuffled")
struct BadRefitTests {
    private static let learned = 3000
    private static let after = 5000

    /// Boxes: what trees see better than lines.
    private static let stream: Stream = {
        var random = RandomSource(seed: 8)
        var stream = Stream(width: 4, classes: 2)
        for _ in 0..<learned + after {
            let row = (0..<4).map { _ in Float(random.unit()) }
            let isIn = (row[0] > 0.4) == (row[1] > 0.6) && row[2] > 0.2
            stream.columns += row
            stream.labels.append(random.chance(0.05) != isIn ? 1 : 0)
            stream.targets.append(.nan)
            stream.weights.append(1)
        }
        return stream
    }()

    /// A pool before the end of its first rows, and its experts made anew from shuffled labels.
    private static func prepare(setsAside: Bool = true) -> (pool: Pool, bad: PoolRefit?) {
        var settings = PoolSettings()
        settings.experts = [
            "linear_slow", "naive_bayes", "arow_quadratic", "mlp", "knn_1000", "hoeffding_tree",
            "forest", "forest_temporal",
        ]
        let shape = ExpertShape(width: 4, classes: 2)
        var pool = Pool(settings, shape: shape)
        var misled = Pool(settings, shape: shape)
        var shuffled = stream
        var random = RandomSource(seed: 3)
        random.shuffle(&shuffled.labels)
        pool.run(stream.part(0..<2000), block: 100, setsAside: setsAside)
        pool.refitNow(seed: 1)
        pool.run(stream.part(2000..<learned), block: 100, setsAside: setsAside)
        misled.run(shuffled.part(0..<learned), block: 100)
        var bad = misled.makeRefit(seed: 2)
        while bad?.isDone == false { bad?.advance() }
        return (pool, bad)
    }

    private static func accuracy(of pool: Pool) -> Double {
        var pool = pool
        let rest = stream.part(learned..<learned + after)
        let said = pool.run(rest, block: 100)
        let hits = (0..<after).filter {
            (said[2 * $0 + 1] > said[2 * $0]) == (rest.labels[$0] == 1)
        }
        return Double(hits.count) / Double(after)
    }

    @Test("The gate refuses it, and nothing is lost")
    func theGateRefuses() throws {
        let (pool, bad) = Self.prepare()
        var gated = pool
        let findings = gated.adopt(try #require(bad))
        #expect(findings.map(\.isAdopted) == [false, false])
        #expect(findings.allSatisfy { $0.loss > $0.oldLoss + 0.1 })
        #expect(Self.accuracy(of: gated) >= Self.accuracy(of: pool) - 0.003)
    }

    @Test("Where the gate has no rows to go by, the mix finds out")
    func theMixFindsOut() throws {
        let (blind, bad) = Self.prepare(setsAside: false)
        var misled = blind
        let findings = misled.adopt(try #require(bad))
        #expect(findings.map(\.isAdopted) == [true, true])
        let forests = misled.names.indices.suffix(2)
        let before = forests.map { misled.mix.weight(of: $0) }.reduce(0, +)
        #expect(before > 0.5)
        let lost = Self.accuracy(of: blind) - Self.accuracy(of: misled)
        misled.run(Self.stream.part(Self.learned..<Self.learned + 500), block: 100)
        let after = forests.map { misled.mix.weight(of: $0) }.reduce(0, +)
        #expect(after < 0.1)
        // The forests are gone until the next refit, which here never comes: what is left is what
        // the others know.
        #expect(lost < 0.05)
    }
}

extension Stream {
    func part(_ range: Range<Int>) -> Stream {
        var part = Stream(width: width, classes: classes)
        part.columns = Array(columns[range.lowerBound * width..<range.upperBound * width])
        part.labels = Array(labels[range])
        part.targets = Array(targets[range])
        part.weights = Array(weights[range])
        return part
    }
}
