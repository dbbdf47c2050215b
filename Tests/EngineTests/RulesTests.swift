// SPDX-License-Identifier: Apache-2.0
//
// Who asks for a consolidation, and which recipes it is given.

import Consolidation
import Engine
import Kernels
import Learning
import Networks
import Primitives
import Samples
import Simulation
import Testing

@Suite("Rules of consolidation")
struct RulesTests {
    private func engine(_ change: (inout EngineSettings) -> Void) -> TestEngine {
        var settings = EngineSettings()
        settings.consolidation.onDrift = false
        settings.consolidation.cooldown = .zero
        settings.consolidation.recipe.rowsPerRecipe = 600
        settings.consolidation.recipe.raceSamples = 50
        change(&settings)
        return TestEngine(settings)
    }

    private func feed(_ engine: inout TestEngine, rows: Int, seed: UInt64 = 1) {
        var world = World(seed: seed)
        for _ in 0..<rows / 50 {
            engine.step(.batch(world.batch(50)))
            engine.finishJob()
        }
    }

    private func starts(_ engine: TestEngine) -> [ConsolidationNews] {
        engine.events.compactMap { event in
            guard case .consolidated(let news) = event, news.verdict == nil else { return nil }
            return news
        }
    }

    @Test("Each rule has its own recipes, and the rest have the usual")
    func lists() throws {
        var engine = engine {
            $0.consolidation.everySamples = 700
            $0.consolidation.every = .seconds(5)
            $0.consolidation.recipes.usual = [.shrinkPerturb]
            $0.consolidation.recipes.set([.refit, .average], for: .samples)
        }
        feed(&engine, rows: 1000)
        #expect(starts(engine).map(\.trigger) == [.samples])
        #expect(starts(engine).first?.recipes == [.refit, .average])
        engine.step(.tick, after: .seconds(5))
        #expect(starts(engine).last?.trigger == .interval)
        #expect(starts(engine).last?.recipes == [.shrinkPerturb])
        engine.finishJob()
        feed(&engine, rows: 200, seed: 2)
        engine.step(.command(.consolidate(by: [.continuation])))
        #expect(starts(engine).last?.trigger == .command)
        #expect(starts(engine).last?.recipes == [.continuation])
        let job = try #require(engine.jobs.last)
        #expect(job.deadline == .seconds(30))
        engine.finishJob()
        feed(&engine, rows: 200, seed: 3)
        let figures = engine.events.compactMap { event -> [ChallengerFigures]? in
            guard case .consolidated(let news) = event, news.verdict != nil else { return nil }
            return news.challengers
        }
        #expect(figures.first?.map(\.recipe) == [.average, .refit])
        #expect(figures.last?.map(\.recipe) == [.continuation])
    }

    @Test("An order by a recipe that cannot be is refused, with what can")
    func orders() {
        var engine = engine { $0.model = .arow }
        feed(&engine, rows: 500)
        for recipe in [Recipe.average, .warning] {
            guard
                case .refused(let why, let remedy) =
                    engine.step(.command(.consolidate(by: [recipe])))
            else {
                Issue.record("\(recipe) is refused")
                return
            }
            #expect(!why.isEmpty && !remedy.isEmpty)
        }
        #expect(engine.jobs.isEmpty)
    }

    @Test("After a drift the warning's learner is one of them")
    func drift() throws {
        var engine = engine {
            $0.consolidation.onDrift = true
            $0.consolidation.recipes.set([.warning, .refit], for: .drift)
        }
        feed(&engine, rows: 2000)
        var world = World(seed: 2)
        world.isReversed = true
        for _ in 0..<100 where engine.jobs.isEmpty { engine.step(.batch(world.batch(10))) }
        let job = try #require(engine.jobs.last)
        var done = job
        while !done.isDone { done.advance() }
        #expect(done.challengers.map(\.recipe) == [.warning, .refit])
        let trained = try #require(done.challengers.first?.contender.trained)
        #expect(trained > 0 && trained < 500, "since the onset: \(trained)")
    }

