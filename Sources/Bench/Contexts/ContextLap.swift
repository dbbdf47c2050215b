// SPDX-License-Identifier: Apache-2.0
//
// One learner over one world of recurring contexts, and what it still knew at each return:
//
//   left      the error when the context was last left, after the last sample of that stay
//   at once   the error before the first sample of the new stay
//   after     the error after the first 200 samples of the new stay
//
// each on 1,000 samples of the context that nobody learns (the share of wrong classes, or the root
// of the mean squared error), predicted by the context's name; and, on the stream itself, each
// sample predicted before it is learned:
//
//   live left     the error over the last 200 samples before the context was left
//   live return   the error over the first 200 samples of the new stay
//
// A stay of fewer than 200 samples counts neither as leaving nor as return. The first samples of
// each context (2,000 unless said) are for learning it; stays that end within them do not count.

package import Engine
import Learning
import Primitives
import Samples
import Simulation

/// What one learner did in one world.
package struct ContextLap: Sendable {
    /// What happened at one return.
    package struct Return: Sendable, Equatable {
        /// The error on probes when the context was left.
        package var left: Double
        /// The error on probes before the first sample of the return.
        package var atOnce: Double
        /// The error on probes after 200 samples.
        package var after: Double
        /// The error on the last 200 samples of the stream before the context was left.
        package var liveLeft: Double
        /// The error on the first 200 samples of the stream after the return.
        package var liveReturn: Double
    }

    /// Each return in order.
    package private(set) var returns: [Return] = []
    /// The error over the first 200 samples of each context, on the stream.
    package private(set) var firsts: [Double] = []
    /// The error on probes of all contexts at the end, when none says its context.
    package private(set) var unnamed = 0.0

    /// The samples within which the old skill must be back.
    package static let soon = 200
    private static let probeRows = 1000

    private let world: RecurringWorld
    private var rehearsal: Rehearsal
    private var probes: [[SyntheticSample]] = []

    /// Runs the world until there have been so many returns.
    package init(
        _ world: RecurringWorld,
        seed: UInt64,
        contexts: Int,
        stay: Int,
        learning: Int,
        returns wanted: Int,
        settings: EngineSettings
    ) {
        self.world = world
        var stream = RecurringStream(world, contexts: contexts, seed: seed)
        var settings = settings
        settings.task = world.isRegression ? .regression : .classes
        settings.classes = world.isRegression ? [] : [.number(0), .number(1)]
        settings.seed = seed
        rehearsal = Rehearsal(settings: settings, jobDelay: .samples(16), keeps: [])
        probes = (0..<contexts).map { context in
            (0..<ContextLap.probeRows).map { _ in stream.sample(of: context) }
        }
        var left = [(probe: Double, live: Double)?](repeating: nil, count: contexts)
        var seen = [Int](repeating: 0, count: contexts)
        while returns.count < wanted {
            let (context, samples) = stream.turn(mean: stay)
            let atOnce = error(of: context)
            var live: [Double] = []
            var after = Double.nan
            for sample in 0..<samples {
                if sample == ContextLap.soon { after = error(of: context) }
                live.append(feed(stream.sample(of: context), context))
            }
            if seen[context] == 0 { firsts.append(root(mean(live.prefix(ContextLap.soon)))) }
            seen[context] += samples
            guard samples > ContextLap.soon else { continue }
            if let left = left[context] {
                returns.append(
                    Return(
                        left: left.probe,
                        atOnce: atOnce,
                        after: after,
                        liveLeft: left.live,
                        liveReturn: root(mean(live.prefix(ContextLap.soon)))
                    )
                )
            }
            if seen[context] >= learning {
                left[context] = (error(of: context), root(mean(live.suffix(ContextLap.soon))))
            }
        }
        let errors = (0..<contexts).map { error(of: $0, isNamed: false) }
        unnamed = mean(errors[...])
    }

    private func mean(_ numbers: ArraySlice<Double>) -> Double {
        numbers.reduce(0, +) / Double(max(1, numbers.count))
    }

    private func root(_ error: Double) -> Double {
        world.isRegression ? error.squareRoot() : error
    }

    /// Gives the learner a sample; its error on it before learning it.
    private mutating func feed(_ sample: SyntheticSample, _ context: Int) -> Double {
        let cost = error(on: [sample], context)
        rehearsal.batch.append(features: sample.features, label: sample.label)
        let row = rehearsal.batch.rows.count - 1
        rehearsal.batch.rows[row].context = rehearsal.batch.context("c\(context)")
        // One sample a step: its prediction must come from all that came before.
        rehearsal.close()
        return cost
    }

    private func error(of context: Int, isNamed: Bool = true) -> Double {
        root(error(on: probes[context], isNamed ? context : nil))
    }

    /// The share of wrong classes or the mean square, by the champion as it is.
    private func error(on samples: [SyntheticSample], _ context: Int?) -> Double {
        guard let core = rehearsal.engine.core else { return 1 }
        let champion = core.champion
        let number = context.map { core.contexts.number(of: "c\($0)") } ?? ContextTable.unknown
        var block = Block()
        block.reset(width: RecurringStream.width, outputs: champion.learner.outputs)
        for sample in samples {
            block.append(
                raw: sample.features.span,
                target: world.isRegression ? Float(sample.label) : .nan,
                class: world.isRegression
                    ? -1 : core.schema.classes.index(ofNumber: sample.label),
                context: number,
                use: .holdout
            )
        }
        champion.predict(&block)
        block.computeLosses(task: core.schema.task)
        var sum = 0.0
        for row in 0..<block.rows {
            sum += world.isRegression ? Double(block.losses[row]) : Double(block.errors[row])
        }
        return sum / Double(block.rows)
    }
}
