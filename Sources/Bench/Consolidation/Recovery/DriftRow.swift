// SPDX-License-Identifier: Apache-2.0
//
// The rows of the table: a drift with the loop and its rivals, and a control with its duels.

package import Primitives

/// How the loop and its rivals came through one drift.
package struct DriftRow: Sendable, Equatable {
    /// One learner's recovery.
    package struct Recovery: Sendable, Equatable {
        /// From the mean over the seeds; nil when it never came.
        package var mean: Int?
        /// Of each seed.
        package var each: [Int?]
        /// The mean error at the end of the concept.
        package var floor: Double
        /// The mean error over the seeds, look by look.
        package var curve: [Double]

        fileprivate init(_ laps: [Lap], drift: Int) {
            let curves = laps.map { $0.curves[drift - 1] }
            let looks = curves.map(\.count).min() ?? 0
            let mean = (0..<looks).map { look in
                curves.reduce(0) { $0 + $1[look] } / Double(curves.count)
            }
            self.mean = Lap.recovery(of: mean)
            each = laps.map { $0.drifts[drift - 1].recovery }
            floor = Lap.floor(of: mean)
            curve = mean
        }

        fileprivate var json: JSONValue {
            [
                "recovery": mean.map { .int(Int64($0)) } ?? .null,
                "each": .array(each.map { $0.map { .int(Int64($0)) } ?? .null }),
                "floor": .number(floor),
                "curve": .array(curve.map { .number(($0 * 1e5).rounded() / 1e5) }),
            ]
        }
    }

    /// The stream.
    package let stream: String
    /// The number of the drift, from 1.
    package let drift: Int
    /// The loop.
    package let loop: Recovery
    /// Online learning alone, by rate.
    package let rivals: [Float: Recovery]
    /// The samples to the first alarm, for each seed.
    package let detections: [Int?]
    /// The samples to the first adoption, for each seed.
    package let adoptions: [Int?]

    init(stream: String, drift: Int, loops: [Lap], rivals: [(Float, [Lap])]) {
        self.stream = stream
        self.drift = drift
        loop = Recovery(loops, drift: drift)
        var recoveries: [Float: Recovery] = [:]
        for (rate, laps) in rivals { recoveries[rate] = Recovery(laps, drift: drift) }
        self.rivals = recoveries
        detections = loops.map { $0.drifts[drift - 1].detection }
        adoptions = loops.map { $0.drifts[drift - 1].adoption }
    }

    /// The samples in which the loop has to recover.
    package var bound: Int {
        let best = RecoveryBench.rates.compactMap { rivals[$0]?.mean }.min() ?? 0
        return max(RecoveryBench.soonEnough, best / 2)
    }

    /// Whether the loop recovered in time.
    package var isPassed: Bool { loop.mean.map { $0 <= bound } ?? false }

    /// How many seeds recovered in time by themselves.
    package var seedsPassed: Int {
        loop.each.reduce(0) { $0 + ($1.map { $0 <= bound } ?? false ? 1 : 0) }
    }

    /// The row as JSON.
    package var json: JSONValue {
        [
            "part": "recovery", "stream": .string(stream), "drift": .int(Int64(drift)),
            "loop": loop.json,
            "online": .array(
                RecoveryBench.rates.compactMap { rate in
                    rivals[rate].map { ["rate": .number(Double(rate)), "result": $0.json] }
                }
            ),
            "detection": .array(detections.map { $0.map { .int(Int64($0)) } ?? .null }),
            "adoption": .array(adoptions.map { $0.map { .int(Int64($0)) } ?? .null }),
            "bound": .int(Int64(bound)), "seeds_passed": .int(Int64(seedsPassed)),
            "passed": .bool(isPassed),
        ]
    }

    /// The first line of the table.
    package static let heading = Text.columns([
        "stream", "drift", "alarm", "adopted", "loop", "0.01", "0.05", "0.1", "bound", "seeds",
        "verdict", "each seed's own",
    ])

    /// The row as a line of the table.
    package var text: String {
        let alone = RecoveryBench.rates.map { Text.number(rivals[$0]?.mean) }
        return Text.columns(
            [
                stream, String(drift), Text.median(detections), Text.median(adoptions),
                Text.number(loop.mean),
            ] + alone + [
                String(bound), "\(seedsPassed)/\(loop.each.count)",
                isPassed ? "reached" : "MISSED",
                loop.each.map(Text.number).joined(separator: " "),
            ]
        )
    }
}

/// What the loop adopted on a control.
package struct ControlRow: Sendable, Equatable {
    /// The control.
    package let name: String
    /// Each adopted challenger beside its parent.
    package let duels: [Duel]
    /// The consolidations that ended without an adoption.
    package let refused: Int

    init(name: String, laps: [Lap]) {
        self.name = name
        duels = laps.flatMap(\.duels)
        refused = laps.reduce(0) { $0 + $1.refused }
    }

    /// How many adopted challengers were worse than their parents beyond chance.
    package var lost: Int { Duel.lost(duels) }
    /// Whether there was none.
    package var isPassed: Bool { lost == 0 }

    /// The row as JSON.
    package var json: JSONValue {
        [
            "control": .string(name), "adopted": .int(Int64(duels.count)),
            "refused": .int(Int64(refused)), "worse": .int(Int64(lost)), "passed": .bool(isPassed),
        ]
    }

    /// The first line of the table.
    package static let heading = Text.columns([
        "control", "adopted", "refused", "worse", "verdict",
    ])

    /// The row as a line of the table.
    package var text: String {
        Text.columns([
            name, String(duels.count), String(refused), String(lost),
            isPassed ? "reached" : "MISSED",
        ])
    }
}

/// Numbers and lines of a table.
enum Text {
    static func number(_ number: Int?) -> String { number.map(String.init) ?? "never" }

    static func median(_ numbers: [Int?]) -> String {
        let sorted = numbers.map { $0 ?? .max }.sorted()
        let middle = sorted.isEmpty ? .max : sorted[sorted.count / 2]
        return middle == .max ? "-" : String(middle)
    }

    static func columns(_ words: [String]) -> String {
        words.map { $0 + String(repeating: " ", count: max(1, 11 - $0.count)) }.joined()
    }
}
