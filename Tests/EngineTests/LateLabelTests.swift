// SPDX-License-Identifier: Apache-2.0
//
// Labels that come after their samples: what waits, what joins, what leaves, and the books of it.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite struct LateLabelTests {
    private static var settings: EngineSettings {
        var settings = EngineSettings()
        settings.task = .classes
        settings.width = 2
        settings.voteSamples = 1
        settings.memory.holdoutEvery = 10
        return settings
    }

    /// An engine that has learned a little.
    private func engine(_ settings: EngineSettings = Self.settings) -> TestEngine {
        var engine = TestEngine(settings)
        engine.step(.batch(samples(0..<40)))
        return engine
    }

    private func features(_ number: Int) -> [Float] {
        [Float(number % 7) - 3, Float(number % 5) - 2]
    }

    private func label(_ number: Int) -> Double { features(number)[0] > 0 ? 1 : 0 }

    private func samples(_ numbers: Range<Int>) -> MicroBatch {
        var batch = MicroBatch()
        for number in numbers { batch.append(features: features(number), label: label(number)) }
        return batch
    }

    private func unlabelled(_ numbers: Range<Int>) -> MicroBatch {
        var batch = MicroBatch()
        for number in numbers { batch.append(features: features(number), id: "s\(number)") }
        return batch
    }

    private func labels(_ numbers: some Sequence<Int>) -> MicroBatch {
        var batch = MicroBatch()
        for number in numbers { batch.append(label: label(number), for: "s\(number)") }
        return batch
    }

    private func scored(_ engine: TestEngine) -> [ScoredSample] {
        engine.events.compactMap { if case .scored(let sample) = $0 { sample } else { nil } }
    }

    @Test func aSampleIsScoredAndWaitsForItsLabel() {
        var engine = engine()
        let trained = engine.engine.accounts.total.trained
        engine.step(.batch(unlabelled(100..<104)))
        #expect(engine.engine.room.count == 4)
        #expect(engine.engine.accounts.total.waiting == 4)
        let told = scored(engine)
        #expect(told.map(\.id) == ["s100", "s101", "s102", "s103"])
        #expect(told.map(\.sequence) == [0, 1, 2, 3])
        #expect(told.allSatisfy { $0.values.count == 2 && abs($0.values.reduce(0, +) - 1) < 1e-5 })
        engine.step(.batch(labels([101, 103])))
        let total = engine.engine.accounts.total
        #expect(total.waiting == 2 && total.labels.joined == 2 && total.labels.received == 2)
        #expect(total.trained + total.holdout >= trained + 2)
        #expect(engine.engine.room.contains("s100") && !engine.engine.room.contains("s101"))
    }

    @Test func samplesThatNobodyAwaitsAreOnlyScored() {
        var engine = engine()
        var batch = MicroBatch()
        batch.append(features: [1, 1], label: nil)
        engine.step(.batch(batch))
        #expect(engine.engine.accounts.total.scored == 1 && scored(engine).isEmpty)
    }

    @Test func thePredictionOfThenIsTested() throws {
        // The first sample is predicted while the learner knows next to nothing, and its label
        // comes when it knows all: what counts is the first.
        var settings = Self.settings
        settings.task = .regression
        settings.memory.holdoutEvery = 1_000_000
        var engine = TestEngine(settings)
        var batch = MicroBatch()
        batch.append(features: [1, 0], label: 10)
        batch.append(features: [-1, 0], label: -10)
        engine.step(.batch(batch))
        batch = MicroBatch()
        batch.append(features: [1, 0], id: "a")
        engine.step(.batch(batch))
        let then = try #require(scored(engine).first?.values.first)
        let before = try #require(engine.engine.core).evaluation.loss
        for _ in 0..<200 {
            batch = MicroBatch()
            batch.append(features: [1, 0], label: 10)
            batch.append(features: [-1, 0], label: -10)
            engine.step(.batch(batch))
        }
        let lossBefore = try #require(engine.engine.core).evaluation.loss
        batch = MicroBatch()
        batch.append(label: 10, for: "a")
        engine.step(.batch(batch))
        let core = try #require(engine.engine.core)
        let added = core.evaluation.loss * 403 - lossBefore * 402
        #expect(abs(added - Double((then - 10) * (then - 10))) < 1e-2 * Double(then * then + 1))
        #expect(before.isFinite && core.labelled == 403)
    }

    @Test func joinedRowsAreLearnedLikeOthers() {
        // Labelled at once, or apart and at once after: the same model in the end.
        var whole = TestEngine(Self.settings)
        var apart = whole
        whole.step(.batch(samples(0..<60)))
        apart.step(.batch(samples(0..<60)))
        for number in 60..<90 {
            whole.step(.batch(samples(number..<number + 1)))
            apart.step(.batch(unlabelled(number..<number + 1)))
            apart.step(.batch(labels([number])))
        }
        var one = ByteWriter()
        var two = ByteWriter()
        whole.engine.champion?.learner.encode(into: &one)
        apart.engine.champion?.learner.encode(into: &two)
        // The scaling has seen the features of then twice, so models agree, but not to the bit.
        #expect(!one.bytes.isEmpty && one.bytes.count == two.bytes.count)
        #expect(whole.engine.accounts.total.learned == apart.engine.accounts.total.learned)
        let losses = [whole, apart].map { $0.engine.core?.evaluation.loss ?? .nan }
        #expect(abs(losses[0] - losses[1]) < 0.02)
    }

    @Test func rowsAndLabelsOfOneBatchKeepTheirOrder() {
        var engine = engine()
        var batch = MicroBatch()
        batch.append(label: 1, for: "early")
        batch.append(features: [1, 1], id: "early")
        batch.append(features: [1, 2], label: 1)
        batch.append(features: [2, 1], id: "b")
        batch.append(label: 1, for: "b")
        batch.append(label: 0, for: "b")
        batch.append(label: 0, for: "early")
        engine.step(.batch(batch))
        let tally = engine.engine.accounts.total.labels
        #expect(tally.joined == 2 && tally.unmatched == 2 && tally.received == 4)
        #expect(engine.engine.room.count == 0)
    }

    @Test func aSecondSampleOfOneNameIsADuplicate() {
        var engine = engine()
        var batch = MicroBatch()
        batch.append(features: [1, 1], id: "a")
        batch.append(features: [2, 2], id: "a")
        engine.step(.batch(batch))
        engine.step(.batch(batch))
        #expect(engine.refused(.duplicate) == 3 && engine.engine.room.count == 1)
        batch = MicroBatch()
        batch.append(label: 1, for: "a")
        engine.step(.batch(batch))
        // Once the name is free, it may be used again.
        batch = MicroBatch()
        batch.append(features: [1, 1], id: "a")
        engine.step(.batch(batch))
        #expect(engine.refused(.duplicate) == 3 && engine.engine.room.count == 1)
    }

    @Test func theOldestLeaveWhenTheRoomIsFull() {
        var settings = Self.settings
        settings.labels.rowsMax = 5
        var engine = engine(settings)
        engine.step(.batch(unlabelled(100..<112)))
        #expect(engine.engine.room.count == 5 && engine.refused(.expired) == 7)
        #expect(!engine.engine.room.contains("s106") && engine.engine.room.contains("s107"))
        engine.step(.batch(labels([100, 107, 999])))
        let tally = engine.engine.accounts.total.labels
        #expect(tally.late == 1 && tally.joined == 1 && tally.unmatched == 1)
    }

    @Test func theOldestLeaveWhenTheyTakeTooMuch() {
        var settings = Self.settings
        settings.labels.bytesMax = 4096
        var engine = engine(settings)
        engine.step(.batch(unlabelled(0..<200)))
        #expect(engine.engine.room.bytes <= 4096 && engine.engine.room.count > 5)
        let left = UInt64(engine.engine.room.count)
        #expect(engine.refused(.expired) == 200 - left)
    }

    @Test func timeLetsThemLeave() throws {
        var settings = Self.settings
        settings.labels.ageMax = .seconds(10)
        var engine = engine(settings)
        engine.step(.batch(unlabelled(0..<3)))
        engine.step(.batch(unlabelled(3..<5)), after: .seconds(5))
        engine.step(.tick, after: .milliseconds(4990))
        #expect(engine.engine.room.count == 5)
        let deadline = try #require(engine.engine.nextDeadline)
        #expect(deadline > engine.now)
        engine.step(.tick, after: .milliseconds(20))
        #expect(engine.engine.room.count == 2 && engine.refused(.expired) == 3)
        engine.step(.tick, after: .seconds(5))
        #expect(engine.engine.room.count == 0 && engine.refused(.expired) == 5)
    }

    @Test func aRoomOfNoRowsOnlyScores() {
        var settings = Self.settings
        settings.labels.rowsMax = 0
        var engine = engine(settings)
        engine.step(.batch(unlabelled(0..<3)))
        engine.step(.batch(labels([1])))
        #expect(scored(engine).count == 3 && engine.engine.room.count == 0)
        #expect(engine.engine.accounts.total.scored == 3)
        #expect(engine.engine.accounts.total.labels.unmatched == 1)
    }

    @Test func aLabelThatCannotBeLearnedLeavesItsSampleWaiting() {
        var settings = Self.settings
        settings.task = .regression
        var engine = TestEngine(settings)
        engine.step(.batch(samples(0..<10)))
        engine.step(.batch(unlabelled(10..<11)))
        var batch = MicroBatch()
        batch.append(label: 1e300, for: "s10")
        engine.step(.batch(batch))
        #expect(engine.engine.accounts.total.labels.refused == 1 && engine.engine.room.count == 1)
        engine.step(.batch(labels([10])))
        #expect(engine.engine.accounts.total.labels.joined == 1 && engine.engine.room.count == 0)
    }

    @Test func delaysAreMeasured() throws {
        var engine = engine()
        engine.step(.batch(unlabelled(0..<1)))
        engine.step(.batch(samples(1..<11)))
        engine.step(.batch(labels([0])), after: .seconds(4))
        let delay = engine.engine.room.delay
        #expect(delay.meanSamples == 11)
        let seconds = try #require(delay.json["seconds"]?.double)
        #expect(abs(seconds - 4.001) < 1e-6)
        let metrics = engine.engine.status()["metrics"]
        #expect(metrics?["label_delay"]?["recent_samples"]?.double == 11)
    }

    @Test func aNewClassMayComeLate() {
        var engine = engine()
        engine.step(.batch(unlabelled(0..<2)))
        var batch = MicroBatch()
        batch.append(label: 7, for: "s1")
        batch.append(label: 1, for: "s0")
        engine.step(.batch(batch))
        #expect(engine.engine.schema?.classes.count == 3)
        #expect(engine.engine.accounts.total.labels.joined == 2)
    }

    @Test func aLateWeightTakesThePlaceOfTheSamples() {
        var engine = engine()
        engine.step(.batch(unlabelled(0..<1)))
        var batch = MicroBatch()
        batch.append(label: 1, for: "s0", weight: 0)
        engine.step(.batch(batch))
        #expect(engine.engine.accounts.total.scored == 1)
    }
}
