// SPDX-License-Identifier: Apache-2.0
//
// What holds for a contender whatever it does against forgetting.

import Learning
import Primitives
import Testing

@Suite("Retention")
struct RetentionTests {
    @Test(
        "In sequential mode the batches do not matter",
        arguments: RetentionSupport.all,
        [ModelKind.linear, .logistic, .softmax, .svm, .network]
    )
    func batchesDoNotMatter(settings: RetentionSettings, model: ModelKind) {
        let classes = model == .linear ? 1 : RetentionSupport.outputs(model)
        let rows = RetentionSupport.rows(150, seed: 3, classes: classes)
        var whole = RetentionSupport.contender(settings, model)
        let predictions = whole.learn(rows)
        var pieces = RetentionSupport.contender(settings, model)
        var parts: [Float] = []
        var start = 0
        for length in [1, 7, 2, 40, 30, 50, 20] {
            let part = RetentionSupport.part(start..<start + length, of: rows)
            parts += pieces.learn(part)
            start += length
        }
        #expect(start == 150 && parts == predictions)
        #expect(pieces.bytes == whole.bytes)
        #expect(whole.isFinite)
    }

    @Test(
        "Bytes give the contender back, with the same future",
        arguments: RetentionSupport.all,
        [ModelKind.softmax, .network]
    )
    func coding(settings: RetentionSettings, model: ModelKind) throws {
        var contender = RetentionSupport.contender(settings, model)
        contender.learn(RetentionSupport.rows(90, seed: 4))
        var reader = ByteReader(contender.bytes)
        var restored = try Contender(from: &reader)
        try reader.expectEnd()
        #expect(restored.bytes == contender.bytes)
        let tail = RetentionSupport.rows(90, seed: 5)
        #expect(restored.learn(tail) == contender.learn(tail))
        #expect(restored.bytes == contender.bytes)
    }

    @Test("Damaged bytes are refused or lead to another sound state")
    func damage() throws {
        var contender = RetentionSupport.contender(RetentionSupport.all[5])
        contender.learn(RetentionSupport.rows(60, seed: 4))
        let bytes = contender.bytes
        for end in stride(from: 0, to: bytes.count, by: 61) {
            var reader = ByteReader(Array(bytes[..<end]))
            #expect(throws: DecodeError.self) { _ = try Contender(from: &reader) }
        }
        var random = RandomSource(seed: 1)
        for _ in 0..<300 {
            var damaged = bytes
            damaged[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            var reader = ByteReader(damaged)
            if let survivor = try? Contender(from: &reader), survivor.learner.width == 5 {
                var block = RetentionSupport.rows(3, seed: 1)
                survivor.predict(&block)
            }
        }
    }

    @Test("A copy evolves alone, with its own buffer")
    func copies() {
        var contender = RetentionSupport.contender(RetentionSupport.all[1])
        contender.learn(RetentionSupport.rows(80, seed: 6))
        let copy = contender
        let before = copy.bytes
        contender.learn(RetentionSupport.rows(80, seed: 7))
        #expect(copy.bytes == before && contender.bytes != before)
    }

    @Test("Rows that are set aside or only scored are never in the buffer")
    func holdoutStaysOut() {
        var settings = RetentionSupport.all[0]
        settings.rows = 1000
        var contender = RetentionSupport.contender(settings)
        let rows = RetentionSupport.rows(200, seed: 8)
        contender.learn(rows)
        let learned = rows.uses.filter { $0 == .train }.count
        #expect(learned < 190 && contender.retention.buffer.count == learned)
        #expect(!contender.retention.buffer.classes.contains(-1))
    }

    @Test("DER++ without alpha and beta is experience replay, bit for bit")
    func scoresWithoutStrength() {
        var scores = RetentionSupport.all[1]
        scores.alpha = 0
        scores.beta = 0
        for mode in LearningMode.allCases {
            var replayed = RetentionSupport.contender(RetentionSupport.all[0], mode: mode)
            var darkened = RetentionSupport.contender(scores, mode: mode)
            for seed in 10..<14 {
                let rows = RetentionSupport.rows(40, seed: UInt64(seed))
                #expect(replayed.learn(rows) == darkened.learn(rows))
            }
            #expect(replayed.learner.parameters == darkened.learner.parameters)
            #expect(replayed.learner.parameters.numbers.contains { $0 != 0 })
        }
    }

    @Test("Every part changes what is learned")
    func partsMatter() {
        let rows = RetentionSupport.rows(200, seed: 12)
        var plain = RetentionSupport.contender(RetentionSettings())
        let expected = plain.learn(rows)
        for settings in RetentionSupport.all {
            var contender = RetentionSupport.contender(settings)
            #expect(contender.learn(rows) != expected)
        }
    }

    @Test("A step with replay is the mean gradient over new and drawn rows")
    func meanStep() {
        // One row of the past only, so that every draw is known.
        var settings = RetentionSettings()
        settings.replay = .plain
        settings.rows = 1
        settings.draws = 3
        var contender = RetentionSupport.contender(settings, .linear, .sgd(rate: 0.1))
        let rows = RetentionSupport.rows(60, seed: 2, classes: 1)
        var block = Block()
        block.reset(width: 5, outputs: 1)
        block.append(raw: [1, 2, 3, 4, 5].span, target: 1)
        contender.learn(block)
        #expect(contender.retention.buffer.count == 1)
        let before = contender
        block.reset(width: 5, outputs: 1)
        block.append(raw: rows.raw.span.extracting(0..<5), target: 2)
        contender.learn(block)
        // By hand: one live and one drawn row (there is no more), each with half the weight.
        var preparation = before.preparation
        preparation.follow(&block)
        var both = Block()
        both.reset(width: 5, outputs: 1)
        both.append(raw: rows.raw.span.extracting(0..<5), target: 2)
        both.append(raw: [1, 2, 3, 4, 5].span, target: 1)
        preparation.apply(&both)
        var learner = before.learner
        learner.stepTogether(&both)
        #expect(learner.parameters == contender.learner.parameters)
    }

    @Test(
        "Classes and columns may come at any time",
        arguments: RetentionSupport.all,
        [ModelKind.logistic, .network]
    )
    func growth(settings: RetentionSettings, model: ModelKind) throws {
        var contender = RetentionSupport.contender(settings, model)
        contender.learn(RetentionSupport.rows(80, seed: 1, classes: 2))
        contender.grow(width: 8, outputs: 4)
        var wide = Block()
        wide.reset(width: 8, outputs: 4)
        var random = RandomSource(seed: 2)
        for place in 0..<80 {
            let row = (0..<8).map { _ in Float(random.normal()) }
            wide.append(raw: row.span, class: Int32(place % 4))
        }
        contender.learn(wide)
        #expect(contender.isFinite && contender.learner.outputs == 4)
        var reader = ByteReader(contender.bytes)
        let restored = try Contender(from: &reader)
        #expect(restored.bytes == contender.bytes)
    }
}
