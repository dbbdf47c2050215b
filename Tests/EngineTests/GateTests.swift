// SPDX-License-Identifier: Apache-2.0
//
// A consolidation's way: wish, job, holdout, race, verdict, rest.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("Consolidation") struct GateTests {
    private func learner(_ change: (inout EngineSettings) -> Void = { _ in }) -> TestEngine {
        var settings = EngineSettings()
        change(&settings)
        var engine = TestEngine(settings)
        var world = World()
        for _ in 0..<20 { engine.step(.batch(world.batch(100))) }
        return engine
    }

    /// Turns the world round and feeds it until a verdict falls.
    private func drift(_ engine: inout TestEngine, rows: Int = 1500) {
        var world = World(seed: 2)
        world.isReversed = true
        for _ in 0..<rows / 10 where !engine.verdicts.contains(.adopted) {
            engine.step(.batch(world.batch(10)))
            engine.finishJob()
        }
    }

    @Test("A drift starts one, a challenger wins the race, and its version is published")
    func adoption() {
        var engine = learner()
        drift(&engine)
        #expect(engine.verdicts == [.adopted])
        #expect(engine.versions.last?.reason == .consolidated)
        #expect(engine.versions.last?.note["verdict"]?.text == "adopted")
        let news = engine.events.compactMap { event -> ConsolidationNews? in
            if case .consolidated(let news) = event { news } else { nil }
        }
        #expect(news.first?.verdict == nil && news.first?.trigger == .drift)
        #expect(news.last?.version == engine.versions.last?.state.number)
        #expect(
            news.last?.challengers.map(\.recipe) == [.recalled, .refit, .continuation, .warning]
        )
    }

    @Test("Where nothing has changed the race ends without an adoption, and the rest doubles")
    func rejection() {
        var engine = learner { $0.consolidation.recipe.raceSamples = 300 }
        engine.step(.command(.consolidate))
        #expect(engine.jobs.count == 1)
        var twin = engine
        var world = World(seed: 3)
        let tail = (0..<50).map { _ in world.batch(10) }
        engine.finishJob()
        for batch in tail { engine.step(.batch(batch)) }
        #expect(engine.verdicts.count == 1)
        #expect(engine.verdicts.first != .adopted)
        // The champion is the one that had no rivals.
        twin.jobs.removeAll()
        for batch in tail { twin.step(.batch(batch)) }
        #expect(engine.championBytes == twin.championBytes)
        #expect(engine.versions.last?.reason != .consolidated)
    }

    /// What was said of consolidations that ended without an adoption.
    private func reasons(_ engine: TestEngine) -> [String] {
        engine.events.compactMap { event in
            if case .consolidated(let news) = event, news.verdict == .expired {
                news.reason
            } else {
                nil
            }
        }
    }

    @Test("A race about a world that is gone ends, and the newest drift gets one of its own")
    func overtaken() {
        var engine = learner {
            // Nobody can win so strict a race.
            $0.consolidation.recipe.raceError = 1e-300
            $0.consolidation.recipe.raceSamples = 100_000
            $0.consolidation.recipes.usual = [.continuation]
            $0.consolidation.cooldown = .zero
        }
        var world = World(seed: 2)
        for phase in 0..<2 {
            world.isReversed = phase == 0
            for _ in 0..<150 {
                engine.step(.batch(world.batch(10)))
                engine.finishJob()
            }
        }
        #expect(reasons(engine).contains("the world has changed again"))
        #expect(engine.engine.core?.race != nil)
        #expect(!engine.verdicts.contains(.adopted))
    }

    @Test("A challenger that is not finite never races")
    func notFinite() throws {
        var engine = learner()
        engine.step(.command(.consolidate))
        let job = try #require(engine.jobs.first)
        var done = job
        while !done.isDone { done.advance() }
        var broken = done.challengers
        for place in broken.indices {
            broken[place].contender.learner = Broken(broken[place].contender.learner)
        }
        let before = engine.championBytes
        engine.step(.jobFinished(id: job.id, memoryEnd: job.memoryEnd, challengers: broken))
        #expect(engine.verdicts == [.rejected])
        #expect(engine.championBytes == before)
    }

    @Test("A job that is late is given up, and its result is not listened to")
    func deadline() throws {
        var engine = learner()
        engine.step(.command(.consolidate))
        let job = try #require(engine.jobs.first)
        engine.step(.tick, after: .seconds(30))
        #expect(engine.cancelled == [job.id])
        #expect(engine.verdicts == [.expired])
        let before = engine.engine.modelBytes
        engine.finishJob()
        #expect(engine.engine.modelBytes == before)
        #expect(engine.verdicts == [.expired])
    }

    @Test("One at a time; not while learning is paused; not before there is a task")
    func commands() {
        var engine = learner()
        guard case .done = engine.step(.command(.consolidate)) else {
            Issue.record("the first is done")
            return
        }
        guard case .refused = engine.step(.command(.consolidate)) else {
            Issue.record("the second is refused")
            return
        }
        engine.finishJob()
        engine.step(.command(.pause))
        let frozen = engine.championBytes
        var world = World(seed: 4)
        for _ in 0..<300 { engine.step(.batch(world.batch(10))) }
        #expect(engine.verdicts.isEmpty, "a race waits while learning is held")
        #expect(engine.championBytes == frozen)
        var voting = TestEngine()
        guard case .refused = voting.step(.command(.consolidate)) else {
            Issue.record("nothing to consolidate")
            return
        }
    }

    @Test("A stop cancels the job and starts no other; the next start begins it again")
    func stopping() throws {
        var engine = learner()
        engine.step(.command(.consolidate))
        engine.step(.stop)
        #expect(engine.cancelled == [1])
        #expect(engine.jobs.count == 1)
        engine.engine = try LearnerEngine(decoding: engine.engine.encoded())
        engine.jobs.removeAll()
        engine.step(.resumed(versionMax: 3, consolidationMax: 5))
        #expect(engine.jobs.map(\.id) == [6])
    }

    @Test("A rest ends with its time or with its samples")
    func resting() {
        for byTime in [true, false] {
            var engine = learner {
                $0.consolidation.everySamples = 500
                $0.consolidation.cooldown = byTime ? .milliseconds(1) : .seconds(1_000_000)
                $0.consolidation.cooldownSamples = byTime ? 1_000_000 : 700
                $0.consolidation.recipe.raceSamples = 100
                $0.consolidation.onDrift = false
            }
            var world = World(seed: 5)
            for _ in 0..<400 {
                engine.step(.batch(world.batch(10)))
                engine.finishJob()
            }
            #expect(engine.verdicts.count >= 3, "\(byTime ? "time" : "samples")")
        }
    }

    @Test("A champion that wins mid-batch has learned every row of it")
    func winnerMissesNothing() {
        // A new class in each batch splits it into several passes.
        var engine = learner()
        var world = World(seed: 2)
        world.isReversed = true
        var label = 10.0
        for _ in 0..<100 where !engine.verdicts.contains(.adopted) {
            var batch = world.batch(64)
            batch.rows[60].label = label
            label += 1
            engine.step(.batch(batch))
            engine.finishJob()
        }
        #expect(engine.verdicts.contains(.adopted))
        #expect(engine.engine.champion?.learner.outputs == engine.engine.schema?.classes.count)
    }
}

/// A learner that says of itself that its numbers are not finite.
private struct Broken: Learner {
    var inside: any Learner
    init(_ inside: any Learner) { self.inside = inside }
    var settings: LearnerSettings { inside.settings }
    var width: Int { inside.width }
    var outputs: Int { inside.outputs }
    var parameters: LearnerParameters { inside.parameters }
    var isFinite: Bool { false }
    mutating func testThenTrain(_ block: inout Block) { inside.testThenTrain(&block) }
    func predict(_ block: inout Block) { inside.predict(&block) }
    mutating func grow(width: Int, outputs: Int) { inside.grow(width: width, outputs: outputs) }
    mutating func anchor(_ anchor: Anchor) { inside.anchor(anchor) }
    mutating func restartMoments() { inside.restartMoments() }
    mutating func configure(_ settings: LearnerSettings) { inside.configure(settings) }
    func encode(into writer: inout ByteWriter) { inside.encode(into: &writer) }
}