    /// A network whose units all answer to nothing, or to something.
    private func network(bias: Float, _ change: (inout PlasticityRule) -> Void) -> TestEngine {
        engine {
            $0.task = .classes
            $0.model = .network
            $0.network = NetworkSettings(layers: [
                LayerSettings(.dense(units: 8), activation: .relu)
            ])
            $0.optimiser = .sgd(rate: 0.05)
            $0.width = 4
            $0.classes = [.number(0), .number(1)]
            var start = WarmStart(source: "/a", head: .fresh, frozen: [], width: 4, outputs: 2)
            start.tensors = [
                .init("layers.0.weight", shape: [8, 4], (0..<32).map { Float($0 % 5) / 4 - 0.5 }),
                .init("layers.0.bias", shape: [8], [Float](repeating: bias, count: 8)),
            ]
            $0.warmStart = start
            var rule = PlasticityRule()
            rule.everySamples = 400
            change(&rule)
            $0.consolidation.plasticity = rule
            $0.consolidation.recipes.set([.shrinkPerturb], for: .plasticity)
        }
    }

    @Test("A network whose units are dead asks, and says so")
    func dead() {
        var engine = network(bias: -1000) { _ in }
        feed(&engine, rows: 600)
        #expect(starts(engine).map(\.trigger) == [.plasticity])
        #expect(starts(engine).first?.cause.hasSuffix("100 % of its units are dead") ?? false)
        #expect(starts(engine).first?.recipes == [.shrinkPerturb])
        var alive = network(bias: 0.1) { $0.rankShare = 0 }
        feed(&alive, rows: 2000)
        #expect(starts(alive).isEmpty)
    }

    @Test("So does one whose layers use fewer directions than once")
    func rank() {
        var engine = network(bias: 0.1) {
            $0.rankShare = 1
            $0.deadShare = 1
        }
        feed(&engine, rows: 4000)
        #expect(starts(engine).contains { $0.reason.contains("directions, once") })
    }

    @Test("The average does not depend on how rows came")
    func average() {
        func run(_ sizes: [Int]) -> [UInt8] {
            var engine = engine { $0.consolidation.recipes.set([.average], for: .command) }
            var world = World(seed: 6)
            var rows = 0
            var place = 0
            while rows < 700 {
                let count = min(sizes[place % sizes.count], 700 - rows)
                engine.step(.batch(world.batch(count)))
                rows += count
                place += 1
            }
            var writer = ByteWriter()
            engine.engine.core?.average?.encode(into: &writer)
            engine.engine.champion?.encode(into: &writer)
            return writer.bytes
        }
        let bytes = run([1])
        #expect(bytes.count > 50)
        #expect(run([32]) == bytes && run([700]) == bytes && run([7, 100, 33]) == bytes)
    }

    @Test("An average is kept only while a rule asks for one")
    func needed() {
        var engine = engine { _ in }
        feed(&engine, rows: 500)
        #expect(engine.engine.core?.average == nil)
        var settings = engine.engine.settings
        settings.consolidation.recipes.set([.average], for: .command)
        engine.step(.settings(settings))
        #expect(engine.engine.core?.average != nil)
        settings.consolidation.recipes.set(nil, for: .command)
        engine.step(.settings(settings))
        #expect(engine.engine.core?.average == nil)
    }

    @Test("The rest doubles with each rejection, up to its longest")
    func doubling() {
        var engine = engine {
            $0.consolidation.everySamples = 100
            $0.consolidation.cooldown = .seconds(1_000_000)
            $0.consolidation.cooldownMax = .seconds(1_000_000)
            $0.consolidation.cooldownSamples = 200
            $0.consolidation.cooldownSamplesMax = 800
            $0.consolidation.recipe.raceSamples = 50
            $0.consolidation.recipes.usual = [.average]
        }
        var world = World(seed: 1)
        var verdicts: [UInt64] = []
        var begins: [UInt64] = []
        for _ in 0..<500 {
            engine.step(.batch(world.batch(10)))
            engine.finishJob()
            for event in engine.events {
                guard case .consolidated(let news) = event else { continue }
                if news.verdict == nil {
                    begins.append(news.sample)
                } else {
                    verdicts.append(news.sample)
                }
            }
            engine.events.removeAll()
        }
        let rests = zip(begins.dropFirst(), verdicts).map { Int($0) - Int($1) }
        #expect(rests.count >= 4)
        // The champion and its average hardly differ, so nothing is adopted.
        for (rest, expected) in zip(rests, [200, 400, 800, 800, 800]) {
            #expect((expected..<expected + 20).contains(rest), "\(rests)")
        }
    }
}
