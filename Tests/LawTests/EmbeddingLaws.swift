// SPDX-License-Identifier: Apache-2.0
//
// The laws of every learner, as far as they speak of a learner whose rows are texts: columns,
// anchors and mean gradients do not exist for it.

import Learning
import Primitives
import Testing

@Suite("Laws of word vectors")
struct EmbeddingLaws {
    private func learner(_ change: (inout EmbeddingSettings) -> Void = { _ in }) -> any Learner {
        var settings = LearnerSettings(model: .embedding, optimiser: .sgd(rate: 0.1))
        var own = EmbeddingSettings()
        own.dimension = 6
        own.window = 3
        own.vocabularyMax = 16
        own.countMemory = 90
        own.subsample = 0.05
        change(&own)
        settings.embedding = own
        return makeLearner(settings, width: 0, outputs: 2)
    }

    private func texts(_ count: Int, seed: UInt64) -> [String] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in
            (0..<1 + random.below(9))
                .map { _ in "w\(Int(40 * random.unit() * random.unit()))" }
                .joined(separator: " ")
        }
    }

    private func block(_ texts: some Sequence<String>) -> Block {
        var block = Block()
        block.reset(width: 0, outputs: 2)
        for text in texts { block.append(text: text) }
        return block
    }

    @discardableResult
    private func learn(_ learner: inout any Learner, _ texts: some Sequence<String>) -> [UInt32] {
        var block = block(texts)
        learner.testThenTrain(&block)
        return block.predictions.map(\.bitPattern)
    }

    @Test("Prediction changes nothing, and is what test-then-train predicts")
    func predictionIsPure() {
        var learner = learner()
        learn(&learner, texts(40, seed: 1))
        for text in texts(20, seed: 2) {
            let before = learner.bytes
            var predicted = block([text])
            learner.predict(&predicted)
            #expect(learner.bytes == before)
            #expect(learn(&learner, [text]) == predicted.predictions.map(\.bitPattern))
            #expect(learner.bytes != before)
        }
    }

    @Test("Bytes give the learner back, with the same future; a copy evolves alone")
    func codingKeepsEverything() throws {
        var learner = learner()
        learn(&learner, texts(60, seed: 1))
        let copy = learner
        let bytes = learner.bytes
        var reader = ByteReader(bytes)
        var restored = try LearnerCoding.decode(from: &reader)
        try reader.expectEnd()
        #expect(restored.bytes == bytes)
        #expect(restored.parameters == learner.parameters)
        let tail = texts(60, seed: 3)
        #expect(learn(&restored, tail) == learn(&learner, tail))
        #expect(restored.bytes == learner.bytes)
        #expect(copy.bytes == bytes && learner.bytes != bytes)
    }

    @Test("Damaged bytes are refused, not trusted")
    func damageIsRefused() {
        var learner = learner()
        learn(&learner, texts(20, seed: 1))
        let bytes = learner.bytes
        for length in stride(from: 0, to: bytes.count, by: 5) {
            var reader = ByteReader(Array(bytes.prefix(length)))
            #expect(throws: DecodeError.self) { try LearnerCoding.decode(from: &reader) }
        }
        var random = RandomSource(seed: 9)
        var refused = 0
        for _ in 0..<300 {
            var damaged = bytes
            damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
            var reader = ByteReader(damaged)
            guard var decoded = try? LearnerCoding.decode(from: &reader),
                decoded is Embedding
            else {
                refused += 1
                continue
            }
            // What is accepted must be usable.
            learn(&decoded, texts(5, seed: 1))
            #expect(decoded.isFinite)
        }
        #expect(refused > 30)
    }

    @Test("Rows that are not for training change nothing, and are predicted")
    func onlyTrainingRowsTeach() {
        var learner = learner()
        learn(&learner, texts(30, seed: 1))
        let before = learner.bytes
        var rows = block(texts(9, seed: 2))
        for row in 0..<9 {
            switch row % 3 {
            case 0: rows.uses[row] = .holdout
            case 1: rows.uses[row] = .scored
            default: rows.weights[row] = 0
            }
        }
        var predicted = rows
        learner.predict(&predicted)
        learner.testThenTrain(&rows)
        #expect(rows.predictions.map(\.bitPattern) == predicted.predictions.map(\.bitPattern))
        #expect(learner.bytes == before)
    }

    @Test("The batches do not matter")
    func batchingIsIrrelevant() {
        let rows = texts(61, seed: 4)
        var whole = learner()
        let expected = learn(&whole, rows)
        for size in [1, 2, 7, 60] {
            var learner = learner()
            var predictions: [UInt32] = []
            for start in stride(from: 0, to: 61, by: size) {
                predictions += learn(&learner, rows[start..<min(61, start + size)])
            }
            #expect(predictions == expected)
            #expect(learner.bytes == whole.bytes)
        }
    }

    @Test("The seed decides, and nothing else")
    func seeds() {
        var (first, second, other) = (learner(), learner(), learner { $0.seed = 2 })
        let rows = texts(20, seed: 1)
        learn(&first, rows)
        learn(&second, rows)
        learn(&other, rows)
        #expect(first.bytes == second.bytes)
        #expect(first.parameters.numbers != other.parameters.numbers)
    }

    @Test("Configuring what is there changes nothing; other rates and windows are taken")
    func configuring() {
        var learner = learner()
        learn(&learner, texts(30, seed: 1))
        let before = learner.bytes
        learner.configure(learner.settings)
        learner.restartMoments()
        learner.grow(width: 0, outputs: 2)
        #expect(learner.bytes == before)
        var other = learner.settings
        other.embedding?.window = 1
        other.optimiser = .sgd(rate: 0.5)
        #expect(other.isForSameLearner(as: learner.settings))
        learner.configure(other)
        #expect(learner.settings == other)
        other.embedding?.dimension = 7
        #expect(!other.isForSameLearner(as: learner.settings))
    }

    @Test("Extreme weights and texts never make anything else than numbers")
    func extremesStayFinite() {
        var learner = learner { $0.subsample = 0 }
        var rows = Block()
        rows.reset(width: 0, outputs: 2)
        for round in 0..<40 {
            let text = round % 2 == 0 ? "a b a b a" : String(repeating: "x y ", count: 60)
            rows.append(text: text, weight: [1e38, 1e-38, 1, 0][round % 4])
        }
        learner.testThenTrain(&rows)
        #expect(learner.isFinite)
        #expect(rows.predictions.dropFirst(4).allSatisfy { $0.isFinite })
    }
}
