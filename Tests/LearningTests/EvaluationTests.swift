// SPDX-License-Identifier: Apache-2.0
//
// Measures against closed forms and results worked out by hand.

import Kernels
import Learning
import Primitives
import Testing

@Suite("Evaluation")
struct EvaluationTests {
    /// A block of labels and of the probability of each class.
    private func classes(_ rows: [(label: Int32, probabilities: [Float])]) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: rows[0].probabilities.count)
        let nothing: [Float] = []
        for row in rows {
            block.append(raw: nothing.span, class: row.label)
            block.predictions += row.probabilities
        }
        return block
    }

    private func numbers(_ rows: [(target: Float, prediction: Float)]) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: 1)
        let nothing: [Float] = []
        for row in rows {
            block.append(raw: nothing.span, target: row.target)
            block.predictions.append(row.prediction)
        }
        return block
    }

    private func near(_ value: JSONValue?, _ expected: Double) -> Bool {
        guard let number = value?.double else { return false }
        return abs(number - expected) < 1e-6
    }

    @Test("Two classes by hand")
    func twoClasses() {
        var block = classes([
            (0, [0.8, 0.2]), (1, [0.6, 0.4]), (1, [0.1, 0.9]), (1, [0.5, 0.5]), (0, [0.3, 0.7]),
        ])
        var evaluation = Evaluation(task: .classes)
        evaluation.record(&block)
        let json = evaluation.json
        #expect(json["count"] == 5 && evaluation.count == 5)
        // Right: rows 0 and 2. Row 3 is a tie, which goes to the first class.
        #expect(near(json["accuracy"], 0.4) && evaluation.accuracy == 0.4)
        let losses = [0.8, 0.4, 0.9, 0.5, 0.3].map { -Scalar.log($0) }
        let meanLoss: Double = losses.reduce(0, +) / 5
        #expect(near(json["log_loss"], meanLoss))
        #expect(near(json["loss"], meanLoss))
        for (row, loss) in losses.enumerated() {
            #expect(abs(Double(block.losses[row]) - loss) < 1e-6)
        }
        // Predicted 3 and 2, true 2 and 3: chance is 12 / 25.
        #expect(near(json["kappa"], (0.4 - 0.48) / (1 - 0.48)))
        // No-change: unknown, wrong, right, right, wrong.
        #expect(near(json["baselines"]?["no_change"], 0.4))
        #expect(near(json["kappa_no_change"], 0))
        // Majority: unknown, then 0 (wrong), 0 of a tie (wrong), 1 (right), 1 (wrong).
        #expect(near(json["baselines"]?["majority"], 0.2))
        // Scores of the positives .4 .9 .5, of the negatives .2 .7: wins 1 + 2 + 1 of 6.
        #expect(near(json["auc"], 4.0 / 6))
    }

    @Test("A perfect and a constant predictor")
    func extremes() {
        var perfect = classes(
            (0..<100).map { row in
                (Int32(row % 2), row % 2 == 0 ? [1, 0] : [0, 1])
            }
        )
        var evaluation = Evaluation(task: .classes)
        evaluation.record(&perfect)
        #expect(near(evaluation.json["accuracy"], 1))
        #expect(near(evaluation.json["kappa"], 1))
        #expect(near(evaluation.json["kappa_no_change"], 1))
        #expect(near(evaluation.json["auc"], 1))
        #expect(near(evaluation.json["log_loss"], 0))
        var constant = classes((0..<100).map { row in (Int32(row % 2), [0, 1]) })
        evaluation = Evaluation(task: .classes)
        evaluation.record(&constant)
        #expect(near(evaluation.json["kappa"], 0))
        #expect(near(evaluation.json["auc"], 0.5))
        // A sure mistake costs -log 1e-7.
        #expect(near(evaluation.json["log_loss"], -Scalar.log(1e-7) / 2))
    }

    @Test("The window slides; what came before is forgotten")
    func window() {
        var evaluation = Evaluation(task: .classes, window: 10)
        var wrong = classes((0..<37).map { _ in (1, [0.9, 0.1]) })
        evaluation.record(&wrong)
        #expect(near(evaluation.json["accuracy_recent"], 0) && evaluation.accuracyRecent == 0)
        var right = classes((0..<7).map { _ in (0, [0.9, 0.1]) })
        evaluation.record(&right)
        #expect(near(evaluation.json["accuracy_recent"], 0.7))
        let expected = -(7 * Scalar.log(0.9) + 3 * Scalar.log(0.1)) / 10
        #expect(abs(evaluation.lossRecent - expected) < 1e-6)
        evaluation.record(&right)
        #expect(near(evaluation.json["accuracy_recent"], 1))
        #expect(near(evaluation.json["accuracy"], 14.0 / 51))
        // The area is that of the window, in which only one class is left.
        #expect(evaluation.json["auc"] == .null)
    }

    @Test("Classes may grow at any time")
    func growth() {
        var evaluation = Evaluation(task: .classes)
        var one = classes([(0, [1]), (1, [1]), (0, [1])])
        evaluation.record(&one)
        var two = classes([(1, [0.2, 0.8]), (0, [0.9, 0.1])])
        evaluation.record(&two)
        #expect(evaluation.json["auc"]?.double != nil)
        var four = classes([(3, [0.1, 0.1, 0.1, 0.7]), (2, [0.1, 0.1, 0.1, 0.7])])
        evaluation.record(&four)
        #expect(near(evaluation.json["accuracy"], 5.0 / 7))
        // The window began anew with four classes: of two rows alike, every area is a half.
        #expect(near(evaluation.json["auc"], 0.5))
        // Predicted 4 1 0 2, true 3 2 1 1 of 7.
        let chance = 16.0 / 49
        #expect(near(evaluation.json["kappa"], (35.0 / 49 - chance) / (1 - chance)))
        #expect(one.losses[1] > 16)
    }

    @Test("Only labelled rows that are not merely scored count")
    func uses() {
        var block = classes([(0, [1, 0]), (0, [1, 0]), (0, [1, 0]), (-1, [1, 0])])
        block.uses = [.train, .holdout, .scored, .train]
        block.weights = [1, 0, 1, 1]
        var evaluation = Evaluation(task: .classes)
        evaluation.record(&block)
        #expect(evaluation.count == 2)
        #expect(block.errors == [0, 0, 0, 0])
        #expect(!block.losses[0].isNaN && !block.losses[1].isNaN)
        #expect(block.losses[2].isNaN && block.losses[3].isNaN)
    }

    @Test("Numbers by hand")
    func regression() {
        var block = numbers([(1, 0), (3, 1), (2, 2), (6, 4)])
        var evaluation = Evaluation(task: .regression, window: 2)
        evaluation.record(&block)
        let json = evaluation.json
        #expect(block.losses == [1, 4, 0, 4])
        #expect(near(json["mae"], 5.0 / 4) && near(json["mae_recent"], 1))
        #expect(near(json["rmse"], (9.0 / 4).squareRoot()) && near(json["loss"], 9.0 / 4))
        #expect(near(json["loss_recent"], 2) && abs(evaluation.lossRecent - 2) < 1e-9)
        // The mean is 3: squared distances 4, 0, 1, 9.
        #expect(near(json["r2"], 1 - 9.0 / 14))
        // Running means 1, 2, 2 against 3, 2, 6; last values 1, 3, 2.
        #expect(near(json["baselines"]?["running_mean"]?["mae"], 6.0 / 3))
        #expect(near(json["baselines"]?["running_mean"]?["rmse"], (20.0 / 3).squareRoot()))
        #expect(near(json["baselines"]?["last_value"]?["mae"], 7.0 / 3))
        #expect(near(json["baselines"]?["last_value"]?["rmse"], (21.0 / 3).squareRoot()))
    }

    @Test("Nothing yet is null, not zero")
    func empty() {
        for task in Task.allCases {
            let evaluation = Evaluation(task: task)
            #expect(evaluation.count == 0 && evaluation.lossRecent.isNaN)
            #expect(evaluation.json["count"] == 0)
            for name in ["accuracy", "kappa", "mae", "rmse"] {
                if let value = evaluation.json[name]?.double { #expect(value.isNaN) }
            }
        }
        var one = numbers([(5, 5)])
        var evaluation = Evaluation(task: .regression)
        evaluation.record(&one)
        #expect(evaluation.json["r2"] == .null)
    }

    @Test("Bytes give the measures back, with the same future", arguments: Task.allCases)
    func coding(task: Task) throws {
        var random = RandomSource(seed: 8)
        var evaluation = Evaluation(task: task, window: 13)
        for round in 0..<7 {
            var block =
                task == .classes
                ? classes(
                    (0..<9).map { _ in
                        let p = Float(random.unit())
                        return (Int32(random.below(2)), [1 - p, p])
                    }
                )
                : numbers((0..<9).map { _ in (Float(random.normal()), Float(random.normal())) })
            if task == .unlabelled {
                block.outputs = 2
                block.predictions += block.predictions
            }
            var writer = ByteWriter()
            evaluation.encode(into: &writer)
            var reader = ByteReader(writer.bytes)
            var restored = try Evaluation(from: &reader)
            try reader.expectEnd()
            evaluation.record(&block)
            restored.record(&block)
            #expect(restored.json == evaluation.json, "round \(round)")
            for length in stride(from: 0, to: writer.bytes.count, by: 11) {
                var cut = ByteReader(Array(writer.bytes.prefix(length)))
                #expect(throws: DecodeError.self) { try Evaluation(from: &cut) }
            }
        }
    }

    @Test("The batches do not matter, nor what was counted elsewhere", arguments: [1, 2, 3])
    func batches(outputs: Int) {
        var random = RandomSource(seed: 4)
        let rows = (0..<200).map { row -> (label: Int32, probabilities: [Float]) in
            let label = Int32(random.below(row < 20 ? 1 : outputs + row / 150)) - Int32(row % 9 / 8)
            return (label, (0..<outputs).map { _ in Float(random.unit()) })
        }
        func bytes(_ size: Int) -> ([UInt8], [Float], [UInt8]) {
            var evaluation = Evaluation(task: .classes, window: 13)
            var losses: [Float] = []
            var errors: [UInt8] = []
            for start in stride(from: 0, to: rows.count, by: size) {
                var block = classes(Array(rows[start..<min(start + size, rows.count)]))
                block.computeLosses(task: .classes)
                let before = block
                evaluation.record(&block)
                #expect(before.errors == block.errors)
                for row in 0..<block.rows where block.classes[row] >= 0 {
                    #expect(before.losses[row] == block.losses[row])
                    #expect(block.isError(row: row, outputs: outputs) == (block.errors[row] == 1))
                }
                losses += block.losses.map { $0.isNaN ? -1 : $0 }
                errors += block.errors
            }
            var writer = ByteWriter()
            evaluation.encode(into: &writer)
            return (writer.bytes, losses, errors)
        }
        let one = bytes(1)
        for size in [7, 64, 200] {
            #expect(bytes(size) == one)
        }
    }

    @Test("The sliding sum does not wander")
    func slidingMean() {
        var mean = SlidingMean(size: 100)
        var random = RandomSource(seed: 1)
        var last: [Float] = []
        for index in 0..<50_000 {
            let value = Float(random.normal()) * (index % 1000 == 0 ? 1e6 : 1)
            last.append(value)
            if last.count > 100 { last.removeFirst() }
            mean.add(value)
        }
        let exact = last.reduce(0) { $0 + Double($1) } / 100
        #expect(abs(mean.mean - exact) < 1e-9)
    }
}
