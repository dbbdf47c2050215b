// SPDX-License-Identifier: Apache-2.0
//
// A learner without labels in the engine: what it takes, what it refuses, and what does not apply.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("A learner of texts") struct WordVectorTests {
    private var settings: EngineSettings {
        var settings = EngineSettings()
        settings.model = .embedding
        settings.optimiser = .sgd(rate: 0.1)
        settings.embedding.dimension = 8
        settings.embedding.subsample = 0
        settings.embedding.vocabularyMax = 30
        settings.embedding.countMemory = 2000
        settings.publish.first = 100
        settings.voteSamples = 20
        return settings
    }

    private func texts(_ count: Int, seed: UInt64 = 1, label: Double? = nil) -> MicroBatch {
        var random = RandomSource(seed: seed)
        var batch = MicroBatch()
        for _ in 0..<count {
            let group = random.below(4)
            let words = (0..<5).map { _ in "g\(group)w\(random.below(9))" }
            batch.append(named: [("text", words.joined(separator: " "))], label: label)
        }
        return batch
    }

    @Test("The model decides; every text is learned, whatever its label, and none set aside")
    func learns() {
        var bench = TestEngine(settings)
        bench.step(.batch(texts(19)))
        #expect(bench.vote == nil)
        bench.step(.batch(texts(200, seed: 2, label: 7)))
        #expect(bench.vote?.task == .unlabelled)
        #expect(bench.vote?.reason.contains("needs no label") == true)
        let total = bench.engine.accounts.total
        #expect(total.trained == 219 && total.holdout == 0 && total.scored == 0)
        #expect(bench.engine.labelled > 200, "the first texts have no known words")
        #expect(bench.versions.count == 1)
        let status = bench.engine.status()
        #expect(status["task"]?.text == "unlabelled" && status["model"]?.text == "embedding")
        #expect(status["classes"] == .null && status["memory"]?["rows"]?.integer == 0)
        let metrics = status["metrics"]
        #expect(metrics?["vocabulary"]?.integer == 30)
        #expect((metrics?["evictions"]?.integer ?? 0) > 5)
        let trivial = metrics?["baselines"]?["trivial"]?["loss"]?.double ?? 0
        #expect(abs(trivial - 6 * 0.693147) < 1e-4)
        let loss = metrics?["loss_recent"]?.double ?? 9
        #expect(loss > 0 && loss < trivial)
        #expect(bench.versions[0].metrics["vocabulary"]?.integer == 30)
        #expect(bench.engine.summary.contains("loss"))
    }

    @Test("What is no single text is refused by name, and changes nothing")
    func refuses() {
        var bench = TestEngine(settings)
        bench.step(.batch(texts(50)))
        let before = bench.engine.modelBytes
        var batch = MicroBatch()
        batch.append(named: [("txt", "a b")], label: nil)
        batch.append(named: [("text", "a b"), ("more", 1.0)], label: nil)
        batch.append(named: [("text", 3.0)], label: nil)
        batch.append(features: [1, 2], label: nil)
        batch.append(named: [("text", Double.nan)], label: nil)
        bench.step(.batch(batch))
        #expect(bench.refused(.features) == 3)
        #expect(bench.refused(.kind) == 1)
        #expect(bench.refused(.shape) == 1)
        #expect(bench.engine.modelBytes == before)
        let details = bench.events.compactMap { event in
            if case .refused(_, _, _, let detail) = event { detail } else { nil }
        }
        #expect(details.count == 3)
        for detail in details {
            #expect(detail.contains("\"text\"") && detail.contains("text.name"))
        }
    }

    @Test("Nothing asks for a consolidation, and an order is refused in words")
    func noRecipes() {
        var wanting = settings
        wanting.consolidation.everySamples = 10
        wanting.consolidation.every = .seconds(1)
        var bench = TestEngine(wanting)
        for round in 0..<20 {
            bench.step(.batch(texts(20, seed: UInt64(round))), after: .seconds(1))
        }
        // A new world: all words are new.
        var batch = MicroBatch()
        for row in 0..<400 {
            batch.append(named: [("text", "n\(row) m\(row) n\(row + 1) g0w0 g3w3")], label: nil)
        }
        bench.step(.batch(batch))
        #expect(bench.jobs.isEmpty)
        let answer = bench.step(.command(.consolidate))
        guard case .refused(let message, let remedy) = answer else {
            Issue.record("the order was taken: \(String(describing: answer))")
            return
        }
        #expect(message.contains("no recipe") && message.contains("embedding"))
        #expect(remedy.contains("reset"))
        #expect(bench.engine.status()["consolidation"]?["state"]?.text == "idle")
    }

    @Test("A loss that falls while the words are learned is no drift; other company is")
    func drift() {
        var own = settings
        own.embedding.vocabularyMax = 100
        own.embedding.countMemory = 0
        var bench = TestEngine(own)
        var random = RandomSource(seed: 3)
        func feed(_ count: Int, _ word: (Int, Int) -> String) {
            var batch = MicroBatch()
            for _ in 0..<count {
                let group = random.below(6)
                let words = (0..<5).map { _ in word(group, random.below(6)) }
                batch.append(named: [("text", words.joined(separator: " "))], label: nil)
            }
            bench.step(.batch(batch))
        }
        feed(1500) { "g\($0)w\($1)" }
        let metrics = bench.engine.status()["metrics"]
        #expect((metrics?["loss_recent"]?.double ?? 9) < 3.5)
        let calm = bench.engine.status()["drift"]?["drifts"]?.integer
        #expect(calm == 0)
        feed(700) { "g\($1)w\($0)" }
        let drifts = bench.engine.status()["drift"]?["drifts"]?.integer ?? 0
        #expect(drifts > 0)
        #expect(bench.jobs.isEmpty)
    }

    @Test("A checkpoint goes on with the same bytes; while learning is held nothing changes")
    func checkpoints() throws {
        var bench = TestEngine(settings)
        bench.step(.batch(texts(150)))
        var restored = bench
        restored.engine = try LearnerEngine(decoding: bench.engine.encoded())
        #expect(restored.engine.encoded() == bench.engine.encoded())
        bench.step(.batch(texts(60, seed: 5)))
        restored.step(.batch(texts(60, seed: 5)))
        #expect(restored.engine.encoded() == bench.engine.encoded())

        bench.step(.command(.pause))
        let before = bench.championBytes
        bench.step(.batch(texts(40, seed: 6)))
        #expect(bench.championBytes == before)
        #expect(bench.engine.accounts.total.scored == 40)
    }

    @Test("A rollback brings back vectors and vocabulary, also when words have given way since")
    func rollback() throws {
        var bench = TestEngine(settings)
        bench.step(.batch(texts(150)))
        let version = try #require(bench.versions.first)
        let state = try VersionState(decoding: version.state.encoded())
        var batch = MicroBatch()
        for row in 0..<100 {
            batch.append(named: [("text", "x\(row) y\(row) z\(row)")], label: nil)
        }
        bench.step(.batch(batch))
        #expect(bench.engine.champion?.learner.parameters != state.contender.learner.parameters)
        let answer = bench.step(.command(.rollback(state, keepMemory: true, hold: false)))
        guard case .done = answer else {
            Issue.record("refused: \(String(describing: answer))")
            return
        }
        #expect(bench.engine.champion?.learner.parameters == state.contender.learner.parameters)
        bench.step(.batch(texts(30, seed: 8)))
        #expect(bench.engine.accounts.total.trained == 280)
        // A state of another task is refused.
        var other = TestEngine()
        other.step(.batch(texts(1)))
        var plain = EngineSettings()
        plain.model = .softmax
        var classes = TestEngine(plain)
        classes.step(.command(.rollback(state, keepMemory: false, hold: false)))
        #expect(classes.versions.isEmpty)
    }

    @Test("Batches do not matter, nor what stands between the texts")
    func batching() {
        var whole = TestEngine(settings)
        whole.step(.batch(texts(90)))
        var parts = TestEngine(settings)
        let all = texts(90)
        for start in stride(from: 0, to: 90, by: 30) {
            var part = all
            part.rows = Array(all.rows[start..<start + 30])
            parts.step(.batch(part))
        }
        #expect(parts.championBytes == whole.championBytes)
    }

    @Test("What a learner was born with is named when a configuration asks for another")
    func births() {
        var wanted = settings
        wanted.embedding.dimension = 9
        wanted.embedding.tokens = .spaces
        wanted.embedding.window = 2
        wanted.text = "body"
        let differences = settings.differencesOfBirth(to: wanted)
        #expect(differences.count == 3)
        for key in ["text.name", "embedding.dimension", "embedding.tokens"] {
            #expect(differences.contains { $0.hasPrefix(key) })
        }
        #expect(settings.complaint == nil)
        wanted.embedding.dimension = 0
        #expect(wanted.complaint?.contains("dimension") == true)
    }
}
