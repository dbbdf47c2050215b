// SPDX-License-Identifier: Apache-2.0
//
// What holds for every learner, whatever its settings.

import Learning
import Primitives
import Testing

@Suite("Laws of every learner")
struct LearnerLaws {
    @Test(
        "Prediction changes nothing, and is what test-then-train predicts first",
        arguments: Subject.all
    )
    func predictionIsPure(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(50, seed: 1, classes: subject.outputs))
        let before = learner.bytes
        let rows = Rows.random(20, seed: 2, classes: subject.outputs)
        let predictions = learner.predictions(rows)
        #expect(learner.bytes == before)
        #expect(predictions.count == 20 * subject.outputs)
        let learned = learner.learn(rows)
        #expect(
            Array(learned.prefix(subject.outputs)) == Array(predictions.prefix(subject.outputs))
        )
        #expect(learner.bytes != before)
    }

    @Test(
        "It predicts by other numbers in the places of those that it publishes",
        arguments: Subject.all
    )
    func publishedNumbersAreTaken(subject: Subject) throws {
        var learner = subject.learner()
        learner.learn(Rows.random(40, seed: 1, classes: subject.outputs))
        var other = learner
        other.learn(Rows.random(5, seed: 2, classes: subject.outputs))
        let published = other.parameters.tensors.filter {
            other.roomIfAble(of: $0) == .weights || $0.name.hasSuffix("bias")
        }
        #expect(published.contains { other.roomIfAble(of: $0) == .weights })
        guard learner.parameters.tensors.map(\.shape) == other.parameters.tensors.map(\.shape)
        else {
            return
        }
        let taken = learner.takeIfAble(published)
        #expect(taken)
        for tensor in published {
            let own = learner.parameters.tensors.first { $0.name == tensor.name }
            #expect(own == tensor)
        }
        #expect(learner.isFinite)
    }

    @Test(
        "What is pruned stays 0 while it learns, and learns again when it may",
        arguments: Subject.all
    )
    func prunedStaysPruned(subject: Subject) throws {
        var learner = subject.learner()
        learner.learn(Rows.random(40, seed: 1, classes: subject.outputs))
        let matrices = learner.parameters.tensors.filter { $0.shape.count > 1 }
        guard learner.pruneIfAble(share: 0.5) else { return }
        let zeros = learner.parameters.tensors.map { tensor in
            tensor.numbers.indices.filter { tensor.shape.count > 1 && tensor.numbers[$0] == 0 }
        }
        let expected =
            subject.settings.model == .network
            ? matrices.reduce(0) { $0 + $1.numbers.count / 2 }
            : matrices[0].numbers.count / 2
        #expect(learner.prunedCount == expected)
        learner.learn(Rows.random(40, seed: 2, classes: subject.outputs))
        // The first norm may have set others to 0, too, which may come back.
        let isExact = zeros.reduce(0) { $0 + $1.count } == expected
        for (tensor, places) in zip(learner.parameters.tensors, zeros) where isExact {
            #expect(places.allSatisfy { tensor.numbers[$0] == 0 }, "\(tensor.name)")
        }
        var reader = ByteReader(learner.bytes)
        var restored = try LearnerCoding.decode(from: &reader)
        #expect(restored.bytes == learner.bytes)
        #expect(restored.prunedCount == expected)
        restored.grow(width: learner.width + 1, outputs: learner.outputs)
        #expect(restored.prunedCount == expected, "what is new is not pruned")
        #expect(restored.isFinite)
        let released = learner.pruneIfAble(share: 0)
        #expect(released && learner.prunedCount == 0)
    }

    @Test("A copy evolves alone", arguments: Subject.all)
    func copiesAreValues(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        let copy = learner
        let before = copy.bytes
        learner.learn(Rows.random(30, seed: 2, classes: subject.outputs))
        #expect(copy.bytes == before)
        #expect(learner.bytes != before)
    }

    @Test("Bytes give the learner back, with the same future", arguments: Subject.all)
    func codingKeepsEverything(subject: Subject) throws {
        var learner = subject.learner()
        learner.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        learner.anchor(strength: 0.5)
        learner.learn(Rows.random(30, seed: 2, classes: subject.outputs))
        var reader = ByteReader(learner.bytes)
        var restored = try LearnerCoding.decode(from: &reader)
        try reader.expectEnd()
        #expect(restored.bytes == learner.bytes)
        #expect(restored.parameters == learner.parameters)
        let tail = Rows.random(30, seed: 3, classes: subject.outputs)
        #expect(restored.learn(tail) == learner.learn(tail))
        #expect(restored.bytes == learner.bytes)
    }

    @Test("Damaged bytes are refused, not trusted", arguments: Subject.plain)
    func damageIsRefused(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(10, seed: 1, classes: subject.outputs))
        let bytes = learner.bytes
        for length in stride(from: 0, to: bytes.count, by: 3) {
            var reader = ByteReader(Array(bytes.prefix(length)))
            #expect(throws: DecodeError.self) { try LearnerCoding.decode(from: &reader) }
        }
        var random = RandomSource(seed: 9)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
            var reader = ByteReader(damaged)
            guard var decoded = try? LearnerCoding.decode(from: &reader) else { continue }
            // What is accepted must be usable.
            guard decoded.width == 7, decoded.outputs == subject.outputs else { continue }
            decoded.learn(Rows.random(5, seed: 1, classes: subject.outputs))
            #expect(decoded.isFinite)
        }
    }

    @Test("Rows that are not for training change nothing", arguments: Subject.all)
    func onlyTrainingRowsTeach(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        let before = learner.bytes
        var rows = Rows.random(9, seed: 2, classes: subject.outputs)
        for index in rows.rows.indices {
            switch index % 4 {
            case 0: rows.rows[index].use = .holdout
            case 1: rows.rows[index].use = .scored
            case 2:
                rows.rows[index].target = .nan
                rows.rows[index].label = -1
            default: rows.rows[index].weight = 0
            }
        }
        let predictions = learner.predictions(rows)
        #expect(learner.learn(rows) == predictions)
        #expect(learner.bytes == before)
    }

    @Test("In sequential mode the batches do not matter", arguments: Subject.sequential)
    func batchingIsIrrelevant(subject: Subject) {
        let rows = Rows.random(61, seed: 4, classes: subject.outputs)
        var whole = subject.learner()
        whole.anchor(strength: 0)
        let expected = whole.learn(rows)
        for size in [1, 2, 7, 60] {
            var learner = subject.learner()
            var predictions: [Float] = []
            for start in stride(from: 0, to: 61, by: size) {
                var block = rows.block(start..<min(61, start + size))
                learner.testThenTrain(&block)
                predictions += block.predictions
            }
            #expect(predictions == expected)
            #expect(learner.bytes == whole.bytes)
        }
    }

    @Test(
        "A mean-gradient block is predicted from its start",
        arguments: Subject.all.filter { $0.settings.mode == .meanGradient }
    )
    func meanModePredictsFirst(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(30, seed: 1, classes: subject.outputs))
        let rows = Rows.random(30, seed: 2, classes: subject.outputs)
        let expected = learner.predictions(rows)
        #expect(learner.learn(rows) == expected)
    }

    // A network's weights are drawn column by column, so that no two columns begin alike.
    @Test("The order of the columns is irrelevant, but for rounding", arguments: Subject.linear)
    func columnOrderIsIrrelevant(subject: Subject) {
        var learner = subject.learner()
        var turned = learner
        let rows = Rows.random(60, seed: 1, classes: subject.outputs)
        var other = rows
        for index in other.rows.indices { other.rows[index].features.reverse() }
        for (left, right) in zip(learner.learn(rows), turned.learn(other)) {
            #expect(abs(left - right) <= 1e-4)
        }
        let weights = Array(learner.parameters.weights.prefix(7))
        for (left, right) in zip(
            weights,
            turned.parameters.weights.prefix(7).reversed()
        ) {
            #expect(abs(left - right) <= 1e-4)
        }
    }

    @Test("An anchor keeps the parameters nearer to where they were", arguments: Subject.plain)
    func anchorsPull(subject: Subject) {
        var free = subject.learner()
        free.learn(Rows.random(100, seed: 1, classes: subject.outputs))
        let start = free.parameters
        var anchored = free
        anchored.anchor(strength: 5)
        #expect(anchored.parameters == start)
        var tail = Rows.random(100, seed: 2, classes: subject.outputs)
        for index in tail.rows.indices {
            tail.rows[index].target *= -3
            tail.rows[index].label = Int32(subject.outputs - 1) - tail.rows[index].label
        }
        var released = anchored
        released.anchor(strength: 0)
        for _ in 0..<40 {
            free.learn(tail)
            anchored.learn(tail)
            released.learn(tail)
        }
        #expect(released.bytes == free.bytes)
        #expect(distance(anchored.parameters, start) < 0.9 * distance(free.parameters, start))
    }

    @Test("Configuring what is there already changes nothing", arguments: Subject.all)
    func configuringIsIdempotent(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(50, seed: 1, classes: subject.outputs))
        learner.anchor(strength: 0.5)
        var untouched = learner
        learner.configure(subject.settings)
        #expect(learner.bytes == untouched.bytes)
        learner.learn(Rows.random(50, seed: 2, classes: subject.outputs))
        untouched.learn(Rows.random(50, seed: 2, classes: subject.outputs))
        #expect(learner.bytes == untouched.bytes)
    }

    @Test("Restarted moments leave the parameters, and forget the past", arguments: Subject.all)
    func momentsRestart(subject: Subject) {
        var learner = subject.learner()
        learner.learn(Rows.random(100, seed: 1, classes: subject.outputs))
        let parameters = learner.parameters
        learner.restartMoments()
        #expect(learner.parameters == parameters)
        let once = learner.bytes
        learner.restartMoments()
        #expect(learner.bytes == once)
    }

    @Test("Extreme finite input never makes anything else", arguments: Subject.all)
    func extremesStayFinite(subject: Subject) {
        var random = RandomSource(seed: 5)
        let extremes: [Float] = [
            1e38, -1e38, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 1,
            .leastNonzeroMagnitude, 1e-38, 1e19, -1e19,
        ]
        var rows = Rows.random(200, seed: 1, classes: subject.outputs)
        for index in rows.rows.indices {
            for column in 0..<7 {
                rows.rows[index].features[column] = extremes[random.below(extremes.count)]
            }
            rows.rows[index].target = extremes[random.below(extremes.count)]
            rows.rows[index].weight = abs(extremes[random.below(extremes.count)])
        }
        var learner = subject.learner()
        learner.anchor(strength: 1e30)
        for start in stride(from: 0, to: 200, by: 40) {
            var block = rows.block(start..<start + 40)
            learner.testThenTrain(&block)
            #expect(block.predictions.allSatisfy { $0.isFinite })
            #expect(learner.isFinite)
            var evaluation = Evaluation(subject.settings.yardstick)
            evaluation.record(&block)
            #expect(block.losses.allSatisfy { $0.isFinite })
            #expect(evaluation.loss.isFinite)
        }
        // And sane rows still work afterwards.
        let sane = learner.learn(Rows.random(50, seed: 2, classes: subject.outputs))
        #expect(sane.allSatisfy { $0.isFinite } && learner.isFinite)
    }

    private func distance(_ left: LearnerParameters, _ right: LearnerParameters) -> Float {
        let pairs = zip(left.numbers, right.numbers)
        var sum: Float = 0
        for (first, second) in pairs { sum += (first - second) * (first - second) }
        return sum.squareRoot()
    }
}
