// SPDX-License-Identifier: Apache-2.0
//
// What an engine says of drift beside its own errors: whose features, labels, context or producer
// it was, and what asks for a consolidation.

import Consolidation
import Drift
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

private func settings(_ change: (inout DriftSettings) -> Void = { _ in }) -> EngineSettings {
    var settings = EngineSettings()
    settings.task = .classes
    settings.width = 4
    settings.voteSamples = 1
    change(&settings.drift)
    return settings
}

/// Rows of one world by producers, contexts and quirks.
private struct Feed {
    var world: World
    var random: RandomSource

    init(seed: UInt64) {
        world = World(seed: seed)
        random = RandomSource(seed: seed &+ 99)
    }

    mutating func batch(
        _ rows: Int,
        producers: [String] = [],
        bad: Set<String> = [],
        contexts: [String] = [],
        badContext: String? = nil,
        shift: Float = 0,
        isLabelled: Bool = true
    ) -> MicroBatch {
        var batch = MicroBatch()
        for _ in 0..<rows {
            var (features, label) = world.sample()
            let producer = producers.isEmpty ? nil : producers[random.below(producers.count)]
            let context = contexts.isEmpty ? nil : contexts[random.below(contexts.count)]
            if producer.map(bad.contains) == true || context != nil && context == badContext {
                label = random.chance(0.5) ? 1 : 0
            }
            // A feature that decides nothing.
            features[2] += shift
            batch.append(features: features, label: isLabelled ? label : nil)
            let row = batch.rows.count - 1
            if let producer { batch.rows[row].producer = batch.producer(producer) }
            if let context { batch.rows[row].context = batch.context(context) }
        }
        return batch
    }
}

extension TestEngine {
    fileprivate var reports: [DriftReport] {
        events.compactMap { if case .drifted(let report, _) = $0 { report } else { nil } }
    }

    fileprivate func texts() -> String {
        events.map { JSONValue.object($0.fields).jsonText }.joined(separator: "\n")
    }

    fileprivate mutating func feed(_ batch: MicroBatch) {
        step(.batch(batch), after: .milliseconds(100))
    }
}

