// SPDX-License-Identifier: Apache-2.0
//
// Versions in fewer bytes, from the engine to the artifact that consumers read: what was scored is
// what is published, and the learner itself stays whole.

import Consolidation
import Drift
import Engine
import Experts
import Kernels
import Learning
import Networks
import Primitives
import Samples
import Simulation
import Testing

@testable import Versions

@Suite("Compressed versions")
struct CompressionTests {
    private func settings(_ change: (inout CompressionSettings) -> Void) -> EngineSettings {
        var settings = EngineSettings()
        settings.model = .network
        settings.network = NetworkSettings(layers: [
            LayerSettings(.dense(units: 16), activation: .relu),
            LayerSettings(.dense(units: 16), activation: .relu),
        ])
        settings.stepRows = 20
        settings.mode = .meanGradient
        settings.optimiser = .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6)
        settings.consolidation.onDrift = false
        settings.publish.first = 600
        settings.publish.interval = .seconds(3600)
        change(&settings.publish.compression)
        return settings
    }

    private func learned(_ settings: EngineSettings, rows: Int = 1000) -> TestEngine {
        var engine = TestEngine(settings)
        var world = World(seed: 1)
        for _ in 0..<rows / 20 { engine.step(.batch(world.batch(20))) }
        return engine
    }

    private let identity = Identity(
        incarnation: String(repeating: "0f", count: 16),
        learner: .default
    )

    @Test("What consumers read is what was scored; the champion stays as it was")
    func published() throws {
        let plain = learned(settings { _ in })
        let engine = learned(
            settings {
                $0.weights = .int8
                $0.prune = 0.3
                $0.tolerance = 1
            }
        )
        let version = try #require(engine.versions.first)
        let compression = try #require(version.compression)
        #expect(compression.refusal == nil)
        #expect(engine.championBytes == plain.championBytes, "learning does not feel it")
        #expect(plain.versions.first?.compression == nil)
        let file = try SafetensorsFile(decoding: Artifact.encode(version, identity: identity))
        let served = try #require(compression.contender)
        for tensor in served.learner.parameters.tensors {
            #expect(file.tensors.first { $0.name == tensor.name } == tensor)
        }
        let own = version.state.contender.learner.parameters
        #expect(served.learner.parameters != own)
        #expect(own == plain.versions.first?.state.contender.learner.parameters)
        #expect(
            compression.json["bytes_after"]?.integer ?? .max
                < (compression.json["bytes_before"]?.integer ?? 0) / 2
        )
        #expect(abs((compression.json["sparsity"]?.double ?? 0) - 0.3) < 0.05)
        #expect(compression.json["rows"]?.integer ?? 0 >= 200)
        #expect(compression.json["learned_rows"]?.integer ?? 0 > 0, "the holdout is small yet")
        let manifest = Manifest.json(
            version,
            identity: identity,
            facts: .init(created: "", bytes: 1, sha256: "", trainSeconds: 0)
        )
        #expect(manifest["compression"] == compression.json)
    }

    @Test("A version that would be worse goes out as it is, and says why")
    func refused() throws {
        let engine = learned(
            settings {
                $0.topK = 0.01
                $0.tolerance = 0
            }
        )
        let version = try #require(engine.versions.first)
        let refusal = try #require(version.compression?.refusal)
        #expect(refusal.contains("is allowed"))
        #expect(version.compression?.contender == nil)
        #expect(
            Artifact.encode(version, identity: identity)
                == Artifact.encode(version.state, identity: identity)
        )
    }

    @Test("What is too much with zeros goes out without them")
    func secondBest() throws {
        let engine = learned(
            settings {
                $0.weights = .float16
                $0.prune = 0.95
                $0.tolerance = 0.01
            }
        )
        let compression = try #require(engine.versions.first?.compression)
        #expect(compression.refusal?.contains("is allowed") == true)
        #expect(compression.done.prune == 0 && compression.done.weights == .float16)
        #expect(compression.json["prune"]?.double == 0)
        #expect(compression.json["asked"]?["prune"]?.double == 0.95)
        #expect(compression.contender != nil)
    }

    @Test("Without rows to compare on nothing is compressed")
    func noRows() throws {
        var block = Block()
        block.reset(width: 4, outputs: 2)
        let engine = learned(settings { _ in }, rows: 700)
        let champion = try #require(engine.engine.champion)
        var wish = CompressionSettings()
        wish.weights = .float16
        let compression = Compression(of: champion, wish, on: &block, learnedRows: 0)
        #expect(compression.refusal?.contains("0 rows") == true)
        #expect(compression.fidelity == nil)
    }

    @Test("A rollback brings the whole model back, and is published compressed like all others")
    func rollback() throws {
        var engine = learned(settings { $0.weights = .int8 }, rows: 1000)
        let first = try #require(engine.versions.first)
        engine.step(.command(.rollback(first.state, keepMemory: true, hold: true)))
        let last = try #require(engine.versions.last)
        #expect(last.reason == .rollback)
        #expect(last.compression?.refusal == nil)
        #expect(
            last.state.contender.learner.parameters == first.state.contender.learner.parameters
        )
    }

    @Test("Where zeros stay, the champion gets more of them with each version, and learns on")
    func kept() throws {
        var wish = settings {
            $0.weights = .int8
            $0.prune = 0.6
            $0.keepsPruned = true
            $0.tolerance = 1
        }
        wish.publish.samples = 200
        var engine = TestEngine(wish)
        var world = World(seed: 1)
        for _ in 0..<200 {
            engine.step(.batch(world.batch(20)))
            if let last = engine.versions.last {
                engine.step(.stored(version: last.state.number, isDurable: true))
            }
        }
        let shares = engine.versions.compactMap { $0.compression?.done.prune }
        #expect(shares.count > 9)
        #expect(shares == shares.sorted())
        let schedule = PruningSchedule(final: 0.6, steps: 8)
        #expect(shares.first == schedule.share(after: 1))
        #expect(shares.last == 0.6)
        let champion = try #require(engine.engine.champion)
        #expect(abs(try #require(champion.learner.prunedShare) - 0.6) < 0.01)
        let last = try #require(engine.versions.last)
        #expect(last.state.contender.learner.prunedCount == champion.learner.prunedCount)
        let zeros = champion.learner.parameters.tensors.filter { $0.shape.count > 1 }
            .reduce(0) { $0 + $1.numbers.count { $0 == 0 } }
        #expect(zeros == champion.learner.prunedCount, "learning has left them alone")
        #expect(champion.learner.figures.map(\.name) == ["plasticity", "pruned_weights"])
        // A reload lets them go.
        wish.publish.compression.keepsPruned = false
        engine.step(.settings(wish))
        #expect(engine.engine.champion?.learner.prunedCount == 0)
    }

    @Test("Challengers are pruned before they race")
    func challengers() throws {
        var engine = learned(
            settings {
                $0.prune = 0.5
                $0.keepsPruned = true
                $0.tolerance = 5
            },
            rows: 500
        )
        engine.step(.command(.consolidate))
        let newest = engine.jobs.popLast()
        var job = try #require(newest)
        while !job.isDone { job.advance() }
        #expect(!job.challengers.isEmpty)
        for challenger in job.challengers {
            #expect(abs((challenger.contender.learner.prunedShare ?? 0) - 0.5) < 0.01)
        }
    }

    @Test("A learner with compressed versions comes back from its bytes")
    func state() throws {
        let engine = learned(
            settings {
                $0.weights = .float16
                $0.prune = 0.5
                $0.keepsPruned = true
                $0.pruneUnits = 0.25
            }
        )
        let bytes = engine.engine.encoded()
        let restored = try LearnerEngine(decoding: bytes)
        #expect(restored.encoded() == bytes)
        #expect(restored.settings.publish == engine.engine.settings.publish)
        var wrong = CompressionSettings()
        wrong.keepsPruned = true
        #expect(wrong.complaint?.contains("prune is 0") == true)
    }

    @Test("A pool publishes its networks and lines in half precision, and all else as it is")
    func pool() throws {
        var settings = EngineSettings()
        settings.model = .pool
        settings.pool.experts = ["linear_slow", "arow_temporal", "mlp", "naive_bayes", "knn_200"]
        settings.pool.rows = 300
        settings.drift.isEnabled = false
        settings.memory.holdoutEvery = 10
        settings.publish.first = 500
        settings.publish.compression.weights = .float16
        let engine = learned(settings, rows: 800)
        let version = try #require(engine.versions.first)
        let compression = try #require(version.compression)
        #expect(compression.refusal == nil)
        #expect(compression.json["learned_rows"] == 0)
        let names = try #require(compression.parameters).tensors.map(\.name)
        #expect(
            names == [
                "linear_slow.weights", "arow_temporal.weights", "mlp.weights1", "mlp.weights2",
                "mlp.weights3",
            ]
        )
        let file = try SafetensorsFile(decoding: Artifact.encode(version, identity: identity))
        let served = try #require(compression.contender)
        for tensor in served.learner.parameters.tensors {
            #expect(file.tensors.first { $0.name == tensor.name }?.numbers == tensor.numbers)
        }
        #expect(served.learner.parameters != version.state.contender.learner.parameters)
        let bytes = engine.engine.encoded()
        #expect(try LearnerEngine(decoding: bytes).encoded() == bytes)
    }

    @Test("Compression of a linear model, of experts and of numbers", arguments: [0, 1, 2])
    func others(kind: Int) throws {
        var settings = EngineSettings()
        settings.model = kind == 2 ? .linear : .softmax
        if kind == 1 { settings.isolation = .experts }
        settings.publish.first = 600
        settings.consolidation.onDrift = false
        settings.publish.compression.weights = .int8
        settings.publish.compression.tolerance = 0.2
        var engine = TestEngine(settings)
        var world = World(seed: 1)
        for _ in 0..<50 {
            var batch = MicroBatch()
            for _ in 0..<20 {
                let (features, label) = world.sample()
                let wide = (0..<8).map { features[$0 % 4] * Float($0 + 1) }
                batch.append(features: wide, label: label)
            }
            engine.step(.batch(batch))
        }
        let version = try #require(engine.versions.first)
        let compression = try #require(version.compression)
        #expect(compression.refusal == nil)
        let parameters = try #require(compression.parameters)
        #expect(parameters.bytesAfter < parameters.bytesBefore)
        let file = try SafetensorsFile(decoding: Artifact.encode(version, identity: identity))
        let served = try #require(compression.contender)
        for tensor in served.learner.parameters.tensors {
            #expect(file.tensors.first { $0.name == tensor.name } == tensor)
        }
    }
}
