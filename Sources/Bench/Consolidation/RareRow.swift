// SPDX-License-Identifier: Apache-2.0
//
// A class that is seldom seen, in a world that turns. A model that was refitted on a memory in
// which both classes are alike says yes far too often; whoever always says no is right in nearly
// all cases. The loop must never do worse than that.

import Engine
import Linux
import Primitives
import Samples

/// A world with few positives.
///
/// They are those whose projection on the concept's axis lies far out; a tenth of them is not
/// recognised as such.
struct RareClass: ConceptWorld {
    /// The shares of positives that are looked at.
    static let shares = [0.05, 0.01]

    let width = 10
    let concepts = 3
    private let axes: [[Double]]
    private let threshold: Double
    private var random: RandomSource

    init(seed: UInt64, share: Double) {
        random = RandomSource(seed: seed)
        var draws = random.fork()
        axes = (0..<3).map { _ in
            let axis = (0..<10).map { _ in draws.normal() }
            let length = axis.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return axis.map { $0 / length }
        }
        // The points of the standard normal distribution above which these shares lie.
        threshold = share == 0.05 ? 1.6449 : 2.3263
    }

    mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        var side = 0.0
        for column in 0..<width {
            let value = random.normal()
            features[column] = Float(value)
            side += axes[moment.concept][column] * value
        }
        return side > threshold && !random.chance(0.1) ? 1 : 0
    }
}

/// One learner on one share of positives.
struct RareRow: Sendable {
    let learner: String
    let share: Double
    let laps: [StrategyLap]

    /// Runs the loop for each seed.
    init(
        _ subject: StrategyBench.Subject,
        share: Double,
        seeds: [UInt64],
        threads: Int
    ) throws(SystemError) {
        learner = subject.name
        self.share = share
        var laps: [StrategyLap] = []
        try Heats(count: seeds.count) { number in
            var settings = subject.settings
            settings.seed = seeds[number]
            var stream = DriftingStream(
                "rare",
                RareClass(seed: seeds[number], share: share),
                ConceptSchedule([0, 1, 2], at: [10_000, 20_000]),
                seed: seeds[number]
            )
            return StrategyLap(
                .loop,
                on: (stream.next(30_000), stream.drifts),
                settings: settings,
                slicesPerSample: subject.slicesPerSample
            )
        }.run(threads: threads) { laps.append($1) }
        self.laps = laps
    }

    /// Whether no seed is worse than saying no always.
    var isPassed: Bool { laps.allSatisfy { $0.accuracy >= $0.majority } }

    static let heading = Text.columns([
        "learner", "positives", "accuracy", "lowest", "majority", "adopted", "refused", "verdict",
    ])

    private func mean(_ figure: (StrategyLap) -> Double) -> Double {
        laps.reduce(0) { $0 + figure($1) } / Double(max(1, laps.count))
    }

    var text: String {
        Text.columns([
            learner, Text.percent(share), Text.percent(mean(\.accuracy)),
            Text.percent(laps.map { $0.accuracy - $0.majority }.min() ?? .nan),
            Text.percent(mean(\.majority)),
            String(laps.reduce(0) { $0 + $1.adoptions }),
            String(laps.reduce(0) { $0 + $1.refused }),
            isPassed ? "reached" : "BELOW",
        ])
    }

    var json: JSONValue {
        [
            "part": "rare", "learner": .string(learner), "positives": .number(share),
            "accuracy": .array(laps.map { .number($0.accuracy) }),
            "majority": .array(laps.map { .number($0.majority) }), "passed": .bool(isPassed),
        ]
    }
}
