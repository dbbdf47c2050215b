// SPDX-License-Identifier: Apache-2.0
//
// The streams of the drift scoreboard. A concept is a rate of errors (or the mean of a bell curve).
// - abrupt: from one value to the next, after 2,000;
// - gradual: for 1,000 values each 50 are of the old or of the new concept, the new one ever more
//   likely;
// - incremental: for 1,000 values the rate moves in a straight line;
// - recurring: the rate goes up and down every 1,000 values; rises are what is to be seen;
// - stationary: nothing changes;
// - autocorrelated: nothing changes either, but the chance of an error after an error is far above
//   that of any other value: errors of rate p stay with chance p + r (1 - p), r = 0.7.
// Each run is drawn from its own seed, so that every detector sees the same values.

import Primitives

/// A kind of stream.
struct DriftStream: Sendable, Equatable {
    /// How the stream moves.
    enum Course: Sendable, Equatable {
        case abrupt(before: Double, after: Double)
        case gradual(before: Double, after: Double)
        case incremental(before: Double, after: Double)
        case recurring(low: Double, high: Double)
        case stationary(rate: Double)
        case autocorrelated(rate: Double)
        case gaussian(shift: Double)
    }

    let name: String
    let course: Course

    /// Where the first change is, and the length of what moves.
    static let start = 2000
    private static let span = 1000
    private static let chunk = 50
    private static let stickiness = 0.7

    /// How many values a run has.
    var length: Int {
        switch course {
        case .abrupt, .gaussian: 4000
        case .gradual, .incremental: 5000
        case .recurring: 7000
        case .stationary, .autocorrelated: 4000
        }
    }

    /// Where the level begins to rise; values before the first of them are all of one level.
    var rises: [Int] {
        switch course {
        case .abrupt, .gaussian, .gradual, .incremental: [DriftStream.start]
        case .recurring: [2000, 4000, 6000]
        case .stationary, .autocorrelated: []
        }
    }

    /// Up to where a rise may be seen.
    func end(of rise: Int) -> Int {
        if case .recurring = course { rise + DriftStream.span } else { length }
    }

    /// Whether the values are 0 or 1.
    var isErrors: Bool {
        if case .gaussian = course { false } else { true }
    }

    /// Draws a run.
    func values(seed: UInt64) -> [Double] {
        var source = RandomSource(seed: seed)
        var last = false
        var isNew = false
        return (0..<length).map { index in
            switch course {
            case .gaussian(let shift):
                return source.normal() + (index < DriftStream.start ? 0 : shift)
            case .autocorrelated(let rate):
                let stay = DriftStream.stickiness
                last = source.chance(rate * (1 - stay) + (last ? stay : 0))
                return last ? 1 : 0
            case .gradual(let before, let after):
                if index % DriftStream.chunk == 0 { isNew = source.chance(progress(index)) }
                return source.chance(isNew ? after : before) ? 1 : 0
            default:
                return source.chance(rate(index)) ? 1 : 0
            }
        }
    }

    /// How much of the new concept there is.
    private func progress(_ index: Int) -> Double {
        min(1, max(0, Double(index - DriftStream.start) / Double(DriftStream.span)))
    }

    private func rate(_ index: Int) -> Double {
        switch course {
        case .abrupt(let before, let after): index < DriftStream.start ? before : after
        case .incremental(let before, let after):
            before + (after - before) * progress(index)
        case .recurring(let low, let high):
            index < DriftStream.start || index / DriftStream.span % 2 == 1 ? low : high
        case .stationary(let rate): rate
        case .gradual, .autocorrelated, .gaussian: 0
        }
    }

    /// Every stream of the table.
    static let all: [DriftStream] = [
        DriftStream(name: "abrupt .1-.2", course: .abrupt(before: 0.1, after: 0.2)),
        DriftStream(name: "abrupt .1-.3", course: .abrupt(before: 0.1, after: 0.3)),
        DriftStream(name: "abrupt .1-.5", course: .abrupt(before: 0.1, after: 0.5)),
        DriftStream(name: "abrupt .3-.5", course: .abrupt(before: 0.3, after: 0.5)),
        DriftStream(name: "gradual .1-.3", course: .gradual(before: 0.1, after: 0.3)),
        DriftStream(name: "increm. .1-.3", course: .incremental(before: 0.1, after: 0.3)),
        DriftStream(name: "recurring .1-.3", course: .recurring(low: 0.1, high: 0.3)),
        DriftStream(name: "stationary .1", course: .stationary(rate: 0.1)),
        DriftStream(name: "stationary .3", course: .stationary(rate: 0.3)),
        DriftStream(name: "autocorr. .1", course: .autocorrelated(rate: 0.1)),
        DriftStream(name: "gaussian 1s", course: .gaussian(shift: 1)),
    ]
}
