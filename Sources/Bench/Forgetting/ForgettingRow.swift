// SPDX-License-Identifier: Apache-2.0
//
// One line of the comparison: a learner, over all seeds.

package import Primitives

/// What a learner still knows at the end.
package struct ForgettingRow: Sendable {
    /// The learner and its means.
    package let subject: ForgettingSubject
    /// What each seed came to.
    package let laps: [ForgettingLap]

    /// The mean accuracy over the seeds.
    package var mean: Double { ForgettingRow.mean(laps.map(\.accuracy)) }
    /// The mean accuracy on the classes that came first.
    package var first: Double { ForgettingRow.mean(laps.map(\.first)) }
    /// Whether the bound is kept; true where there is none.
    package var isReached: Bool { subject.bound?.isReached(by: mean) ?? true }

    private static func mean(_ numbers: [Double]) -> Double {
        numbers.reduce(0, +) / Double(max(1, numbers.count))
    }

    /// The line above all others.
    package static let heading =
        "learner                       mean    lowest  highest  first two  bound    reached"

    /// The line.
    package var text: String {
        let all = laps.map(\.accuracy)
        let name = subject.name.padding(to: 30)
        let figures = [mean, all.min() ?? 0, all.max() ?? 0].map {
            ForgettingRow.short($0).padding(to: 8)
        }.joined()
        let reached = subject.bound == nil ? "-" : isReached ? "yes" : "no"
        return name + figures + " " + ForgettingRow.short(first).padding(to: 11)
            + (subject.bound?.text ?? "-").padding(to: 9) + reached
    }

    /// The line as JSON.
    package var json: JSONValue {
        [
            "learner": .string(subject.name),
            "accuracy": .number(mean),
            "seeds": .array(laps.map { .number($0.accuracy) }),
            "first_classes": .number(first),
            "bound": subject.bound.map { .string($0.text) } ?? .null,
            "reached": subject.bound == nil ? .null : .bool(isReached),
        ]
    }

    /// Three digits after the point.
    static func short(_ number: Double) -> String {
        let digits = String(Int((number * 1000).rounded()))
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return padded.dropLast(3) + "." + padded.suffix(3)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