@Suite struct WatchTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func aProducerThatTurnsBadIsNamed(
        seed: UInt64
    ) throws {
        var feed = Feed(seed: seed)
        var engine = TestEngine(settings())
        for _ in 0..<40 { engine.feed(feed.batch(100, producers: ["ann", "bob"])) }
        let before = engine.reports.count { $0.level == .drift }
        for _ in 0..<6 {
            engine.feed(feed.batch(100, producers: ["ann", "bob"], bad: ["bob"]))
        }
        let drifts = engine.reports.filter { $0.level == .drift }.dropFirst(before)
        #expect(!drifts.isEmpty)
        let subjects = drifts.map(\.subject)
        #expect(subjects == subjects.map { _ in .producer("bob") })
        #expect(engine.texts().contains("\"producer\":\"bob\""))
        let drift = try #require(engine.engine.status()["drift"])
        #expect(drift["of_producers"]?.integer == Int64(drifts.count))
        #expect(engine.engine.status()["consolidation"]?["state"]?.text == "idle")
        let jobs = engine.jobs.count
        #expect(jobs == 0)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>) func whatAllProducersHaveIsTheWorlds(
        seed: UInt64
    ) {
        var feed = Feed(seed: seed)
        var engine = TestEngine(settings())
        for _ in 0..<40 { engine.feed(feed.batch(100, producers: ["ann", "bob"])) }
        feed.world.isReversed = true
        for _ in 0..<4 { engine.feed(feed.batch(100, producers: ["ann", "bob"])) }
        let drifts = engine.reports.filter { $0.level == .drift }
        #expect(!drifts.isEmpty && drifts.allSatisfy { $0.subject == .world })
        #expect(!engine.jobs.isEmpty)
    }

    @Test func aFeatureThatMovesIsNamedAndOnlyWarns() throws {
        for isDrift in [false, true] {
            var feed = Feed(seed: 5)
            var engine = TestEngine(
                settings { if isDrift { $0.beside.features = .drift } }
            )
            for _ in 0..<40 { engine.feed(feed.batch(100)) }
            for _ in 0..<10 { engine.feed(feed.batch(100, shift: 2)) }
            let report = try #require(engine.reports.first { $0.signal == .features })
            #expect(report.subject == .feature("2", .level) && report.change == .rise)
            #expect(report.level == (isDrift ? .drift : .warning))
            #expect(engine.texts().contains("\"feature\":\"2\",\"aspect\":\"level\",\"size\":"))
            #expect(engine.jobs.isEmpty != isDrift)
            let drift = try #require(engine.engine.status()["drift"])
            #expect(drift["features_watched"]?.integer == 4)
            #expect(drift["recent"]?.items.isEmpty == false)
            let index = try #require(engine.engine.status()["metrics"]?["psi"])
            #expect(index["features"]?.integer ?? 0 > 0 && index["threshold"]?.double ?? 0 > 0)
        }
        var feed = Feed(seed: 5)
        var engine = TestEngine(settings { $0.beside.features = .off })
        for _ in 0..<50 { engine.feed(feed.batch(100)) }
        #expect(engine.engine.status()["metrics"]?["psi"] == nil)
    }

    @Test func samplesWithoutLabelsAreWatchedToo() throws {
        var feed = Feed(seed: 6)
        var engine = TestEngine(settings())
        for _ in 0..<40 { engine.feed(feed.batch(100)) }
        for _ in 0..<10 { engine.feed(feed.batch(100, shift: 2, isLabelled: false)) }
        #expect(engine.reports.contains { $0.subject == .feature("2", .level) })
    }

    @Test func lateLabelsDoNotCountFeaturesTwice() throws {
        var feed = Feed(seed: 7)
        var prompt = TestEngine(settings())
        var late = TestEngine(settings())
        let first = feed.batch(100)
        prompt.feed(first)
        late.feed(first)
        for round in 0..<30 {
            let batch = feed.batch(60)
            prompt.feed(batch)
            var bare = batch
            var labels = MicroBatch()
            for row in bare.rows.indices {
                let id = "\(round)-\(row)"
                bare.rows[row].id = UInt32(bare.ids.intern(id)) + 1
                bare.rows[row].labelKind = .none
                labels.labels.append(
                    MicroBatch.LateLabel(
                        id: labels.ids.intern(id),
                        label: batch.rows[row].label,
                        labelKind: .number,
                        producer: 0,
                        row: 0
                    )
                )
            }
            late.feed(bare)
            late.feed(labels)
        }
        func features(_ engine: TestEngine) throws -> [UInt8] {
            var writer = ByteWriter()
            try #require(engine.engine.core?.beside.features).encode(into: &writer)
            return writer.bytes
        }
        #expect(late.engine.status()["labels"]?["joined"]?.integer == 1800)
        #expect(try features(late) == features(prompt))
    }

    @Test func labelsAndContextsAreTold() throws {
        var feed = Feed(seed: 8)
        var engine = TestEngine(settings())
        let contexts = ["north", "south"]
        for _ in 0..<50 { engine.feed(feed.batch(100, contexts: contexts)) }
        for _ in 0..<10 {
            engine.feed(feed.batch(100, contexts: contexts, badContext: "south"))
        }
        #expect(engine.reports.contains { $0.subject == .context("south") })
        var skewed = TestEngine(settings())
        for _ in 0..<50 { skewed.feed(feed.batch(100)) }
        for _ in 0..<10 {
            var batch = feed.batch(100)
            for row in batch.rows.indices where row % 3 > 0 { batch.rows[row].label = 1 }
            skewed.feed(batch)
        }
        let report = try #require(skewed.reports.first { $0.signal == .labels })
        guard case .label = report.subject else {
            Issue.record("\(report)")
            return
        }
        #expect(report.detector == "chi_squared" && report.level == .warning)
    }

    @Test func numbersToBePredictedAreWatchedAsAColumn() throws {
        var random = RandomSource(seed: 9)
        var own = settings()
        own.task = .regression
        own.width = 1
        var engine = TestEngine(own)
        for round in 0..<60 {
            var batch = MicroBatch()
            for _ in 0..<100 {
                let noise = random.normal()
                batch.append(features: [Float(noise)], label: round < 45 ? noise : 3 * noise)
            }
            engine.feed(batch)
        }
        let report = try #require(engine.reports.first { $0.signal == .labels })
        #expect(report.subject == .target(.spread) && report.change == .rise)
        #expect(engine.texts().contains("\"signal\":\"labels\",\"change\":\"rise\""))
    }

    @Test func itDoesNotMatterHowSamplesAreCut() {
        var feed = Feed(seed: 12)
        var world: [MicroBatch] = []
        for round in 0..<45 {
            world.append(
                feed.batch(
                    100,
                    producers: ["ann", "bob"],
                    bad: round >= 35 ? ["bob"] : [],
                    contexts: ["north", "south"],
                    shift: round >= 40 ? 1 : 0
                )
            )
        }
        var whole = TestEngine(settings { _ in })
        var single = TestEngine(settings { _ in })
        for batch in world {
            whole.feed(batch)
            for row in batch.rows {
                var own = MicroBatch()
                let first = Int(row.start)
                own.append(
                    features: Array(batch.values[first..<first + Int(row.count)]),
                    label: row.label
                )
                own.rows[0].producer = own.producer(batch.producers[Int(row.producer)])
                own.rows[0].context = own.context(batch.contexts.text(UInt32(row.context) - 1))
                single.step(.batch(own), after: .zero)
            }
            single.now = whole.now
        }
        func bytes(_ engine: TestEngine) -> [UInt8] {
            var writer = ByteWriter()
            engine.engine.core?.beside.encode(into: &writer)
            engine.engine.core?.watch.encode(into: &writer)
            return writer.bytes
        }
        #expect(whole.reports == single.reports)
        #expect(whole.reports.contains { $0.subject == .producer("bob") })
        #expect(bytes(whole) == bytes(single))
    }

    @Test func theWatchIsPartOfTheState() throws {
        var feed = Feed(seed: 10)
        var engine = TestEngine(settings())
        let producers = ["ann", "bob"]
        for _ in 0..<30 {
            engine.feed(feed.batch(70, producers: producers, contexts: ["north", "south"]))
        }
        var twin = TestEngine(settings())
        twin.engine = try LearnerEngine(decoding: engine.engine.encoded())
        twin.now = engine.now
        for round in 0..<20 {
            let batch = feed.batch(
                90,
                producers: producers,
                bad: round > 5 ? ["bob"] : [],
                contexts: ["north", "south"],
                shift: round > 3 ? 1 : 0
            )
            engine.feed(batch)
            twin.feed(batch)
        }
        #expect(engine.engine.encoded() == twin.engine.encoded())
        #expect(!twin.reports.isEmpty)
    }

    @Test func columnsAreNamedAndGrow() throws {
        var own = settings()
        own.width = nil
        var engine = TestEngine(own)
        var random = RandomSource(seed: 11)
        for round in 0..<60 {
            var batch = MicroBatch()
            for _ in 0..<100 {
                var features: [(String, Any)] = [("temp", random.normal())]
                if round >= 5 { features.append(("site", random.chance(0.5) ? "a" : "b")) }
                if round >= 45 { features[0].1 = random.normal() + 3 }
                batch.append(named: features, label: random.chance(0.5) ? 1 : 0)
            }
            engine.feed(batch)
        }
        #expect(engine.reports.contains { $0.subject == .feature("temp", .level) })
        let drift = try #require(engine.engine.status()["drift"])
        #expect(drift["features_watched"]?.integer == 3)
    }
}
