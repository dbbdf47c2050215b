// SPDX-License-Identifier: Apache-2.0
//
// The life of a learner that is a pool: models made anew by its schedule, by order and after a
// drift, checkpoints on the way, rows that wait for their labels, growth.

import Consolidation
import Drift
import Engine
import Experts
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite("A pool's life") struct PoolLifeTests {
    /// A few quick experts, one of them made anew.
    private var settings: EngineSettings {
        var settings = EngineSettings()
        settings.model = .pool
        settings.pool.experts = ["label_table", "naive_bayes", "knn_200", "forest"]
        settings.pool.rows = 300
        settings.drift.isEnabled = false
        settings.publish.first = 150
        return settings
    }

    private func grown(_ rows: Int, _ settings: EngineSettings? = nil) -> TestEngine {
        var engine = TestEngine(settings ?? self.settings)
        var world = World(seed: 1)
        for _ in 0..<rows / 25 { engine.step(.batch(world.batch(25))) }
        return engine
    }

    private func refits(_ engine: TestEngine) -> JSONValue? {
        engine.engine.status()["consolidation"]?["refits"]
    }

    @Test("Models are made anew by the pool's own schedule, counted and not told")
    func schedule() throws {
        var engine = grown(250)
        #expect(engine.vote != nil && engine.engine.schema?.task == .classes)
        let first = try #require(engine.refits.first)
        #expect(first.refit.rows > 150 && engine.refits.count == 1, "the vote lasts 200 samples")
        engine.finishRefit(busy: .milliseconds(60))
        #expect(refits(engine) == ["adopted": 1, "rejected": 0])
        #expect(engine.verdicts.isEmpty && engine.cancelled.isEmpty)
        #expect(engine.versions.map(\.reason) == [.first], "routine is not published by itself")

        // The next one is due after a quarter as many rows, and after the worker's rest.
        var world = World(seed: 2)
        engine.step(.batch(world.batch(90)))
        #expect(engine.refits.isEmpty, "the job took 60 ms, so the worker rests for 140")
        let deadline = try #require(engine.engine.nextDeadline)
        #expect(deadline - engine.now == .milliseconds(139))
        engine.step(.tick, after: .milliseconds(139))
        #expect(engine.refits.count == 1)
        engine.finishRefit(busy: .zero)
        engine.step(.batch(world.batch(10)))
        #expect(engine.refits.isEmpty, "not due")
    }

    @Test("An order is obeyed at once, told, and published")
    func order() throws {
        var engine = grown(25)
        engine.step(.tick, after: .seconds(3))
        guard case .refused(let reason, _)? = engine.step(.command(.consolidate)) else {
            Issue.record("a pool of 25 rows has nothing to make anew")
            return
        }
        #expect(reason.contains("50"))
        var world = World(seed: 3)
        engine.step(.batch(world.batch(100)))
        #expect(engine.refits.count == 1, "the first one on schedule")
        guard case .done? = engine.step(.command(.consolidate)) else {
            Issue.record("an order comes after what is at work")
            return
        }
        engine.finishRefit()
        #expect(engine.refits.count == 1, "the order starts without a rest")
        #expect(engine.verdicts.isEmpty)
        guard case .refused? = engine.step(.command(.consolidate)) else {
            Issue.record("one order at a time")
            return
        }
        engine.step(.stored(version: 1, isDurable: true))
        engine.finishRefit()
        #expect(engine.verdicts == [.adopted])
        let version = try #require(engine.versions.last)
        #expect(version.reason == .consolidated && version.note["trigger"] == "command")
        #expect(version.note["reason"]?.text?.contains("forest") == true)
    }

    @Test("After a drift models are made of what came since, and told")
    func drift() throws {
        var settings = settings
        settings.drift.isEnabled = true
        settings.pool.experts = ["naive_bayes", "forest"]
        settings.pool.rows = 2000
        var engine = TestEngine(settings)
        var world = World(seed: 4)
        func feed(_ rows: Int) {
            for _ in 0..<rows / 25 {
                engine.step(.batch(world.batch(25)), after: .seconds(1))
                engine.finishRefit()
            }
        }
        feed(1000)
        #expect(engine.verdicts.isEmpty)
        world.isReversed = true
        var wanted: RefitJob?
        for _ in 0..<40 where wanted == nil {
            engine.step(.batch(world.batch(25)), after: .seconds(1))
            let started = engine.events.contains { event in
                if case .consolidated(let news) = event { news.trigger == .drift } else { false }
            }
            if started { wanted = engine.refits.last } else { engine.finishRefit() }
        }
        let job = try #require(wanted)
        #expect((250..<400).contains(job.refit.rows), "of the new world, and enough of it")
        #expect(job.refit.newRows ?? 0 >= 250)
        engine.finishRefit()
        #expect(engine.verdicts.contains(.adopted))
        #expect(engine.engine.status()["drift"]?["drifts"]?.integer ?? 0 > 0)
    }

    @Test("A job that a stop takes away begins again after the start, whoever wanted it")
    func restoration() throws {
        for isOrdered in [false, true] {
            var engine = grown(275)
            if isOrdered {
                while !engine.refits.isEmpty { engine.finishRefit() }
                engine.step(.command(.consolidate))
            }
            let lost = try #require(engine.refits.last)
            let bytes = engine.engine.encoded()
            var other = TestEngine(settings)
            other.now = engine.now
            other.engine = try LearnerEngine(decoding: bytes)
            let isSame = other.engine.encoded() == bytes
            #expect(isSame)
            // The same future, if the job comes back after all.
            var world = World(seed: 5)
            let batch = world.batch(10)
            for place in [0, 1] {
                var one = place == 0 ? engine : other
                one.refits = [lost]
                one.step(.batch(batch))
                one.finishRefit()
                if place == 0 { engine = one } else { other = one }
            }
            let goOnAlike = other.engine.encoded() == engine.engine.encoded()
            #expect(goOnAlike)
            // And if it does not.
            other = TestEngine(settings)
            other.now = engine.now
            other.engine = try LearnerEngine(decoding: bytes)
            other.step(.resumed(versionMax: 1, consolidationMax: 9))
            #expect(other.refits.count == 1 && other.refits.first?.id == 10)
            other.step(.refitFinished(id: lost.id, refit: lost.refit))
            #expect(other.refits.count == 1, "what comes too late is not taken")
            other.finishRefit()
            #expect(other.verdicts == (isOrdered ? [.expired, .adopted] : []))
            #expect(refits(other) == ["adopted": isOrdered ? 3 : 1, "rejected": 0])
        }
    }

    @Test("A job that is late is given up")
    func lateness() {
        var engine = grown(250)
        engine.step(.tick, after: .seconds(31))
        #expect(engine.cancelled == [1] && engine.verdicts == [.expired])
        engine.finishRefit()
        #expect(refits(engine) == ["adopted": 0, "rejected": 0])
    }

    @Test("One sample at a time or many: the same bytes", arguments: [1, 7, 100])
    func batchSizes(size: Int) {
        func fed(by size: Int) -> TestEngine {
            var engine = TestEngine(settings)
            var world = World(seed: 6)
            var samples: [MicroBatch.Row] = []
            var values: [Float] = []
            for number in 0..<420 {
                let one = world.batch(1)
                var row = one.rows[0]
                if number == 300 { row.label = 7 }
                if number % 40 == 7 { row.labelKind = .none }
                if number % 55 == 9 { row.weight = 0 }
                samples.append(row)
                values += one.values
            }
            for start in stride(from: 0, to: samples.count, by: size) {
                var batch = MicroBatch()
                for number in start..<min(start + size, samples.count) {
                    samples[number].start = UInt32(batch.values.count)
                    batch.rows.append(samples[number])
                    batch.values += values[number * 4..<(number + 1) * 4]
                }
                engine.step(.batch(batch))
                // Its result comes back where it belongs in the one order of samples.
                engine.refits.removeAll()
            }
            return engine
        }
        var settings = settings
        settings.pool.experts.removeAll { $0 == "forest" }
        let (one, many) = (fed(by: 3), fed(by: size))
        let areSame = one.championBytes == many.championBytes
        #expect(areSame)
        #expect(one.engine.accounts.total == many.engine.accounts.total)
    }

    @Test("Labels that are late find what was said then, across a checkpoint, growth and all")
    func lateLabels() throws {
        var settings = settings
        settings.voteSamples = 50
        var engine = TestEngine(settings)
        func features(_ number: Int) -> [Float] { (0..<3).map { Float((number * ($0 + 3)) % 11) } }
        func unlabelled(_ numbers: Range<Int>) -> MicroBatch {
            var batch = MicroBatch()
            for number in numbers { batch.append(features: features(number), id: "s\(number)") }
            return batch
        }
        func labels(_ numbers: Range<Int>) -> MicroBatch {
            var batch = MicroBatch()
            for number in numbers { batch.append(label: Double(number % 2), for: "s\(number)") }
            return batch
        }
        engine.step(.batch(unlabelled(0..<80)))
        engine.step(.batch(labels(0..<80)))
        engine.step(.batch(unlabelled(80..<240)))
        #expect(engine.engine.room.count == 160)
        var other = TestEngine(settings)
        other.now = engine.now
        other.engine = try LearnerEngine(decoding: engine.engine.encoded())
        other.refits = engine.refits
        // A class that was not known when they came, and models made anew meanwhile.
        var third = MicroBatch()
        third.append(features: [1, 2, 3], label: 2)
        for place in [0, 1] {
            var one = place == 0 ? engine : other
            one.step(.batch(labels(80..<160)))
            one.finishRefit()
            one.step(.batch(third))
            one.step(.batch(labels(160..<240)))
            if place == 0 { engine = one } else { other = one }
        }
        #expect(engine.engine.accounts.total.labels.joined == 240)
        let areSame = engine.engine.encoded() == other.engine.encoded()
        #expect(areSame)
        let core = try #require(engine.engine.core)
        #expect(core.champion.isFinite && core.champion.learner.outputs == 3)
        #expect(refits(engine)?["adopted"]?.integer ?? 0 >= 1)
    }

    @Test("Columns and classes come within a batch as they would between batches")
    func growth() {
        var whole = MicroBatch()
        var halves = [MicroBatch(), MicroBatch()]
        for row in 0..<300 {
            var features: [(String, Any)] = [("a", Double(row % 7))]
            if row > 220 { features.append(("late", Double(row % 3))) }
            if row > 250 { features.append(("colour", row % 2 == 0 ? "red" : "blue")) }
            let label = row > 270 ? 2 : Double(row % 2)
            whole.append(named: features, label: label)
            halves[row / 150].append(named: features, label: label)
        }
        var settings = settings
        settings.voteSamples = 100
        // When a model is made anew is told by the batches.
        settings.pool.experts.removeAll { $0 == "forest" }
        var one = TestEngine(settings)
        one.step(.batch(whole))
        var two = TestEngine(settings)
        for half in halves { two.step(.batch(half)) }
        #expect(one.engine.schema?.width == 4 && one.engine.schema?.classes.count == 3)
        let areSame = one.championBytes == two.championBytes
        #expect(areSame)
        #expect(one.engine.champion?.isFinite == true)
    }

    @Test("Weights and losses of the experts stand in status and manifest, the name in both")
    func figures() throws {
        let engine = grown(300)
        let status = engine.engine.status()
        #expect(status["model"] == "pool")
        let experts = try #require(status["metrics"]?["experts"]?.items)
        #expect(experts.compactMap { $0["name"]?.text } == settings.pool.experts)
        let weights = experts.compactMap { $0["weight"]?.double }
        #expect((weights.reduce(0, +) - 1).magnitude < 1e-3)
        #expect(experts.allSatisfy { $0["loss"]?.double != nil && $0["error"]?.double != nil })
        #expect(experts.allSatisfy { $0["awake"] == .bool(true) })

        let draft = try #require(engine.versions.first)
        let manifest = Manifest.json(
            draft,
            identity: Identity(incarnation: "i", learner: .default),
            facts: .init(created: "", bytes: 1, sha256: "", trainSeconds: 0)
        )
        #expect(manifest["model"] == "pool")
        #expect(manifest["metrics"]?["experts"]?.items.count == settings.pool.experts.count)

        var knn = settings
        knn.pool.experts = ["knn_1000", "knn_numbers"]
        let other = grown(250, knn)
        let named = other.engine.status()
        #expect(named["model"] == "knn" && named["metrics"]?["experts"]?.items.count == 2)
        #expect(named["consolidation"]?["refits"] == .null, "neighbours are never made anew")
        #expect(other.refits.isEmpty)
    }

    @Test("Who cannot follow leaves, and when nobody is left the usual ones take over")
    func succession() throws {
        var settings = settings
        settings.pool.experts = ["arow_quadratic"]
        settings.voteSamples = 20
        var engine = TestEngine(settings)
        func batch(_ columns: Int, _ rows: Range<Int>) -> MicroBatch {
            var batch = MicroBatch()
            for row in rows {
                let named = (0..<columns).map { ("c\($0)", Double((row * ($0 + 1)) % 5) as Any) }
                batch.append(named: named, label: Double(row % 2))
            }
            return batch
        }
        engine.step(.batch(batch(5, 0..<40)))
        #expect(engine.engine.status()["metrics"]?["experts"]?.items.count == 1)
        engine.step(.batch(batch(11, 40..<60)))
        let experts = try #require(engine.engine.status()["metrics"]?["experts"]?.items)
        #expect(experts.count > 10)
        #expect(engine.engine.champion?.isFinite == true)
        let bytes = engine.engine.encoded()
        let isSame = try LearnerEngine(decoding: bytes).encoded() == bytes
        #expect(isSame)
    }
}
