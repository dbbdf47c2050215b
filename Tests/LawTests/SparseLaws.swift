// SPDX-License-Identifier: Apache-2.0
//
// What holds for every model over slots: the laws of every learner, with rows of slots.

import Learning
import Primitives
import Testing

/// One model over slots under test.
struct SparseSubject: Sendable, CustomTestStringConvertible {
    var settings: LearnerSettings
    var testDescription: String

    static let all: [SparseSubject] = {
        var subjects: [SparseSubject] = []
        func add(
            _ name: String,
            _ model: ModelKind,
            _ loss: LossKind,
            _ optimiser: OptimiserSettings,
            factors: Int = 0
        ) {
            for (extra, l1, l2, clip) in [
                ("", Float(0), Float(0), Float?.none), (" l1 l2", 0.01, 0.05, nil),
                (" clip", 0, 0, 0.5),
            ] {
                subjects.append(
                    SparseSubject(
                        settings: LearnerSettings(
                            model: model,
                            loss: loss,
                            optimiser: optimiser,
                            l1: l1,
                            l2: l2,
                            gradientClip: clip,
                            sparse: SparseSettings(bits: 10, factors: factors, seed: 5)
                        ),
                        testDescription: name + extra
                    )
                )
            }
        }
        let ftrl = OptimiserSettings.followTheLeader(rate: 0.1, beta: 1)
        add("linear", .linear, .squared, ftrl)
        add("linear huber", .linear, .huber(delta: 0.5), ftrl)
        add("logistic", .logistic, .logistic, ftrl)
        add("softmax", .softmax, .crossEntropy, ftrl)
        let adaptive = OptimiserSettings.adaGrad(rate: 0.1, epsilon: 1e-6)
        add("machine number", .factorisation, .squared, .sgd(rate: 0.01), factors: 3)
        add("machine classes", .factorisation, .logistic, adaptive, factors: 3)
        return subjects
    }()

    var outputs: Int {
        settings.task == .regression ? 1 : settings.model == .softmax ? 3 : 2
    }

    func learner(slots: Int = 6) -> any Learner {
        makeLearner(settings, width: 2 * slots, outputs: outputs)
    }

    /// Rows of a few of 40 buckets.
    func rows(_ count: Int, seed: UInt64, slots: Int = 6) -> Rows {
        var random = RandomSource(seed: seed)
        var result = Rows()
        result.width = 2 * slots
        for _ in 0..<count {
            let buckets = (0..<1 + random.below(slots)).map { _ in random.below(40) }
            let distinct = buckets.sorted().reduce(into: [Int]()) {
                if $0.last != $1 { $0.append($1) }
            }
            var features: [Float] = []
            var score: Float = 0
            for bucket in distinct {
                features += [Float(bucket), Float(random.below(5)) - 2]
                score += features[features.count - 1] * (bucket % 2 == 0 ? 0.5 : -0.5)
            }
            while features.count < 2 * slots { features.append(0) }
            result.rows.append(
                Rows.Row(
                    features: features,
                    target: score,
                    label: Int32(min(outputs - 1, max(0, Int((score + 1).rounded(.down))))),
                    weight: Float(random.below(3)) / 2 + 0.5,
                    use: random.chance(0.1) ? .holdout : .train
                )
            )
        }
        return result
    }
}

@Suite("Laws of models over slots")
struct SparseLaws {
    @Test(
        "It predicts by other numbers in the places of those that it publishes",
        arguments: SparseSubject.all
    )
    func publishedNumbersAreTaken(subject: SparseSubject) throws {
        var learner = subject.learner()
        learner.learn(subject.rows(40, seed: 1))
        let halved = learner.parameters.tensors.filter { !$0.isIndex }.map { tensor in
            LearnerParameters.Tensor(
                tensor.name,
                shape: tensor.shape,
                tensor.numbers.map { $0 / 2 }
            )
        }
        let taken = learner.takeIfAble(halved)
        #expect(taken)
        let own = learner.parameters.tensors.filter { !$0.isIndex }
        #expect(own == halved)
    }

