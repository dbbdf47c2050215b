// SPDX-License-Identifier: Apache-2.0
//
// One line of the comparison: a world, with or without isolation, pooled over all returns.

package import Primitives

/// What a learner kept of its contexts.
package struct ContextRow: Sendable {
    /// A ratio of sums with its interval.
    package struct Ratio: Sendable {
        /// The ratio.
        package let value: Double
        /// Half of the 95 % interval.
        package let margin: Double

        init(_ above: [Double], by below: [Double]) {
            let count = Double(above.count)
            let sum = (above: above.reduce(0, +), below: below.reduce(0, +))
            let ratio = sum.above / sum.below
            var squares = 0.0
            for (high, low) in zip(above, below) {
                squares += (high - ratio * low) * (high - ratio * low)
            }
            value = ratio
            margin = 1.96 * (squares / (count * max(1, count - 1))).squareRoot() * count / sum.below
        }

        /// The highest that it may be.
        package var upper: Double { value + margin }

        var text: String { "\(ContextRow.short(value)) ±\(ContextRow.short(margin))" }
        var json: JSONValue { ["ratio": .number(value), "margin": .number(margin)] }
    }

    /// The world.
    package let world: RecurringWorld
    /// What a context owned.
    package let isolation: String
    /// How many returns there were.
    package let returns: Int
    /// The mean error on probes when contexts were left.
    package let left: Double
    /// Probes before the first sample of a return.
    package let atOnce: Ratio
    /// Probes after 200 samples of a return.
    package let after: Ratio
    /// The first 200 live samples of a return.
    package let live: Ratio
    /// The mean error over the first 200 samples of a new context.
    package let first: Double
    /// The mean error on probes that say no context.
    package let unnamed: Double

    init(world: RecurringWorld, isolation: String, laps: [ContextLap]) {
        self.world = world
        self.isolation = isolation
        let all = laps.flatMap(\.returns)
        returns = all.count
        left = all.map(\.left).reduce(0, +) / Double(all.count)
        atOnce = Ratio(all.map(\.atOnce), by: all.map(\.left))
        after = Ratio(all.map(\.after), by: all.map(\.left))
        live = Ratio(all.map(\.liveReturn), by: all.map(\.liveLeft))
        let firsts = laps.flatMap(\.firsts)
        first = firsts.reduce(0, +) / Double(firsts.count)
        unnamed = laps.map(\.unnamed).reduce(0, +) / Double(laps.count)
    }

    /// Whether the old skill was back in time.
    package var isPassed: Bool {
        returns >= ContextBench.returnsMin && after.upper <= ContextBench.nearness
            && live.value <= ContextBench.nearness
    }

    /// The row as JSON.
    package var json: JSONValue {
        [
            "world": .string(world.rawValue), "isolation": .string(isolation),
            "returns": .int(Int64(returns)), "left": .number(left), "at_once": atOnce.json,
            "after_200": after.json, "live_200": live.json, "first_200": .number(first),
            "unnamed": .number(unnamed), "passed": .bool(isPassed),
        ]
    }

    /// The first line of the table.
    package static let heading = columns([
        "world", "isolation", "returns", "left", "at once", "after 200", "live 200", "first 200",
        "unnamed", "verdict",
    ])

    /// The row as a line of the table.
    package var text: String {
        ContextRow.columns([
            world.rawValue, isolation, String(returns), ContextRow.short(left), atOnce.text,
            after.text, live.text, ContextRow.short(first), ContextRow.short(unnamed),
            isPassed ? "reached" : isolation == "off" ? "not kept" : "MISSED",
        ])
    }

    private static func columns(_ words: [String]) -> String {
        words.map { $0 + String(repeating: " ", count: max(1, 14 - $0.count)) }.joined()
    }

    /// Three digits after the point.
    fileprivate static func short(_ value: Double) -> String {
        guard value.isFinite, value >= 0, value < 1e6 else { return "-" }
        let units = Int((value * 1000).rounded())
        let digits = String(units % 1000)
        return "\(units / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
    }
}
