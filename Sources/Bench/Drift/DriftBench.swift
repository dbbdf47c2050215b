// SPDX-License-Identifier: Apache-2.0
//
// The drift scoreboard: every detector on every stream, at its defaults and at the level at which
// all raise one false alarm per 10,000 stationary values; DriftStream.swift says what the streams
// are, DriftScore.swift what is counted. Then ADWIN as it is shipped beside the rule of river at
// the same delta, which is to check at every value:
// - its delay, over all abrupt rises that both see, may be a tenth longer;
// - it may raise no more false alarms, beyond chance;
// - a value may cost a fifth.
// Seeds are fixed, so the same program prints the same table, but for the nanoseconds.

import Decoding
import Drift
import Primitives
import Storage

/// The scoreboard of the detectors.
package struct DriftBench: Sendable {
    /// How many runs of each stream.
    var runs = 1000
    /// Whether rows are written as JSON.
    var isJSON = false
    /// The file with the rows of before, if they are to be compared.
    var baseline: String?

    /// How many streams of 10,000 values levels are found on, at most.
    private static let calibrationRuns = 200

    /// Makes what the arguments ask for; nil when they can't be understood.
    package init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--against":
                guard let path = rest.popFirst() else { return nil }
                baseline = path
            case "--runs":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                runs = number
            default: return nil
            }
        }
    }

    /// Runs everything, and gives the exit code.
    package func run(write: (String) -> Void) -> Int32 {
        let before: [ScoreRow]
        do {
            before = try baseline.map(DriftBench.rows) ?? []
        } catch {
            write("learnd-bench: \(error)")
            return 2
        }
        let rows = defaults() + equals()
        let costs = DriftCost.nanoseconds(of: DriftContender.all)
        let duel = ClockDuel(rows: rows, costs: (costs[0], costs[1]))
        if isJSON {
            for row in rows { write(row.json.jsonText) }
            write(duel.json.jsonText)
        } else {
            DriftTable.write(rows, costs, runs: runs, to: write)
            for line in duel.lines { write(line) }
        }
        let complaints = rows.compactMap { row in
            before.first { $0.key == row.key }.flatMap(row.complaint)
        }
        if baseline != nil && !isJSON {
            write("")
            write(complaints.isEmpty ? "nothing got worse than in the baseline" : "WORSE:")
        }
        if !isJSON { for complaint in complaints { write("  " + complaint) } }
        return complaints.isEmpty && duel.isPassed ? 0 : 1
    }

    private func defaults() -> [ScoreRow] {
        DriftStream.all.flatMap { stream in
            let contenders = DriftContender.all.filter { stream.isErrors || $0.takesNumbers }
            return score(
                contenders.map { ($0, $0.standard) },
                on: stream,
                mode: "default"
            )
        }
    }

    private func equals() -> [ScoreRow] {
        let count = min(DriftBench.calibrationRuns, max(20, runs / 5))
        return [true, false].flatMap { isErrors -> [ScoreRow] in
            let calibration = DriftCalibration(runs: count, isErrors: isErrors)
            let levels = DriftContender.all.filter { isErrors || $0.takesNumbers }
                .map { ($0, calibration.level(of: $0).level) }
            return DriftStream.all.filter { $0.isErrors == isErrors }
                .flatMap { score(levels, on: $0, mode: "equal") }
        }
    }

    private func score(
        _ contenders: [(DriftContender, Double)],
        on stream: DriftStream,
        mode: String
    ) -> [ScoreRow] {
        let fresh = contenders.map { $0.0.make($0.1) }
        var scores = [DriftScore](repeating: DriftScore(), count: contenders.count)
        for run in 0..<runs {
            let values = stream.values(seed: UInt64(run + 1))
            for index in contenders.indices {
                scores[index].add(values, of: stream, to: fresh[index])
            }
        }
        return contenders.indices.map { index in
            ScoreRow(
                contenders[index].0,
                mode: mode,
                level: contenders[index].1,
                stream: stream,
                runs: runs,
                score: scores[index]
            )
        }
    }

    /// Reads what `--json` wrote.
    private static func rows(of path: String) throws -> [ScoreRow] {
        guard let bytes = try SystemFileSystem().contents(of: path) else {
            throw MissingBaseline(path: path)
        }
        return try bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            ScoreRow(json: try parseJSON(Array(line)))
        }
    }
}

/// There is nothing to compare with.
private struct MissingBaseline: Error, CustomStringConvertible {
    let path: String

    var description: String { "there is no file \(path)" }
}

/// ADWIN as it is shipped beside river's rule.
struct ClockDuel: Sendable, Equatable {
    /// The mean delay over the abrupt streams of the one and of the other.
    let delays: (shipped: Double, every: Double)
    let falseAlarms: (shipped: Double, every: Double)
    let costs: (shipped: Double, every: Double)
    let hasMoreFalseAlarms: Bool

    init(rows: [ScoreRow], costs: (shipped: Double, every: Double)) {
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
        self.costs = costs
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
