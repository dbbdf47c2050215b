// SPDX-License-Identifier: Apache-2.0
//
// What a learner does over time: learn the same whatever the batches, publish, pause, roll back,
// start again.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("A learner's life") struct LifeTests {
    /// No consolidation, so that only learning changes the champion.
    private var plain: EngineSettings {
        var settings = EngineSettings()
        settings.consolidation.onDrift = false
        return settings
    }

    private func grown(_ rows: Int, settings: EngineSettings? = nil, seed: UInt64 = 1) -> TestEngine
    {
        var engine = TestEngine(settings ?? plain)
        var world = World(seed: seed)
        for _ in 0..<rows / 100 { engine.step(.batch(world.batch(100))) }
        return engine
    }

    @Test("One sample at a time or 256: the champion has the same bytes", arguments: [1, 7, 256])
    func batchSizes(size: Int) {
        var samples: [MicroBatch] = []
        var world = World()
        for row in 0..<1500 {
            var one = world.batch(1)
            // Growth, refusals, rows without label and without weight, wherever they fall.
            if row == 700 { one.rows[0].label = 5 }
            if row % 90 == 3 { one = .row([1, 2], 1) }
            if row % 40 == 7 { one.rows[0].labelKind = .none }
            if row % 55 == 9 { one.rows[0].weight = 0 }
            samples.append(one)
        }
        func fed(by size: Int) -> TestEngine {
            var engine = TestEngine(plain)
            for start in stride(from: 0, to: samples.count, by: size) {
                var batch = MicroBatch()
                for one in samples[start..<min(start + size, samples.count)] {
                    var row = one.rows[0]
                    row.start = UInt32(batch.values.count)
                    batch.rows.append(row)
                    batch.values += one.values
                }
                engine.step(.batch(batch))
            }
            return engine
        }
        let (one, many) = (fed(by: 3), fed(by: size))
        #expect(one.championBytes == many.championBytes)
        #expect(one.engine.modelBytes == many.engine.modelBytes)
        #expect(one.engine.accounts.total == many.engine.accounts.total)
    }

    @Test("Classes and named features grow within a batch as they would between batches")
    func growth() {
        var whole = MicroBatch()
        var halves = [MicroBatch(), MicroBatch()]
        for row in 0..<400 {
            var features: [(String, Any)] = [("a", Double(row % 7))]
            if row > 250 { features.append(("late", Double(row % 3))) }
            if row > 300 { features.append(("colour", row % 2 == 0 ? "red" : "blue")) }
            let label = row > 350 ? 2 : Double(row % 2)
            whole.append(named: features, label: label)
            halves[row / 200].append(named: features, label: label)
        }
        var one = TestEngine(plain)
        one.step(.batch(whole))
        var two = TestEngine(plain)
        for half in halves { two.step(.batch(half)) }
        #expect(one.engine.schema?.columns.map(\.name) == ["a", "late", "colour", "colour"])
        #expect(one.engine.schema?.classes.count == 3)
        #expect(one.engine.modelBytes == two.engine.modelBytes)
    }

    @Test("First at 1,000 trained samples, routine when time has passed and the model has moved")
    func publishing() {
        var engine = grown(900)
        #expect(engine.versions.isEmpty)
        var world = World(seed: 2)
        engine.step(.batch(world.batch(300)))
        #expect(engine.versions.map(\.reason) == [.first])
        #expect(engine.versions.first?.parent == nil)
        engine.step(.batch(world.batch(100)), after: .seconds(11))
        #expect(engine.versions.count == 1, "the first one is not stored")
        engine.step(.stored(version: 1, isDurable: true))
        #expect(engine.versions.map(\.reason) == [.first, .routine])
        #expect(engine.versions.last?.parent == 1)
        engine.step(.stored(version: 2, isDurable: true))
        engine.step(.tick, after: .seconds(20))
        #expect(engine.versions.count == 2, "nothing has moved")
        engine.step(.stored(version: 2, isDurable: false))
        engine.step(.tick, after: .seconds(20))
        #expect(engine.versions.map(\.state.number) == [1, 2, 3], "a lost version is made up for")
    }

    @Test("A start that resumes publishes once, above the registry's highest")
    func resuming() throws {
        var engine = grown(1500)
        engine.engine = try LearnerEngine(decoding: engine.engine.encoded())
        engine.step(.resumed(versionMax: 7))
        #expect(engine.versions.map(\.state.number) == [1, 8])
        #expect(engine.versions.last?.reason == .resumed)
        #expect(engine.versions.last?.parent == 1)
        engine.step(.tick)
        #expect(engine.versions.count == 2)
        var young = grown(500)
        young.engine = try LearnerEngine(decoding: young.engine.encoded())
        young.step(.resumed(versionMax: 0))
        #expect(young.versions.isEmpty, "there was no version to replace")
    }

    @Test("A pause freezes the champion whole, and resume lets it go on")
    func pausing() {
        var engine = grown(600)
        engine.step(.command(.pause))
        let frozen = engine.championBytes
        var world = World(seed: 3)
        engine.step(.batch(world.batch(100)))
        #expect(engine.championBytes == frozen)
        #expect(engine.engine.accounts.total.scored == 100)
        engine.step(.command(.resume))
        engine.step(.batch(world.batch(100)))
        #expect(engine.championBytes != frozen)
    }

    @Test("A reset forgets the model; numbers go on rising")
    func resetting() {
        var engine = grown(1500)
        #expect(engine.step(.command(.reset(task: .regression))) != nil)
        #expect(engine.engine.schema == nil)
        var world = World(seed: 4)
        for _ in 0..<15 { engine.step(.batch(world.batch(100))) }
        #expect(engine.vote?.task == .regression)
        #expect(engine.versions.map(\.state.number) == [1, 2])
        #expect(engine.versions.last?.reason == .first)
        var logistic = plain
        logistic.model = .logistic
        var other = grown(500, settings: logistic)
        guard case .refused = other.step(.command(.reset(task: .regression))) else {
            Issue.record("a logistic model cannot do regression")
            return
        }
        #expect(other.engine.schema != nil)
    }

    @Test(
        "A rollback makes the old champion new, and drops what is younger",
        arguments: [
            false, true,
        ]
    )
    func rollingBack(keepMemory: Bool) throws {
        var engine = grown(1200)
        let version = try #require(engine.versions.first?.state)
        var world = World(seed: 5)
        var batch = world.batch(400)
        batch.rows[10].label = 9
        engine.step(.batch(batch))
        #expect(engine.engine.schema?.classes.count == 3)
        let state = try VersionState(decoding: version.encoded())
        let answer = engine.step(.command(.rollback(state, keepMemory: keepMemory, hold: true)))
        guard case .done = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
        #expect(engine.engine.isHeld)
        #expect(engine.versions.last?.reason == .rollback)
        #expect(engine.versions.last?.parent == version.number)
        #expect(engine.engine.schema?.classes.count == (keepMemory ? 3 : 2))
        if !keepMemory {
            let old = version.contender.learner.parameters
            #expect(engine.engine.champion?.learner.parameters == old)
        }
        let memory = engine.engine.status()["memory"]?["rows"]?.integer ?? 0
        #expect(keepMemory ? memory > 1300 : memory <= 2 * 1200)
        let frozen = engine.championBytes
        engine.step(.batch(world.batch(50)))
        #expect(engine.championBytes == frozen)
        engine.step(.command(.resume))
        engine.step(.batch(world.batch(300)))
        #expect(engine.championBytes != frozen)
        #expect(engine.engine.accounts.balance)
    }

    @Test("A tick at the next deadline moves it on")
    func deadlines() {
        var settings = EngineSettings()
        settings.consolidation.every = .seconds(3)
        var engine = TestEngine(settings)
        var world = World()
        for round in 0..<60 {
            if round % 3 == 0 { engine.step(.batch(world.batch(60))) }
            guard let deadline = engine.engine.nextDeadline else { continue }
            engine.step(.tick, after: max(.zero, deadline - engine.now))
            #expect((engine.engine.nextDeadline ?? .start) > engine.now)
        }
    }

    @Test("A new rate takes effect at once; settings that cannot be are not used")
    func settingsLive() {
        var (one, two) = (grown(300), grown(300))
        var faster = plain
        faster.optimiser = .sgd(rate: 0.2)
        two.step(.settings(faster))
        var world = World(seed: 6)
        let batch = world.batch(100)
        one.step(.batch(batch))
        two.step(.batch(batch))
        #expect(one.championBytes != two.championBytes)
        var impossible = faster
        impossible.preparation.clip = -1
        two.step(.settings(impossible))
        #expect(two.engine.settings == faster)
        #expect(two.events.contains { if case .steered = $0 { true } else { false } })
        var other = faster
        other.optimiser = .momentum(rate: 0.1, momentum: 0.9)
        two.step(.settings(other))
        two.step(.batch(batch))
        #expect(two.engine.accounts.balance, "a learner keeps its optimiser for life")
    }
}
