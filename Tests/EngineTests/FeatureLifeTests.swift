// SPDX-License-Identifier: Apache-2.0
//
// Whole engines whose features are hashed, lagged, filled and multiplied: what holds for every
// learner holds for them.

import Consolidation
import Engine
import Learning
import Primitives
import Samples
import Testing
import Versions

@Suite("Lives with features")
struct FeatureLifeTests {
    enum Kind: String, CaseIterable, Sendable {
        case lags, last, columns, ftrl, machine, windowed, text
    }

    private func settings(_ kind: Kind) -> EngineSettings {
        var settings = EngineSettings()
        settings.voteSamples = 20
        settings.publish.first = 50
        settings.memory.recentRows = 200
        settings.memory.reservoirRows = 100
        settings.memory.holdoutEvery = 10
        settings.consolidation.recipe.rowsPerRecipe = 500
        settings.consolidation.recipe.passesMax = 3
        settings.task = .classes
        switch kind {
        case .lags: settings.features.labelLags = [1, 3]
        case .last:
            settings.preparation.imputation = .last
            settings.features.hasIndicators = true
            settings.preparation.hasInteractions = true
        case .columns: settings.features.hashing = HashSettings(bits: 5, form: .columns)
        case .ftrl:
            settings.model = .logistic
            settings.optimiser = .followTheLeader(rate: 0.1, beta: 1)
            settings.features.hashing = HashSettings(bits: 12, form: .slots, slotsMax: 16)
            settings.features.labelLags = [2]
            settings.preparation.scaling = .none
        case .machine:
            settings.model = .factorisation
            settings.optimiser = .adaGrad(rate: 0.1, epsilon: 1e-6)
            settings.features.hashing = HashSettings(bits: 12, form: .slots, slotsMax: 16)
            settings.preparation.scaling = .none
            settings.factors = 3
        case .windowed:
            settings.preparation.scaling = .windowed
            settings.preparation.window = 30
        case .text:
            settings.features.declared = [
                DeclaredFeature("a", .number), DeclaredFeature("site", .category),
                DeclaredFeature("note", .text(NGrams(.word, least: 1, most: 2), buckets: 16)),
            ]
        }
        return settings
    }

    private struct Sample {
        var a: Float
        var site: Int
        var label: Double
        var late: Bool
    }

