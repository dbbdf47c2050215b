// SPDX-License-Identifier: Apache-2.0
//
// One line of the table: a stream over all seeds, by the median of each figure.
//
// Without delay the score is held to the stream's bound, if it has one. With late labels it is held
// to the best of what does not need the whole model (AccuracyLap.swift), less 0.3 points, or 0.3 %
// of an error: whatever chases the last label must have lost its weight. That is asked seed by
// seed, and the median counts.

import Control
import Primitives

/// What a stream came to.
struct AccuracyRow: Sendable {
    let name: String
    let rows: Int
    let columns: Int
    let classes: Int
    let labelDelay: Int
    let laps: [AccuracyLap]
    let bound: StreamBound?

    /// What may be lost to the best of what does not need the whole model, of 1.
    static let allowance = 0.003

    init(_ name: String, _ table: NumberTable, labelDelay: Int, laps: [AccuracyLap]) {
        self.name = name
        rows = table.count
        columns = table.width
        classes = table.hasFractions ? 0 : table.distinctLabels
        self.labelDelay = labelDelay
        self.laps = laps
        bound = labelDelay == 0 ? StreamBound.named(name) : nil
    }

    var isRegression: Bool { laps.first?.isRegression ?? false }

    /// The median over the seeds.
    func median(_ figure: (AccuracyLap) -> Double) -> Double { Median.of(laps.map(figure)) }

    /// The score by which it is judged.
    var score: Double { median(\.score) }

    /// Whether it is as good as is asked; nil where nothing is.
    var isReached: Bool? {
        if labelDelay > 0 {
            return median {
                isRegression
                    ? $0.rival.score * (1 + AccuracyRow.allowance) - $0.score
                    : $0.score - $0.rival.score + AccuracyRow.allowance
            } >= 0
        }
        guard let bound else { return nil }
        return isRegression ? score <= bound.value : score * 100 >= bound.value
    }

    /// The best of what does not need the whole model, in the seed of the median score.
    var rival: (name: String, score: Double) {
        let middle = laps.min { abs($0.score - score) < abs($1.score - score) }
        return middle?.rival ?? ("", .nan)
    }

    /// The row as JSON.
    var json: JSONValue {
        let best = rival
        var members: [JSONValue.Member] = [
            .init("stream", .string(name)), .init("rows", .int(Int64(rows))),
            .init("columns", .int(Int64(columns))), .init("delay", .int(Int64(labelDelay))),
        ]
        members += isRegression ? numbers : shares
        members.append(.init("seeds", .array(laps.map { .number($0.score) })))
        members.append(.init("microseconds", .number(median(\.learning))))
        members.append(.init("job_microseconds", .number(median(\.jobs))))
        members.append(
            .init("rival", ["name": .string(best.name), "score": .number(best.score)])
        )
        members.append(.init("peer", bound.map { .number($0.peer) } ?? .null))
        members.append(.init("peer_name", bound.map { .string($0.peerName) } ?? .null))
        members.append(.init("bound", bound.map { .number($0.value) } ?? .null))
        members.append(.init("reached", isReached.map { .bool($0) } ?? .null))
        return .object(members)
    }

    private var numbers: [JSONValue.Member] {
        [
            figure("mae", "mae"), figure("rmse", "rmse"), figure("r2", "r2"),
            figure("running_mean", "baselines", "running_mean", "mae"),
            figure("last_value", "baselines", "last_value", "mae"),
            figure("coverage", "interval", "coverage"),
        ]
    }

    private var shares: [JSONValue.Member] {
        [
            .init("classes", .int(Int64(classes))),
            figure("majority", "baselines", "majority"),
            figure("no_change", "baselines", "no_change"),
        ]
            + ["accuracy", "kappa", "kappa_no_change", "log_loss", "brier", "ece", "auc"].map {
                figure($0, $0)
            }
    }

    private func figure(_ name: String, _ path: String...) -> JSONValue.Member {
        JSONValue.Member(name, .number(median { $0.figure(path) }))
    }
}

/// The middle of some numbers.
enum Median {
    /// The middle one, or the mean of the two in the middle; NaN where there is none.
    static func of(_ numbers: [Double]) -> Double {
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
