// SPDX-License-Identifier: Apache-2.0
//
// ADWIN as it is shipped beside the same delta checked at every value, which has river's indices.

import Primitives

/// ADWIN as it is shipped beside river's rule.
struct ClockDuel: Sendable, Equatable {
    /// The mean delay over the abrupt streams of the one and of the other.
    let delays: (shipped: Double, every: Double)
    let falseAlarms: (shipped: Double, every: Double)
    let costs: (shipped: Double, every: Double)
    let hasMoreFalseAlarms: Bool

    init(_ file: DriftFile) {
        let rows = file.rows
        func part(_ name: String) -> (delay: Double, alarms: Double, quiet: Double) {
            let mine = rows.filter { $0.key.detector == name && $0.key.mode == "default" }
            let abrupt = mine.filter { $0.key.stream.hasPrefix("abrupt") }
            let delay = abrupt.reduce(0) { $0 + ($1.delay ?? 0) } / Double(max(1, abrupt.count))
            let still = mine.filter { !$0.key.stream.hasPrefix("autocorr") }
            let alarms = still.reduce(0) { $0 + $1.falseAlarmRate * Double($1.quietValues) / 1e4 }
            return (delay, alarms, Double(still.reduce(0) { $0 + $1.quietValues }))
        }
        let (shipped, every) = (
            part(DriftContender.shipped.name), part(DriftContender.everyValue.name)
        )
        delays = (shipped.delay, every.delay)
        falseAlarms = (1e4 * shipped.alarms / shipped.quiet, 1e4 * every.alarms / every.quiet)
        costs = (
            file.nanoseconds[DriftContender.shipped.name] ?? .nan,
            file.nanoseconds[DriftContender.everyValue.name] ?? .nan
        )
        hasMoreFalseAlarms =
            shipped.alarms > every.alarms + 2 * (shipped.alarms + every.alarms).squareRoot()
    }

    static func == (left: ClockDuel, right: ClockDuel) -> Bool {
        left.delays == right.delays && left.falseAlarms == right.falseAlarms
            && left.costs == right.costs
    }

    var delayRatio: Double { delays.shipped / delays.every }
    var costRatio: Double { costs.shipped / costs.every }
    /// Whether the three lines are reached.
    var isPassed: Bool { delayRatio <= 1.1 && !hasMoreFalseAlarms && costRatio <= 0.2 }

    var lines: [String] {
        [
            "", "ADWIN as shipped beside the same delta checked at every value (river's indices):",
            "  delay, mean of the abrupt streams: \(Text.rounded(delays.shipped, 1)) against "
                + "\(Text.rounded(delays.every, 1)), ratio \(Text.rounded(delayRatio, 3)), at most "
                + "1.1: \(delayRatio <= 1.1 ? "reached" : "MISSED")",
            "  false alarms per 10,000: \(Text.rounded(falseAlarms.shipped, 3)) against "
                + "\(Text.rounded(falseAlarms.every, 3)), no more: "
                + (hasMoreFalseAlarms ? "MISSED" : "reached"),
            "  nanoseconds a value: \(Text.rounded(costs.shipped, 1)) against "
                + "\(Text.rounded(costs.every, 1)), ratio \(Text.rounded(costRatio, 3)), at most "
                + "0.2: \(costRatio <= 0.2 ? "reached" : "MISSED")",
        ]
    }

    var json: JSONValue {
        [
            "adwin_delay_ratio": .number(delayRatio),
            "adwin_false_alarms": [
                .number(falseAlarms.shipped), .number(falseAlarms.every),
            ],
            "adwin_cost_ratio": .number(costRatio), "passed": .bool(isPassed),
        ]
    }
}
