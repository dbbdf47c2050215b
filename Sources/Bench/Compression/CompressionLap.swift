// SPDX-License-Identifier: Apache-2.0
//
// One network, learned from a stream through the engine, and what becomes of it in each way.

import Consolidation
import Engine
import Kernels
import Learning
import Linux
import Networks
import Primitives
import Simulation
import Versions

/// One seed.
struct CompressionLap {
    /// What a way came to.
    struct Result {
        /// The points of accuracy that are lost; below 0 where some are won.
        let lost: Double
        /// The share of the bytes of all learned numbers.
        let bytes: Double
        /// Whether it would be published, by the daemon's own rule.
        let isPublished: Bool
        /// How many times as fast it learns.
        let speed: Double
    }

    private let champion: Contender
    private let memory: ReplayMemory
    private let test: LabelledRows
    private let seed: UInt64
    private let accuracy: Double
    private let bytes: Int
    private let learningTime: Double

    private let train: LabelledRows
    private let passes: Int

    init(train: LabelledRows, test: LabelledRows, passes: Int, seed: Int) {
        self.train = train
        self.test = test
        self.passes = passes
        self.seed = UInt64(seed)
        let settings = CompressionLap.settings(classes: train.classes, seed: UInt64(seed))
        let rehearsal = CompressionLap.learned(settings, train, passes: passes, keeps: [])
        guard let core = rehearsal.engine.core else {
            preconditionFailure("a stream of labelled rows is learned")
        }
        champion = core.champion
        memory = core.memory
        accuracy = CompressionLap.accuracy(of: champion, on: test)
        bytes = 4 * champion.learner.parameters.numbers.count
        learningTime = CompressionLap.time(of: champion, memory)
    }

    /// The engine after the whole stream, whose order follows from the seed.
    private static func learned(
        _ settings: EngineSettings,
        _ train: LabelledRows,
        passes: Int,
        keeps: Rehearsal.Keeping
    ) -> Rehearsal {
        var rehearsal = Rehearsal(settings: settings, batchRows: 64, keeps: keeps)
        var random = RandomSource(seed: settings.seed)
        var order = Array(0..<train.count)
        for _ in 0..<passes {
            random.shuffle(&order)
            for row in order {
                let start = row * train.width
                rehearsal.batch.append(
                    features: Array(train.features[start..<start + train.width]),
                    label: Double(train.labels[row])
                )
                rehearsal.advance()
                guard let last = rehearsal.versions.last, keeps.contains(.versions) else {
                    continue
                }
                rehearsal.step(.stored(version: last.state.number, isDurable: true))
            }
        }
        rehearsal.finish()
        return rehearsal
    }

    /// What the newest version is worth, when the network is pruned a step with each of them; there
    /// are about twenty over the stream.
    private func keptResult(of way: CompressionWay) -> Result {
        var settings = CompressionLap.settings(classes: train.classes, seed: seed)
        settings.publish.compression = way.settings
        settings.publish.samples = max(64, train.count * passes / 20)
        let rehearsal = CompressionLap.learned(settings, train, passes: passes, keeps: .versions)
        guard let compression = rehearsal.versions.last?.compression,
            let published = compression.contender, let parameters = compression.parameters
        else { return Result(lost: 0, bytes: 1, isPublished: false, speed: 1) }
        return Result(
            lost: 100 * (accuracy - CompressionLap.accuracy(of: published, on: test)),
            bytes: Double(parameters.bytesAfter) / Double(bytes),
            isPublished: compression.done.prune == way.settings.prune,
            speed: 1
        )
    }

    private static func settings(classes: Int, seed: UInt64) -> EngineSettings {
        let hidden = LayerSettings(.dense(units: 64), activation: .relu)
        var settings = EngineSettings()
        settings.task = .classes
        settings.model = .network
        settings.network = NetworkSettings(layers: [hidden, hidden])
        settings.limits.classesMax = classes
        settings.classes = (0..<classes).map { .number(Double($0)) }
        settings.optimiser = .adam(rate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        settings.mode = .meanGradient
        settings.stepRows = 64
        settings.seed = seed
        settings.consolidation.onDrift = false
        settings.publish.interval = .seconds(86_400)
        settings.publish.samples = 1_000_000_000
        return settings
    }

    /// Publishes the network in a way, and examines what consumers would have.
    func result(of way: CompressionWay) -> Result {
        guard !way.settings.keepsPruned else { return keptResult(of: way) }
        var contender = champion
        var isKept = true
        if way.isTuned {
            var settings = PruningSettings()
            settings.share = way.settings.prune
            settings.unitShare = way.settings.pruneUnits
            // What it costs is what is measured here: it is always taken.
            settings.tolerance = .greatestFiniteMagnitude
            var stage = PruningStage(
                contender,
                rows: TrainingRows(memory: memory, task: .classes, since: 0),
                holdout: TrainingRows(memory.rows(of: .holdout)),
                settings: settings,
                seed: seed
            )
            while !stage.isDone { stage.advance() }
            contender = stage.contender
            isKept = stage.fidelity?.isWithin(way.settings.tolerance) ?? false
        }
        let parameters = CompressedParameters(of: contender.learner, way.settings)
        var block = Block()
        block.take(memory.rows(of: .holdout), outputs: contender.learner.outputs)
        let compression = Compression(of: contender, way.settings, on: &block, learnedRows: 0)
        let published = contender.predicting(by: parameters.expanded) ?? contender
        let after =
            way.settings.isActive
            ? parameters.bytesAfter : 4 * contender.learner.parameters.numbers.count
        return Result(
            lost: 100 * (accuracy - CompressionLap.accuracy(of: published, on: test)),
            bytes: Double(after) / Double(bytes),
            isPublished: isKept && (!way.settings.isActive || compression.refusal == nil),
            speed: way.settings.pruneUnits > 0
                ? learningTime / CompressionLap.time(of: contender, memory) : 1
        )
    }

    private static func accuracy(of contender: Contender, on rows: LabelledRows) -> Double {
        var block = Block()
        block.reset(width: rows.width, outputs: contender.learner.outputs)
        for row in 0..<rows.count {
            let start = row * rows.width
            block.append(
                raw: rows.features.span.extracting(start..<start + rows.width),
                class: rows.labels[row]
            )
        }
        contender.predict(&block)
        block.computeLosses(task: .classes)
        return Double(block.errors.count { $0 == 0 }) / Double(max(1, rows.count))
    }

    /// The least of five times that it takes to learn the rows of the memory, in nanoseconds.
    private static func time(of contender: Contender, _ memory: ReplayMemory) -> Double {
        var block = Block()
        block.take(memory.rows(of: .recent), outputs: contender.learner.outputs)
        var least = Double.infinity
        for _ in 0..<5 {
            var copy = contender
            let start = Clock.monotonicNanoseconds()
            copy.testThenTrain(&block)
            least = min(least, Double(Clock.monotonicNanoseconds() - start))
        }
        return least
    }
}
