// SPDX-License-Identifier: Apache-2.0
//
// The state as bytes: everything comes back, and damage is refused without a trap.

import Consolidation
import Drift
import Engine
import Learning
import Primitives
import Samples
import Simulation
import Testing

@Suite("State") struct StateTests {
    private var settings: EngineSettings {
        var settings = EngineSettings()
        settings.memory.reservoirRows = 40
        settings.memory.recentRows = 60
        settings.memory.holdoutRows = 20
        settings.memory.holdoutEvery = 10
        return settings
    }

    /// An engine in the middle of its vote, one that learns, one whose race is on, and two in which
    /// samples wait for their labels, before and after the vote.
    private func engines() -> [TestEngine] {
        var world = World()
        var voting = TestEngine(settings)
        var batch = world.batch(20)
        batch.refuse(.malformed, producer: 0, count: 2, detail: "cut short")
        voting.step(.batch(batch))
        var learning = TestEngine(settings)
        for _ in 0..<8 { learning.step(.batch(world.batch(100))) }
        var racing = learning
        racing.step(.command(.consolidate))
        racing.finishJob()
        racing.step(.batch(world.batch(10)))
        var late = MicroBatch()
        for number in 0..<30 { late.append(features: [0, 1, Float(number), 1], id: "s\(number)") }
        for number in 0..<4 { late.append(label: 1, for: "s\(number * 2)") }
        late.append(label: 1, for: "nobody")
        var open = TestEngine(settings)
        open.step(.batch(late))
        var unusual = settings
        unusual.anomaly.isEnabled = true
        unusual.anomaly.trees = 3
        unusual.anomaly.height = 3
        unusual.anomaly.window = 20
        var waiting = learning
        waiting.step(.settings(unusual))
        waiting.step(.batch(world.batch(60)))
        waiting.step(.batch(late))
        return [voting, learning, racing, open, waiting]
    }

    @Test("A restored engine has the same bytes and the same future")
    func roundTrip() throws {
        var world = World(seed: 9)
        let tail = (0..<20).map { _ in world.batch(50) }
        for engine in engines() {
            var engine = engine
            let bytes = engine.engine.encoded()
            var twin = engine
            twin.engine = try LearnerEngine(decoding: bytes)
            #expect(twin.engine.encoded() == bytes)
            for batch in tail {
                engine.step(.batch(batch), after: .milliseconds(400))
                twin.step(.batch(batch), after: .milliseconds(400))
            }
            #expect(twin.engine.encoded() == engine.engine.encoded())
        }
    }

    /// Rules and recipes of which none is as usual.
    private static var everyRule: ConsolidationSettings {
        var all = ConsolidationSettings()
        all.onDrift = false
        all.everySamples = 13
        all.every = .seconds(5)
        all.cooldown = .seconds(6)
        all.cooldownMax = .seconds(7)
        all.cooldownSamples = 14
        all.cooldownSamplesMax = 15
        all.deadline = .seconds(8)
        all.at = [WeekTime(day: nil, minute: 180), WeekTime(day: 6, minute: 5)]
        var plasticity = PlasticityRule()
        plasticity.everySamples = 777
        plasticity.deadShare = 0.25
        plasticity.rankShare = 0.75
        all.plasticity = plasticity
        all.recipes.usual = [.shrinkPerturb]
        all.recipes.set([.refit, .warning], for: .drift)
        all.recipe.patience = 3
        all.recipe.shrink = 0.25
        all.recipe.perturb = 0.125
        all.recipe.averageHalfLife = 77
        all.recipe.anchor = 0.5
        all.recipe.rowsPerRecipe = 16
        all.recipe.passesMax = 17
        all.recipe.decay = 18
        all.recipe.freshRowsMin = 19
        all.recipe.freshRowsMax = 20
        all.recipe.tolerance = 0.21
        all.recipe.raceSamples = 22
        all.recipe.raceError = 0.23
        all.recipe.followUpError = 0.24
        return all
    }

    @Test("Every setting comes back")
    func everySetting() throws {
        var all = EngineSettings()
        all.task = .regression
        all.model = .linear
        all.loss = .huber(delta: 2)
        all.optimiser = .adam(rate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-6)
        all.l1 = 0.001
        all.l2 = 0.002
        all.mode = .meanGradient
        all.width = 7
        all.classes = [.text("a"), .number(2), .boolean(true)]
        all.limits = SchemaLimits(classesMax: 30, columnsMax: 40)
        all.voteSamples = 50
        all.votePatience = .seconds(3)
        all.preparation.memory = 100
        all.preparation.clip = 4
        all.preparation.scaling = .windowed
        all.preparation.window = 30
        all.preparation.imputation = .last
        all.features.hasIndicators = true
        all.features.labelLags = [1, 5]
        all.factors = 5
        all.labels.rowsMax = 26
        all.labels.bytesMax = 27_000
        all.labels.ageMax = .seconds(28)
        all.contextsMax = 29
        all.query.budget = 0.3
        all.query.strategy = .random
        all.anomaly.isEnabled = true
        all.anomaly.trees = 31
        all.anomaly.height = 6
        all.anomaly.window = 32
        all.publish.first = 10
        all.publish.interval = .seconds(4)
        all.publish.samples = 11
        all.publish.move = 0.5
        all.drift.adwinDelta = 0.04
        all.memory.recentRows = 12
        all.consolidation = StateTests.everyRule
        all.checkpointInterval = .seconds(9)
        all.seed = 25
        var writer = ByteWriter()
        all.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try EngineSettings(from: &reader) == all)
        try reader.expectEnd()
    }

    @Test("Settings that no learner could use are not read")
    func badSettings() {
        func expectRefused(_ change: (inout EngineSettings) -> Void) {
            var settings = EngineSettings()
            change(&settings)
            #expect(settings.complaint != nil)
            var writer = ByteWriter()
            settings.encode(into: &writer)
            var reader = ByteReader(writer.bytes)
            #expect(throws: DecodeError.self) { try EngineSettings(from: &reader) }
        }
        expectRefused { $0.preparation.clip = 0 }
        expectRefused { $0.voteSamples = 0 }
        expectRefused { $0.labels.ageMax = .zero }
        expectRefused { $0.query.budget = 1.5 }
        expectRefused { $0.anomaly.height = 20 }
        expectRefused { $0.classes = [.number(1), .number(1)] }
        expectRefused {
            $0.task = .regression
            $0.model = .softmax
        }
        expectRefused { $0.consolidation.recipe.passesMax = -1 }
        expectRefused { $0.consolidation.recipe.raceError = 0 }
        expectRefused { $0.optimiser = .sgd(rate: 0) }
    }

    @Test("Every truncation is refused, and no flipped bit is a trap")
    func damage() {
        var random = RandomSource(seed: 1)
        for engine in engines() {
            let bytes = engine.engine.encoded()
            for cut in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
                #expect(throws: DecodeError.self) {
                    try LearnerEngine(decoding: Array(bytes[..<cut]))
                }
            }
            var world = World(seed: 3)
            let tail = world.batch(30)
            for trial in 0..<1500 {
                var damaged = bytes
                // The first bytes hold the counts and the plan, which matter most.
                let place = random.below(trial % 2 == 0 ? min(1200, bytes.count) : bytes.count)
                damaged[place] ^= 1 << UInt8(random.below(8))
                guard let read = try? LearnerEngine(decoding: damaged) else { continue }
                // What was read all the same is sound enough to be written again.
                #expect(read.accounts.balance)
                #expect(!read.encoded().isEmpty)
                _ = (read.status(), read.nextDeadline)
            }
            _ = tail
        }
    }
}
