// SPDX-License-Identifier: Apache-2.0
//
// A network as champion: vote, drift, consolidation, checkpoint, rollback.

import Consolidation
import Engine
import Kernels
import Learning
import Networks
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("A network as champion")
struct NetworkTests {
    private func settings() -> EngineSettings {
        var settings = EngineSettings()
        settings.model = .network
        settings.network = NetworkSettings(layers: [
            LayerSettings(.dense(units: 8), activation: .relu), LayerSettings(.dropout(share: 0.1)),
        ])
        settings.stepRows = 20
        settings.mode = .meanGradient
        settings.optimiser = .adam(rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-6)
        settings.consolidation.recipe.rowsPerRecipe = 4000
        settings.consolidation.recipe.raceSamples = 400
        return settings
    }

    /// Learns until a verdict falls or the rows are over.
    private func learn(_ engine: inout TestEngine, rows: Int, reversed: Bool, until: Bool) {
        var world = World(seed: reversed ? 2 : 1)
        world.isReversed = reversed
        for _ in 0..<rows / 20 where !(until && engine.verdicts.contains(.adopted)) {
            engine.step(.batch(world.batch(20)))
            engine.finishJob()
        }
    }

    @Test("It votes, meets a drift, is consolidated, saved, restored and rolled back")
    func life() throws {
        var engine = TestEngine(settings())
        learn(&engine, rows: 2000, reversed: false, until: false)
        #expect(engine.vote?.task == .classes)
        let first = try #require(engine.versions.first)
        let before = try #require(engine.engine.champion)
        #expect(before.learner is NetworkLearner && before.learner.outputs == 2)
        #expect(before.learner.figures.map(\.name) == ["plasticity"])
        var probe = Block()
        var world = World(seed: 9)
        probe.reset(width: 4, outputs: 2)
        for _ in 0..<200 {
            let (features, label) = world.sample()
            probe.append(raw: features.span, class: Int32(label))
        }
        before.predict(&probe)
        probe.computeLosses(task: .classes)
        // Classes are numbered as they came, so all wrong is as good as all right.
        let errors = probe.errors.reduce(0) { $0 + Int($1) }
        #expect(min(errors, 200 - errors) < 40, "far better than half of 200")

        learn(&engine, rows: 4000, reversed: true, until: true)
        #expect(engine.verdicts.contains(.adopted), "the challenger knows the new world")
        #expect(engine.versions.last?.reason == .consolidated)

        // The same bytes and the same future after a restart.
        var writer = ByteWriter()
        engine.engine.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var restored = engine
        restored.engine = try LearnerEngine(from: &reader)
        learn(&engine, rows: 200, reversed: true, until: false)
        learn(&restored, rows: 200, reversed: true, until: false)
        #expect(engine.championBytes == restored.championBytes)

        // Back to the first version, bit for bit.
        guard
            case .done = engine.step(
                .command(.rollback(first.state, keepMemory: false, hold: true))
            )
        else {
            Issue.record("the rollback was refused")
            return
        }
        let champion = try #require(engine.engine.champion)
        #expect(champion.learner.parameters == first.state.contender.learner.parameters)
    }

    @Test("A fixed input decides the width, and other widths are refused")
    func fixedWidth() throws {
        var settings = settings()
        settings.network = NetworkSettings(
            inputShape: [2, 2],
            layers: [LayerSettings(.gru(units: 3, returns: .last))]
        )
        var engine = TestEngine(settings)
        // The majority has three features, and would have won the vote.
        for row in 0..<200 {
            engine.step(.batch(.row(row % 4 == 0 ? [1, 2, 3, 4] : [1, 2, 3], Double(row % 2))))
        }
        learn(&engine, rows: 200, reversed: false, until: false)
        #expect(engine.engine.champion?.learner.width == 4)
        #expect(engine.refused(.width) == 150)
        settings.width = 3
        #expect(settings.complaint?.contains("input_shape") == true)
    }

    @Test("Ids are not scaled")
    func idsStay() {
        var settings = settings()
        settings.network = NetworkSettings(
            inputShape: [4],
            layers: [LayerSettings(.embedding(words: 5, width: 3))]
        )
        let schema = Schema(task: .classes, width: 4, limits: settings.limits)
        #expect(settings.newContender(for: schema).preparation.settings.scaling == .none)
    }
}