    @Test("Prediction is pure, copies live alone, and bytes give all", arguments: SparseSubject.all)
    func values(subject: SparseSubject) throws {
        var learner = subject.learner()
        learner.learn(subject.rows(40, seed: 1))
        let copy = learner
        let before = learner.bytes
        let rows = subject.rows(20, seed: 2)
        let predictions = learner.predictions(rows)
        #expect(learner.bytes == before)
        learner.anchor(strength: 0.5)
        var reader = ByteReader(learner.bytes)
        var restored = try LearnerCoding.decode(from: &reader)
        try reader.expectEnd()
        #expect(restored.bytes == learner.bytes)
        let learned = learner.learn(rows)
        #expect(
            Array(learned.prefix(subject.outputs)) == Array(predictions.prefix(subject.outputs))
        )
        #expect(restored.learn(rows) == learned)
        #expect(restored.bytes == learner.bytes && restored.parameters == learner.parameters)
        #expect(copy.bytes == before && learner.bytes != before)
    }

    @Test("Damaged bytes are refused, not trusted", arguments: SparseSubject.all)
    func damage(subject: SparseSubject) {
        var learner = subject.learner()
        learner.learn(subject.rows(10, seed: 1))
        let bytes = learner.bytes
        for length in stride(from: 0, to: bytes.count, by: 7) {
            var reader = ByteReader(Array(bytes.prefix(length)))
            #expect(throws: DecodeError.self) { try LearnerCoding.decode(from: &reader) }
        }
        var random = RandomSource(seed: 9)
        for _ in 0..<200 {
            var damaged = bytes
            damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
            var reader = ByteReader(damaged)
            guard var decoded = try? LearnerCoding.decode(from: &reader) else { continue }
            guard decoded.width == 12, decoded.outputs == subject.outputs else { continue }
            decoded.learn(subject.rows(5, seed: 1))
            #expect(decoded.isFinite)
        }
    }

    @Test("The batches do not matter, nor does the number of slots", arguments: SparseSubject.all)
    func batching(subject: SparseSubject) {
        let rows = subject.rows(61, seed: 4)
        var whole = subject.learner()
        let expected = whole.learn(rows)
        for size in [1, 7, 60] {
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
        var wide = subject.learner()
        wide.grow(width: 20, outputs: subject.outputs)
        var wider = rows
        wider.width = 20
        for index in wider.rows.indices {
            wider.rows[index].features += [Float](repeating: 0, count: 8)
        }
        #expect(wide.learn(wider) == expected)
    }

    @Test("The order of the stream draws no other factors", arguments: SparseSubject.all)
    func onlyTrainingTeaches(subject: SparseSubject) {
        var learner = subject.learner()
        learner.learn(subject.rows(30, seed: 1))
        let before = learner.bytes
        var rows = subject.rows(8, seed: 2)
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
        #expect(learner.learn(rows) == learner.predictions(rows))
        #expect(learner.bytes == before)
    }

    @Test(
        "Anchors pull, and configuring or restarting keeps the weights",
        arguments: SparseSubject.all
    )
    func steering(subject: SparseSubject) {
        var free = subject.learner()
        free.learn(subject.rows(100, seed: 1))
        var anchored = free
        anchored.anchor(strength: 5)
        #expect(anchored.parameters == free.parameters)
        var same = anchored
        same.configure(subject.settings)
        #expect(same.bytes == anchored.bytes)
        var restarted = free
        restarted.restartMoments()
        #expect(restarted.parameters == free.parameters)
        let once = restarted.bytes
        restarted.restartMoments()
        #expect(restarted.bytes == once)
        let start = free
        var tail = subject.rows(60, seed: 2)
        for index in tail.rows.indices {
            tail.rows[index].target *= -3
            tail.rows[index].label = Int32(subject.outputs - 1) - tail.rows[index].label
        }
        for _ in 0..<10 {
            free.learn(tail)
            anchored.learn(tail)
        }
        let probe = subject.rows(60, seed: 3)
        func distance(_ learner: any Learner) -> Float {
            zip(learner.predictions(probe), start.predictions(probe))
                .reduce(0) { $0 + abs($1.0 - $1.1) }
        }
        #expect(distance(anchored) < distance(free))
    }

    @Test("Extreme finite input never makes anything else", arguments: SparseSubject.all)
    func extremes(subject: SparseSubject) {
        var random = RandomSource(seed: 5)
        let extremes: [Float] = [
            1e38, -1e38, .greatestFiniteMagnitude, 0, 1, .leastNonzeroMagnitude, 1e-38, 1e19, -1e19,
        ]
        var rows = subject.rows(120, seed: 1)
        for index in rows.rows.indices {
            for slot in 0..<6 {
                rows.rows[index].features[2 * slot + 1] = extremes[random.below(extremes.count)]
            }
            // A bucket that there is not, as in damaged memory.
            rows.rows[index].features[10] = extremes[random.below(extremes.count)]
            rows.rows[index].target = extremes[random.below(extremes.count)]
            rows.rows[index].weight = abs(extremes[random.below(extremes.count)])
        }
        var learner = subject.learner()
        learner.anchor(strength: 1e30)
        for start in stride(from: 0, to: 120, by: 40) {
            var block = rows.block(start..<start + 40)
            learner.testThenTrain(&block)
            #expect(block.predictions.allSatisfy { $0.isFinite })
            #expect(learner.isFinite)
        }
        let sane = learner.learn(subject.rows(20, seed: 2))
        #expect(sane.allSatisfy { $0.isFinite })
    }

    @Test("A third class keeps the odds of the first two, and learns")
    func thirdClass() throws {
        let settings = LearnerSettings(
            model: .logistic,
            loss: .logistic,
            optimiser: .followTheLeader(rate: 0.1, beta: 1),
            sparse: SparseSettings(bits: 10)
        )
        let subject = SparseSubject(settings: settings, testDescription: "")
        var learner = subject.learner()
        learner.learn(subject.rows(50, seed: 1))
        let rows = subject.rows(10, seed: 2)
        let old = learner.predictions(rows)
        learner.grow(width: 12, outputs: 4)
        #expect(learner.parameters.kind == "softmax" && learner.outputs == 4)
        let new = learner.predictions(rows)
        for row in 0..<10 {
            let before = old[row * 2] / old[row * 2 + 1]
            let after = new[row * 4] / new[row * 4 + 1]
            #expect(abs(before - after) <= 1e-4 * abs(before))
        }
        var more = subject.rows(40, seed: 3)
        for index in more.rows.indices { more.rows[index].label = 3 }
        for _ in 0..<5 { learner.learn(more) }
        #expect(learner.predictions(rows)[3] > new[3])
        var reader = ByteReader(learner.bytes)
        #expect(try LearnerCoding.decode(from: &reader).bytes == learner.bytes)
    }
}
