// SPDX-License-Identifier: Apache-2.0
//
// What probabilities and intervals are worth, and what baselines of then say, by hand.

import Kernels
import Learning
import Primitives
import Testing

@Suite("Calibration")
struct CalibrationTests {
    private func classes(_ rows: [(label: Int32, probabilities: [Float])]) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: rows[0].probabilities.count)
        for row in rows {
            block.append(raw: [Float]().span, class: row.label)
            block.predictions += row.probabilities
        }
        return block
    }

    private func numbers(_ rows: [(target: Float, prediction: Float)]) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: 1)
        for row in rows {
            block.append(raw: [Float]().span, target: row.target)
            block.predictions.append(row.prediction)
        }
        return block
    }

    private func measures(_ block: Block, window: Int = 1000) -> JSONValue {
        var block = block
        var evaluation = Evaluation(
            task: block.outputs > 1 ? .classes : .regression,
            window: window
        )
        evaluation.record(&block)
        return evaluation.json
    }

    private func near(_ value: JSONValue?, _ expected: Double) -> Bool {
        guard let number = value?.double else { return false }
        return abs(number - expected) < 1e-6
    }

    @Test("Brier score and calibration error of two classes by hand")
    func pairs() {
        let json = measures(
            classes([
                (0, [0.8, 0.2]), (1, [0.6, 0.4]), (1, [0.1, 0.9]), (1, [0.5, 0.5]),
                (0, [0.35, 0.65]), (1, [0.38, 0.62]),
            ])
        )
        let squares = [0.2, 0.6, 0.1, 0.5, 0.65, 0.38].map { 2 * $0 * $0 }
        #expect(near(json["brier"], squares.reduce(0, +) / 6))
        let table = json["reliability"]
        let counts = [0, 0, 0, 0, 0, 1, 3, 0, 1, 1]
        #expect(table?["count"]?.items.map { $0.integer } == counts.map { Int64($0) })
        #expect(table?["confidence"]?.items[0] == .null)
        // A tie goes to the first class, which was wrong.
        #expect(near(table?["hit_rate"]?.items[5], 0))
        #expect(near(table?["confidence"]?.items[6], (0.6 + 0.65 + 0.62) / 3))
        #expect(near(table?["hit_rate"]?.items[6], 1.0 / 3))
        #expect(near(table?["confidence"]?.items[8], 0.8))
        #expect(near(table?["hit_rate"]?.items[9], 1))
        let gaps = [0.5, abs(0.6 + 0.65 + 0.62 - 1), 0.2, 0.1]
        #expect(near(json["ece"], gaps.reduce(0, +) / 6))
    }

    @Test("Sure predictions: 0 when right, 2 when wrong, whatever the classes")
    func sure() {
        let right = measures(
            classes((0..<30).map { ($0 % 3, (0..<3).map { k in k == 0 ? 1 : 0 }) })
        )
        // A third of them is right.
        #expect(near(right["brier"], 2 * 2.0 / 3))
        #expect(near(right["ece"], 2.0 / 3))
        #expect(right["reliability"]?["count"]?.items[9].integer == 30)
        let beyond = measures(classes([(4, [0.5, 0.5])]))
        #expect(near(beyond["brier"], 1.5))
    }

    @Test("A calibrated stream has next to no calibration error")
    func calibrated() throws {
        var random = RandomSource(seed: 3)
        let rows = (0..<4000).map { _ -> (Int32, [Float]) in
            let p = Float(random.unit())
            return (random.chance(Double(p)) ? 1 : 0, [1 - p, p])
        }
        let json = measures(classes(rows))
        #expect(try #require(json["ece"]?.double) < 0.03)
        // Of uniform p the expected score is the mean of 2 p (1 - p).
        #expect(abs(try #require(json["brier"]?.double) - 1.0 / 3) < 0.02)
    }

    @Test("The area of three classes is the mean of each against the rest")
    func macroArea() {
        let rows: [(Int32, [Float])] = [
            (0, [0.7, 0.2, 0.1]), (1, [0.4, 0.3, 0.3]), (2, [0.5, 0.1, 0.4]), (0, [0.3, 0.3, 0.4]),
        ]
        // 0: .7 .3 against .4 .5, 2 of 4; 1: .3 against .2 .1 .3, 2.5 of 3; 2: .4 against
        // .1 .3 .4, 2.5 of 3.
        #expect(near(measures(classes(rows))["auc"], (0.5 + 2.5 / 3 + 2.5 / 3) / 3))
        // A window of the last two rows: 0 and 2 only; .3 against .5, .4 against .4.
        #expect(near(measures(classes(rows), window: 2)["auc"], (0 + 0.5) / 2))
        let two = rows.map { ($0.0 == 0 ? Int32(0) : 1, [$0.1[0], $0.1[1] + $0.1[2]]) }
        // The same areas, whichever of two classes is asked about.
        #expect(near(measures(classes(two))["auc"], 0.5))
        let many = (0..<40).map { (Int32($0), [Float](repeating: 0.025, count: 40)) }
        #expect(measures(classes(many))["auc"] == .null)
    }

    @Test("Intervals: the labels that they hold, and their width")
    func intervals() {
        var block = numbers([(1, 0), (3, 1), (2, 2), (6, 4), (0, 0)])
        #expect(measures(block)["interval"] == nil)
        block.lows = [0, 0, 2, .nan, -1]
        block.highs = [1, 2, 5, .nan, .infinity]
        let interval = measures(block)["interval"]
        #expect(interval?["count"] == 3)
        #expect(near(interval?["coverage"], 2.0 / 3))
        #expect(near(interval?["width"], 2))
        #expect(block.interval(of: 1) == (0, 2) && block.interval(of: 3).low.isNaN)
        #expect(block.interval(of: 4).high.isNaN)
    }

    @Test("Baselines say what they have to say of rows that wait, and are judged by it")
    func classesOfThen() {
        var block = classes([(0, [1, 0]), (1, [1, 0]), (1, [1, 0]), (1, [1, 0])])
        block.uses[2] = .scored
        block.prepareBaselines()
        block.baselines[3].isPast = true
        block.baselines[3].usual = 1
        block.baselines[3].last = 0
        var evaluation = Evaluation(task: .classes)
        evaluation.record(&block)
        // Before the third row: 0 and 1 once each, 0 first, and the last was 1.
        #expect(block.baselines[2].usual == 0 && block.baselines[2].last == 1)
        // Now the baselines would say 0 and 1; then they said 1 and 0, and it is 1.
        let baselines = evaluation.json["baselines"]
        #expect(near(baselines?["majority"], 1.0 / 3))
        #expect(near(baselines?["no_change"], 0))
        // What came later goes by what is known now.
        var next = classes([(1, [1, 0])])
        evaluation.record(&next)
        #expect(near(evaluation.json["baselines"]?["no_change"], 1.0 / 4))
        #expect(near(evaluation.json["baselines"]?["majority"], 2.0 / 4))
    }

    @Test("The same of numbers; nothing was known before the first")
    func numbersOfThen() {
        var block = numbers([(1, 0), (3, 0), (8, 0), (8, 0), (5, 0)])
        block.uses[2] = .scored
        block.prepareBaselines()
        for row in 3..<5 { block.baselines[row].isPast = true }
        block.baselines[3].usual = 1
        block.baselines[3].last = 1
        var evaluation = Evaluation(task: .regression)
        evaluation.record(&block)
        #expect(block.baselines[2].usual == 2 && block.baselines[2].last == 3)
        let baselines = evaluation.json["baselines"]
        // The first row and the last one were told without any knowledge: |1 - 3| and |1 - 8|.
        #expect(near(baselines?["running_mean"]?["mae"], (2.0 + 7) / 2))
        #expect(near(baselines?["last_value"]?["mae"], (2.0 + 7) / 2))
    }

    @Test("Damaged bytes are refused")
    func damage() throws {
        var evaluation = Evaluation(task: .classes, window: 3)
        var block = classes((0..<8).map { (Int32($0 % 3), [0.3, 0.3, 0.4]) })
        evaluation.record(&block)
        var writer = ByteWriter()
        evaluation.encode(into: &writer)
        let bytes = writer.bytes
        for place in bytes.indices {
            for flipped in [bytes[place] ^ 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] = flipped
                var reader = ByteReader(damaged)
                // Whatever is read back must be able to go on.
                guard var other = try? Evaluation(from: &reader), other.task == .classes else {
                    continue
                }
                _ = other.json
                if other.count < 1 << 40 { other.record(&block) }
            }
        }
    }
}
