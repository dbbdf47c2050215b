// SPDX-License-Identifier: Apache-2.0
//
// Late labels through a learner's life: the vote, commands, settings, races.

import Consolidation
import Drift
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing
import Versions

@Suite struct LateLabelLifeTests {
    private var settings: EngineSettings {
        var settings = EngineSettings()
        settings.voteSamples = 50
        return settings
    }

    private func unlabelled(_ numbers: Range<Int>, width: Int = 3) -> MicroBatch {
        var batch = MicroBatch()
        for number in numbers {
            batch.append(
                features: (0..<width).map { Float((number * ($0 + 3)) % 11) },
                id: "s\(number)"
            )
        }
        return batch
    }

    private func labels(_ numbers: Range<Int>) -> MicroBatch {
        var batch = MicroBatch()
        for number in numbers { batch.append(label: Double(number % 2), for: "s\(number)") }
        return batch
    }

    @Test func theVoteWaitsForLabels() {
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<300)))
        engine.step(.tick, after: .seconds(5))
        #expect(engine.engine.schema == nil && engine.engine.accounts.total.waiting == 300)
        engine.step(.batch(labels(0..<49)))
        #expect(engine.engine.schema == nil)
        engine.step(.batch(labels(49..<60)))
        #expect(engine.engine.schema?.task == .classes && engine.engine.schema?.width == 3)
        let total = engine.engine.accounts.total
        #expect(total.labels.joined == 60 && total.waiting == 240)
        #expect(engine.engine.room.count == 240)
    }

    @Test func patienceBeginsWithTheFirstVote() {
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<10)))
        engine.step(.tick, after: .seconds(60))
        engine.step(.batch(labels(0..<5)))
        #expect(engine.engine.schema == nil)
        engine.step(.tick, after: .milliseconds(2100))
        #expect(engine.engine.schema != nil && engine.engine.accounts.total.labels.joined == 5)
    }

    @Test func samplesWithoutNameDoNotWaitForTheVoteForEver() {
        var engine = TestEngine(settings)
        var batch = unlabelled(0..<10)
        for _ in 0..<50 { batch.append(features: [1, 2, 3], label: nil) }
        engine.step(.batch(batch))
        let total = engine.engine.accounts.total
        #expect(engine.engine.schema == nil && total.scored == 50 && total.waiting == 10)
    }

    @Test func theBoundsHoldBeforeTheVote() {
        var settings = settings
        settings.labels.rowsMax = 20
        settings.labels.ageMax = .seconds(10)
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<15)))
        engine.step(.batch(unlabelled(15..<30)), after: .seconds(1))
        #expect(engine.engine.accounts.total.waiting == 20 && engine.refused(.expired) == 10)
        engine.step(.tick, after: .milliseconds(9500))
        #expect(engine.engine.accounts.total.waiting == 15 && engine.refused(.expired) == 15)
        engine.step(.batch(labels(0..<30)))
        engine.step(.batch(labels(100..<120)))
        let labels = engine.engine.accounts.total.labels
        #expect(labels.joined == 15 && labels.late == 15 && labels.unmatched == 20)
    }

    @Test func aTaskThatIsKnownNeedsNoLabels() {
        var settings = settings
        settings.task = .regression
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<50)))
        #expect(engine.engine.schema?.width == 3 && engine.engine.room.count == 50)
    }

    @Test func aResetEmptiesTheRoom() {
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<60)))
        engine.step(.batch(labels(0..<55)))
        #expect(engine.engine.room.count == 5)
        engine.step(.command(.reset(task: nil)))
        #expect(engine.engine.room.count == 0 && engine.refused(.expired) == 5)
        engine.step(.batch(labels(55..<60)))
        #expect(engine.engine.accounts.total.labels.waiting == 5)
        #expect(engine.engine.accounts.balance)
    }

    @Test func aRollbackKeepsWhoWaits() throws {
        var settings = settings
        settings.publish.first = 40
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<60)))
        engine.step(.batch(labels(0..<55)))
        let version = try #require(engine.versions.last)
        engine.step(
            .command(.rollback(version.state, keepMemory: false, hold: true))
        )
        #expect(engine.engine.room.count == 5)
        engine.step(.batch(labels(55..<60)))
        let total = engine.engine.accounts.total
        #expect(total.labels.joined == 60 && total.scored == 5 && engine.engine.isHeld)
    }

    @Test func scoredSamplesSayHowUnusualTheyAre() throws {
        var settings = settings
        settings.task = .regression
        settings.anomaly.isEnabled = true
        settings.anomaly.window = 60
        settings.anomaly.trees = 10
        settings.anomaly.height = 5
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<400)))
        var batch = MicroBatch()
        batch.append(features: [500, -500, 500], id: "far")
        batch.append(features: [5, 5, 5], id: "near")
        engine.step(.batch(batch))
        var ranks: [String: Float] = [:]
        for case .scored(let sample) in engine.events { ranks[sample.id] = sample.anomaly?.rank }
        #expect(try #require(ranks["far"]) > 0.95 && ranks["near", default: 1] < 0.9)
        #expect(ranks["s10"] == nil && ranks["s399"] != nil)
        // A label says nothing new of the features: the sample is not counted again.
        let before = try #require(engine.engine.core?.anomaly).count
        engine.step(.batch(labels(0..<100)))
        #expect(engine.engine.core?.anomaly?.count == before)
        let metrics = engine.engine.status()["metrics"]
        #expect(metrics?["anomaly"]?["count"]?.integer == Int64(before))
        settings.anomaly.isEnabled = false
        engine.step(.settings(settings))
        #expect(try #require(engine.engine.core).anomaly == nil)
    }

    @Test func smallerBoundsHoldAtOnce() {
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<60)))
        engine.step(.batch(labels(0..<50)))
        var smaller = settings
        smaller.labels.rowsMax = 3
        engine.step(.settings(smaller))
        #expect(engine.engine.room.count == 3 && engine.refused(.expired) == 7)
    }

    @Test func aRaceGoesByThePredictionsOfToday() throws {
        // All labels are late, and the world turns while they are under way: the champion of then
        // looks worse than the champion of today, but no challenger may win by that.
        var settings = settings
        settings.consolidation.recipe.raceSamples = 300
        settings.memory.holdoutEvery = 1000
        settings.drift.isEnabled = false
        var engine = TestEngine(settings)
        engine.step(.batch(unlabelled(0..<200)))
        engine.step(.batch(labels(0..<200)))
        engine.step(.batch(unlabelled(200..<500)))
        engine.step(.command(.consolidate))
        engine.finishJob()
        engine.step(.batch(labels(200..<500)))
        let core = try #require(engine.engine.core)
        #expect(core.labelled == 500)
        #expect(engine.engine.accounts.total.waiting == 0)
        #expect(engine.verdicts.count <= 1)
    }

    @Test func oldColumnsAreMissingInWhoWaited() throws {
        var settings = settings
        settings.voteSamples = 1
        var engine = TestEngine(settings)
        func named(_ names: [String], label: Double?, id: String?) -> MicroBatch {
            var batch = MicroBatch()
            for name in names {
                batch.entries.append(
                    .init(name: batch.strings.intern(name), value: 1, kind: .number)
                )
            }
            batch.rows.append(
                .init(
                    label: label ?? 0,
                    labelKind: label == nil ? .none : .number,
                    start: 0,
                    count: names.count,
                    weight: 1,
                    producer: 0,
                    shape: .named,
                    id: id.map { batch.ids.intern($0) + 1 } ?? 0
                )
            )
            return batch
        }
        engine.step(.batch(named(["a"], label: 1, id: nil)))
        engine.step(.batch(named(["a", "b"], label: nil, id: "x")))
        engine.step(.batch(named(["a", "c", "d"], label: 0, id: nil)))
        var batch = MicroBatch()
        batch.append(label: 1, for: "x")
        engine.step(.batch(batch))
        let core = try #require(engine.engine.core)
        #expect(core.schema.width == 4 && core.labelled == 3)
        let rows = core.memory.rows(of: .recent)
        #expect(rows.features(of: rows.count - 1).prefix(2).allSatisfy { $0 == 1 })
        #expect(rows.features(of: rows.count - 1).suffix(2).allSatisfy { $0.isNaN })
    }
}
