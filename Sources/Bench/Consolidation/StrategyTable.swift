// SPDX-License-Identifier: Apache-2.0
//
// The strategies side by side on one stream. Every seed is one stream of its own, so two strategies
// are compared seed by seed: the mean of the differences, and its 95 % interval by Student's t.

import Kernels
package import Primitives

/// A mean of differences with its interval.
package struct PairedInterval: Sendable, Equatable {
    /// The mean of the differences.
    package let mean: Double
    /// Half of the width of the 95 % interval.
    package let half: Double

    /// Compares pair by pair.
    package init(_ left: [Double], less right: [Double]) {
        let differences = zip(left, right).map { $0 - $1 }
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / max(1, count)
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        half =
            count < 2
            ? .infinity
            : PairedInterval.quantile(freedom: differences.count - 1)
                * (squares / (count - 1) / count).squareRoot()
    }

    /// Whether the left side is lower beyond chance.
    package var isBelow: Bool { mean + half < 0 }
    /// Whether the left side is higher beyond chance.
    package var isAbove: Bool { mean - half > 0 }

    /// The 97.5 % point of Student's t.
    static func quantile(freedom: Int) -> Double {
        let table = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179,
            2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
            2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
        ]
        return freedom <= table.count ? table[max(0, freedom - 1)] : 1.96
    }
}

/// One learner on one stream under every strategy.
package struct StrategyRow: Sendable {
    /// The stream.
    package let stream: String
    /// What is known of its changes.
    package let kind: Arena.Kind
    /// The laps of each strategy, by seed.
    package let laps: [Strategy: [StrategyLap]]

    /// The accuracies of a strategy, by seed.
    package func accuracies(_ strategy: Strategy) -> [Double] {
        (laps[strategy] ?? []).map(\.accuracy)
    }

    /// The mean accuracy of a strategy.
    package func mean(_ strategy: Strategy) -> Double {
        let all = accuracies(strategy)
        return all.reduce(0, +) / Double(max(1, all.count))
    }

    /// The best of those that the loop has to be level with.
    package var bestRival: Strategy {
        Strategy.rivals.max { mean($0) < mean($1) } ?? .online
    }

    /// The loop beside the best of them.
    package var margin: PairedInterval {
        PairedInterval(accuracies(.loop), less: accuracies(bestRival))
    }

    /// Whether the loop is the best, or level with it.
    package var isLevel: Bool { !margin.isBelow }

    /// What knowing each drift is worth beside learning alone.
    package var gap: PairedInterval {
        PairedInterval(accuracies(.oracle), less: accuracies(.online))
    }

    /// How much of that the loop gets; nil where it is not asked, because knowing is worth nothing.
    package var closed: Double? {
        guard kind == .breaks, gap.isAbove else { return nil }
        return (mean(.loop) - mean(.online)) / gap.mean
    }

    /// Whether the loop gets half of it, where it is asked.
    package var isClosed: Bool { closed.map { $0 >= 0.5 } ?? true }

    /// Each adopted challenger beside its parent.
    package var duels: [Duel] { (laps[.loop] ?? []).flatMap(\.duels) }

    /// Whether everything asked is reached.
    package var isPassed: Bool { isLevel && isClosed }

    /// The first line of the table.
    package static func heading(_ learner: String) -> String {
        Text.columns(
            [learner] + Strategy.allCases.map(\.rawValue)
                + [
                    "best", "margin", "+-", "closed", "adopted", "refused", "alarms", "worse",
                    "verdict",
                ]
        )
    }

    /// The row as a line of the table.
    package var text: String {
        let loops = laps[.loop] ?? []
        return Text.columns(
            [stream] + Strategy.allCases.map { Text.percent(mean($0)) } + [
                bestRival.rawValue, Text.percent(margin.mean), Text.percent(margin.half),
                closed.map { Text.percent($0) } ?? "-",
                String(loops.reduce(0) { $0 + $1.adoptions }),
                String(loops.reduce(0) { $0 + $1.refused }),
                String(loops.reduce(0) { $0 + $1.alarms }),
                String(Duel.lost(duels)),
                isPassed ? "reached" : isLevel ? "NOT CLOSED" : "BELOW",
            ]
        )
    }

    /// The row as JSON.
    package func json(learner: String) -> JSONValue {
        let loops = laps[.loop] ?? []
        var recipes: [String: Int] = [:]
        for lap in loops { recipes.merge(lap.adopted) { $0 + $1 } }
        return [
            "part": "strategies", "learner": .string(learner), "stream": .string(stream),
            "accuracy": .object(
                Strategy.allCases.map { strategy in
                    .init(strategy.rawValue, .array(accuracies(strategy).map { .number($0) }))
                }
            ),
            "best": .string(bestRival.rawValue), "margin": .number(margin.mean),
            "half_width": .number(margin.half),
            "closed": closed.map { .number($0) } ?? .null,
            "adopted": .object(
                recipes.sorted { $0.key < $1.key }.map { .init($0.key, .int(Int64($0.value))) }
            ),
            "worse": .int(Int64(Duel.lost(duels))), "passed": .bool(isPassed),
        ]
    }
}

extension Text {
    /// A share in per cent, with two digits behind the point.
    static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "-" }
        let hundredths = Int((share * 10_000).rounded())
        let (whole, part) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(hundredths < 0 ? "-" : "")\(whole).\(part < 10 ? "0" : "")\(part)"
    }
}