    private func samples(_ count: Int, seed: UInt64 = 3) -> [Sample] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { index in
            let site = random.below(6)
            let a = Float(random.normal())
            return Sample(
                a: random.chance(0.1) ? .nan : a,
                site: site,
                label: (a > 0) == (site % 2 == 0) ? 1 : 0,
                late: index > count / 2
            )
        }
    }

    private func batch(_ samples: some Sequence<Sample>) -> MicroBatch {
        var batch = MicroBatch()
        for sample in samples {
            let start = batch.entries.count
            func add(_ name: String, _ value: Float, _ kind: FeatureKind) {
                let number = batch.strings.intern(name)
                batch.entries.append(.init(name: number, value: value, kind: kind))
            }
            add("a", sample.a, .number)
            add("site", Float(batch.strings.intern("s\(sample.site)")), .category)
            if sample.site > 1 {
                add("note", Float(batch.strings.intern("Site \(sample.site) is odd")), .category)
            }
            if sample.late { add("late", sample.a * 2, .number) }
            batch.rows.append(
                MicroBatch.Row(
                    label: sample.label,
                    labelKind: .number,
                    start: start,
                    count: batch.entries.count - start,
                    weight: 1,
                    producer: 0,
                    shape: .named
                )
            )
        }
        return batch
    }

    @Test("Neither batches nor a restart change a bit", arguments: Kind.allCases)
    func batching(kind: Kind) throws {
        let samples = samples(160)
        var whole = TestEngine(settings(kind))
        whole.step(.batch(batch(samples[0..<80])))
        whole.step(.batch(batch(samples[80..<160])))
        for size in [1, 7] {
            var other = TestEngine(settings(kind))
            for start in stride(from: 0, to: 160, by: size) {
                other.step(.batch(batch(samples[start..<min(160, start + size)])))
                if start % 70 == 0 {
                    let bytes = other.engine.encoded()
                    other.engine = try LearnerEngine(decoding: bytes)
                    #expect(other.engine.encoded() == bytes)
                }
            }
            #expect(other.engine.modelBytes == whole.engine.modelBytes, "batches of \(size)")
        }
    }

    @Test("A row never sees its own label, nor what comes after it", arguments: Kind.allCases)
    func noLeak(kind: Kind) throws {
        let known = samples(120)
        var engine = TestEngine(settings(kind))
        engine.step(.batch(batch(known)))
        /// What the champion says of a sample that comes next.
        func prediction(_ sample: Sample, _ core: LearnerCore) -> [UInt32] {
            var (schema, contender, known) = (core.schema, core.champion, core.recollection)
            let batch = batch([sample])
            var admission = Admission()
            admission.begin(batch)
            _ = admission.judge(batch.rows[0], of: batch, under: schema, knowing: known)
            admission.widen(&schema)
            contender.grow(width: schema.width, outputs: contender.learner.outputs)
            var block = Block()
            block.reset(width: schema.width, outputs: contender.learner.outputs)
            admission.append(
                batch.rows[0],
                of: batch,
                under: schema,
                knowing: &known,
                use: .scored,
                to: &block
            )
            contender.predict(&block)
            return (block.raw + block.predictions).map(\.bitPattern)
        }
        func predictions(_ samples: [Sample]) -> [[UInt32]] {
            var copy = engine
            return samples.compactMap { sample in
                guard let core = copy.engine.core else { return nil }
                let said = prediction(sample, core)
                copy.step(.batch(batch([sample])))
                return said
            }
        }
        var tail = self.samples(12, seed: 8)
        let straight = predictions(tail)
        tail[5].label = 1 - tail[5].label
        for place in 6..<12 { tail[place].a = -9 }
        let changed = predictions(tail)
        #expect(straight.count == 12)
        #expect(straight.prefix(6).elementsEqual(changed.prefix(6)))
        #expect(straight != changed)
    }

    @Test("A factorisation machine refuses a third class, and says what would take it")
    func thirdClass() {
        var engine = TestEngine(settings(.machine))
        var samples = samples(60)
        samples[59].label = 2
        engine.step(.batch(batch(samples)))
        let told = engine.events.contains { event in
            guard case .refused(.classLimit, _, 1, let detail) = event else { return false }
            return detail.hasSuffix("set another model: a factorisation machine tells two apart")
        }
        #expect(told)
    }

    @Test(
        "Memory makes challengers of such rows, and rollback brings the old ones back",
        arguments: Kind.allCases
    )
    func consolidation(kind: Kind) throws {
        var engine = TestEngine(settings(kind))
        let samples = samples(700)
        for start in stride(from: 0, to: 400, by: 20) {
            engine.step(.batch(batch(samples[start..<start + 20])))
        }
        engine.step(.command(.consolidate))
        #expect(engine.jobs.count == 1)
        engine.finishJob()
        for start in stride(from: 400, to: 700, by: 20) {
            engine.step(.batch(batch(samples[start..<start + 20])))
        }
        #expect(engine.engine.champion?.isFinite == true)
        let version = try #require(engine.versions.first)
        let bytes = version.state.encoded()
        let state = try VersionState(decoding: bytes)
        #expect(state.encoded() == bytes)
        let outcome = engine.step(.command(.rollback(state, keepMemory: false, hold: false)))
        guard case .done = outcome else {
            Issue.record("the rollback was refused: \(String(describing: outcome))")
            return
        }
        engine.step(.batch(batch(samples[0..<40])))
        let again = engine.engine.encoded()
        #expect(try LearnerEngine(decoding: again).encoded() == again)
    }
}
