// SPDX-License-Identifier: Apache-2.0
//
// Contexts: numbered as they come, bounded, carried by blocks and by memory, part of the state.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite struct ContextTests {
    private func settings(contextsMax: Int = 64) -> EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.width = 2
        settings.voteSamples = 1
        settings.contextsMax = contextsMax
        settings.memory.holdoutEvery = 5
        return settings
    }

    private func batch(_ contexts: [String?], width: Int = 2) -> MicroBatch {
        var batch = MicroBatch()
        for (number, context) in contexts.enumerated() {
            batch.append(
                features: [Float](repeating: Float(number), count: width),
                label: Double(number % 2)
            )
            if let context { batch.rows[number].context = batch.context(context) }
        }
        return batch
    }

    private func core(_ engine: LearnerEngine) throws -> LearnerCore {
        try #require(engine.core)
    }

    @Test func numbersFollowTheOrderOfTheRows() throws {
        var engine = LearnerEngine(name: .default, settings: settings())
        var effects = Effects()
        let contexts = ["b", nil, "a", "b", nil, "c"]
        engine.step(.batch(batch(contexts)), at: .start, effects: &effects)
        engine.step(.batch(batch(["c", "a"])), at: .start, effects: &effects)
        let core = try core(engine)
        #expect(core.contexts.names == ["b", "a", "c"])
        var numbers: [UInt64: Int32] = [:]
        for part in [MemoryPart.recent, .holdout] {
            let rows = core.memory.rows(of: part)
            for row in 0..<rows.count { numbers[rows.indices[row]] = rows.contexts[row] }
        }
        #expect((0..<8).map { numbers[$0] } == [0, -1, 1, 0, -1, 2, 2, 1])
    }

    @Test func furtherContextsAreUnknownAndToldOnce() throws {
        var engine = LearnerEngine(name: .default, settings: settings(contextsMax: 2))
        var effects = Effects()
        for _ in 0..<3 {
            engine.step(.batch(batch(["a", "b", "c", "d", "a"])), at: .start, effects: &effects)
        }
        let told = effects.events.filter { $0.fields.first?.value == .string("contexts_filled") }
        #expect(told.count == 1)
        #expect(told.first?.fields.contains { $0.value == .string("c") } == true)
        #expect(try core(engine).contexts.names == ["a", "b"])
        engine.step(.settings(settings(contextsMax: 3)), at: .start, effects: &effects)
        engine.step(.batch(batch(["d", "e"])), at: .start, effects: &effects)
        #expect(try core(engine).contexts.names == ["a", "b", "d"])
        #expect(engine.accounts.total.learned == 17)
    }

    @Test func aRefusedSampleBringsNoContext() throws {
        var engine = LearnerEngine(name: .default, settings: settings())
        var effects = Effects()
        engine.step(.batch(batch(["a"])), at: .start, effects: &effects)
        let before = engine.modelBytes
        engine.step(.batch(batch(["z"], width: 3)), at: .start, effects: &effects)
        #expect(engine.modelBytes == before)
    }

    @Test func theStateKeepsThem() throws {
        var engine = LearnerEngine(name: .default, settings: settings(contextsMax: 2))
        var effects = Effects()
        engine.step(.batch(batch(["a", "b", "c"])), at: .start, effects: &effects)
        let bytes = engine.encoded()
        let again = try LearnerEngine(decoding: bytes)
        #expect(again.encoded() == bytes)
        #expect(try core(again).contexts == core(engine).contexts)
    }

    @Test func runsAndSingleRowsAgree() throws {
        // The same samples in one batch, and one by one.
        let contexts = (0..<60).map { $0 % 7 == 0 ? nil : "c\($0 % 3)" }
        let whole = batch(contexts)
        var one = LearnerEngine(name: .default, settings: settings())
        var many = one
        var effects = Effects()
        one.step(.batch(batch(["c1", "c2"])), at: .start, effects: &effects)
        many.step(.batch(batch(["c1", "c2"])), at: .start, effects: &effects)
        one.step(.batch(whole), at: .start, effects: &effects)
        for row in whole.rows {
            var single = MicroBatch()
            let start = Int(row.start)
            single.append(features: Array(whole.values[start..<start + 2]), label: row.label)
            if row.context > 0 {
                single.rows[0].context = single.context(
                    whole.contexts.text(UInt32(row.context - 1))
                )
            }
            many.step(.batch(single), at: .start, effects: &effects)
        }
        #expect(one.modelBytes == many.modelBytes)
    }
}
