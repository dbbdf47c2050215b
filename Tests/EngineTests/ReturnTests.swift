// SPDX-License-Identifier: Apache-2.0
//
// Models that come back: the champion of a world that returns, and the one that was replaced by
// something worse.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("Models that come back")
struct ReturnTests {
    private func engine(_ change: (inout EngineSettings) -> Void = { _ in }) -> TestEngine {
        var settings = EngineSettings()
        settings.consolidation.cooldown = .zero
        settings.consolidation.recipe.rowsPerRecipe = 2000
        change(&settings)
        return TestEngine(settings)
    }

    private func live(_ engine: inout TestEngine, rows: Int, seed: UInt64, reversed: Bool) {
        var world = World(seed: seed)
        world.isReversed = reversed
        for _ in 0..<rows / 10 {
            engine.step(.batch(world.batch(10)))
            engine.finishJob()
        }
    }

    private func winners(_ engine: TestEngine) -> [Recipe] {
        engine.events.compactMap { event in
            if case .consolidated(let news) = event { news.winner } else { nil }
        }
    }

    @Test("When an old world returns, its champion does, and the version says so")
    func worlds() {
        var engine = engine { $0.consolidation.recipes.usual = [.recalled] }
        live(&engine, rows: 2000, seed: 1, reversed: false)
        live(&engine, rows: 2000, seed: 2, reversed: true)
        #expect(winners(engine).isEmpty, "nobody knew the new world")
        live(&engine, rows: 600, seed: 3, reversed: false)
        #expect(winners(engine).first == .recalled)
        let version = engine.versions.first { $0.reason == .recalled }
        #expect(version?.note["challenger"]?.text == "recalled")
    }

    @Test("Without an archive nobody can come back")
    func noWorlds() {
        var engine = engine {
            $0.consolidation.recipes.usual = [.recalled]
            $0.consolidation.worlds = 0
        }
        live(&engine, rows: 2000, seed: 1, reversed: false)
        live(&engine, rows: 2000, seed: 2, reversed: true)
        live(&engine, rows: 600, seed: 3, reversed: false)
        #expect(winners(engine).isEmpty)
    }

    /// An engine that has just adopted a model that knows nothing.
    private func misled(probation: Bool) throws -> TestEngine {
        var engine = engine {
            $0.consolidation.gate = .open
            $0.consolidation.hasProbation = probation
            $0.consolidation.onDrift = false
            $0.optimiser = .sgd(rate: 0.002)
        }
        live(&engine, rows: 4000, seed: 1, reversed: false)
        engine.step(.command(.consolidate))
        let job = try #require(engine.jobs.first)
        let schema = try #require(engine.engine.schema)
        let fool = engine.engine.settings.newContender(for: schema)
        let challenger = Challenger(recipe: .refit, contender: fool)
        engine.jobs.removeAll()
        engine.step(
            .jobFinished(id: job.id, memoryEnd: job.memoryEnd, challengers: [challenger])
        )
        #expect(engine.verdicts == [.adopted])
        return engine
    }

    @Test("A champion that was replaced by something worse comes back")
    func probation() throws {
        var engine = try misled(probation: true)
        live(&engine, rows: 600, seed: 5, reversed: false)
        #expect(winners(engine) == [.refit, .recalled])
        #expect(engine.versions.last { $0.reason == .recalled } != nil)
        #expect((engine.engine.champion?.trained ?? 0) > 4000)
        #expect(engine.engine.core?.probation == nil)
    }

    @Test("Without probation it does not")
    func noProbation() throws {
        var engine = try misled(probation: false)
        live(&engine, rows: 600, seed: 5, reversed: false)
        #expect(winners(engine) == [.refit])
    }

    @Test("A probation and an archive survive a checkpoint")
    func checkpoint() throws {
        var engine = try misled(probation: true)
        var copy = engine
        copy.engine = try LearnerEngine(decoding: engine.engine.encoded())
        live(&engine, rows: 300, seed: 5, reversed: false)
        live(&copy, rows: 300, seed: 5, reversed: false)
        #expect(copy.engine.modelBytes == engine.engine.modelBytes)
    }
}
