// SPDX-License-Identifier: Apache-2.0
//
// Half-space trees: planted anomalies are found about as well as river finds them, the score is
// deterministic, bounded, and survives growth and damage.

import Learning
import Primitives
import Testing

@Suite struct AnomalyTests {
    /// Knuth's linear congruential generator, as in scripts/golden/anomaly.py.
    private struct Generator {
        var state: UInt64

        mutating func unit() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 31)
        }

        mutating func bell() -> Double {
            var total = 0.0
            for _ in 0..<12 { total += unit() }
            return total - 6
        }
    }

    private func block(_ rows: [[Float]]) -> Block {
        var block = Block()
        block.reset(width: rows.first?.count ?? 0, outputs: 1)
        for row in rows { block.append(raw: row.span) }
        return block
    }

    private func settings(_ trees: Int = 25, _ height: Int = 8) -> AnomalySettings {
        var settings = AnomalySettings()
        settings.isEnabled = true
        settings.trees = trees
        settings.height = height
        return settings
    }

    private func stream(seed: UInt64, rows: Int) -> (rows: [[Float]], planted: [Bool]) {
        var made = Generator(state: seed)
        var stream: (rows: [[Float]], planted: [Bool]) = ([], [])
        for _ in 0..<rows {
            let isPlanted = made.unit() < 0.02
            let centre = made.unit() < 0.5 ? 2.0 : -2.0
            var row: [Float] = []
            for _ in 0..<4 {
                row.append(Float(isPlanted ? made.unit() * 16 - 8 : centre + made.bell()))
            }
            stream.rows.append(row)
            stream.planted.append(isPlanted)
        }
        return stream
    }

    /// The share of pairs of a planted and an ordinary row that are in the right order.
    private func area(_ scores: [Float], _ planted: [Bool]) -> Double {
        let positive = zip(scores, planted).filter { $0.1 }.map { $0.0 }
        let negative = zip(scores, planted).filter { !$0.1 }.map { $0.0 }.sorted()
        var right = 0.0
        for score in positive {
            var (low, high) = (0, negative.count)
            while low < high {
                let middle = (low + high) / 2
                if negative[middle] < score { low = middle + 1 } else { high = middle }
            }
            var equal = 0
            while low + equal < negative.count, negative[low + equal] == score { equal += 1 }
            right += Double(low) + 0.5 * Double(equal)
        }
        return right / Double(positive.count * negative.count)
    }

    /// What river 0.26.1 reaches on the same rows: the output of scripts/golden/anomaly.py.
    @Test(arguments: [(1, 0.9758), (2, 0.9941), (3, 0.9856)] as [(UInt64, Double)])
    func plantedAnomaliesAreFoundAsRiverFindsThem(seed: UInt64, theirs: Double) {
        let stream = stream(seed: seed, rows: 3000)
        var score = AnomalyScore(settings: settings(), width: 4, seed: seed)
        var scores: [Float] = []
        var ranks: [Float] = []
        var judged: [Bool] = []
        for start in stride(from: 0, to: 3000, by: 50) {
            let found = score.scoreThenLearn(
                block(Array(stream.rows[start..<start + 50])),
                except: [],
                isHeld: false
            )
            for (offset, anomaly) in found.enumerated() {
                #expect((anomaly == nil) == (start + offset < 250))
                guard let anomaly else { continue }
                scores.append(anomaly.score)
                ranks.append(anomaly.rank)
                judged.append(stream.planted[start + offset])
            }
        }
        let ours = area(scores, judged)
        #expect(ours > theirs - 0.02, "\(ours), and river \(theirs)")
        #expect(area(ranks, judged) > theirs - 0.03)
        #expect(scores.allSatisfy { (0...1).contains($0) })
        #expect(ranks.allSatisfy { (0...1).contains($0) })
    }

    @Test func batchesDoNotMatterAndBytesComeBack() throws {
        let stream = stream(seed: 9, rows: 400)
        var whole = AnomalyScore(settings: settings(5, 5), width: 4, seed: 3)
        var single = whole
        let first = whole.scoreThenLearn(block(stream.rows), except: [], isHeld: false)
        var second: [Anomaly?] = []
        for row in stream.rows {
            second += single.scoreThenLearn(block([row]), except: [], isHeld: false)
        }
        #expect(first == second)
        var writer = ByteWriter()
        whole.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var again = try AnomalyScore(from: &reader)
        try reader.expectEnd()
        let rows = block(Array(stream.rows[..<50]))
        #expect(
            again.scoreThenLearn(rows, except: [], isHeld: false)
                == single.scoreThenLearn(rows, except: [], isHeld: false)
        )
        for cut in stride(from: 0, to: writer.bytes.count, by: 97) {
            var reader = ByteReader(Array(writer.bytes[..<cut]))
            #expect(throws: DecodeError.self) { try AnomalyScore(from: &reader) }
        }
        var random = RandomSource(seed: 1)
        for _ in 0..<500 {
            var bytes = writer.bytes
            bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            var reader = ByteReader(bytes)
            guard var damaged = try? AnomalyScore(from: &reader) else { continue }
            if damaged.trees.width == 4 {
                _ = damaged.scoreThenLearn(rows, except: [], isHeld: false)
            }
        }
    }

    @Test func whatIsHeldOrPassedOverIsNotCounted() {
        var score = AnomalyScore(settings: settings(3, 3), width: 2, seed: 1)
        let rows = (0..<300).map { [Float($0 % 7), Float($0 % 3)] }
        _ = score.scoreThenLearn(block(rows), except: [], isHeld: true)
        #expect(!score.trees.isReady)
        _ = score.scoreThenLearn(block(rows), except: Array(0..<100), isHeld: false)
        #expect(!score.trees.isReady)
        _ = score.scoreThenLearn(block(rows), except: [], isHeld: false)
        #expect(score.trees.isReady)
        let found = score.scoreThenLearn(block(rows), except: [4], isHeld: true)
        #expect(found[4] == nil && found[5] != nil)
    }

    @Test func missingAndAbsurdValuesAreScored() {
        var score = AnomalyScore(settings: settings(5, 5), width: 2, seed: 1)
        var made = Generator(state: 4)
        for _ in 0..<6 {
            let rows = (0..<100).map { _ in [Float(made.bell()), Float(made.bell())] }
            _ = score.scoreThenLearn(block(rows), except: [], isHeld: false)
        }
        let found = score.scoreThenLearn(
            block([[0, 0], [.nan, .nan], [1e38, -1e38], [30, 30]]),
            except: [],
            isHeld: false
        )
        #expect(found.allSatisfy { $0?.score.isFinite == true })
        let ranks = found.map { $0?.rank ?? -1 }
        #expect(ranks[0] < 0.9 && ranks[2] > 0.95 && ranks[3] > 0.95)
    }

    @Test func moreColumnsDrawTheTreesAnew() {
        var score = AnomalyScore(settings: settings(3, 3), width: 1, seed: 1)
        _ = score.scoreThenLearn(
            block((0..<260).map { [Float($0 % 9)] }),
            except: [],
            isHeld: false
        )
        #expect(score.trees.isReady)
        score.grow(width: 3)
        #expect(!score.trees.isReady && score.trees.width == 3)
        score.grow(width: 2)
        #expect(score.trees.width == 2)
        var none = AnomalyScore(settings: settings(3, 3), width: 0, seed: 1)
        #expect(none.scoreThenLearn(block([[], []]), except: [], isHeld: false) == [nil, nil])
    }
}
