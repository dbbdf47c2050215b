// SPDX-License-Identifier: Apache-2.0
//
// EDDM: errors that come closer together (Baena-Garcia, del Campo-Avila, Fidalgo, Bifet, Gavalda
// and Morales-Bueno, "Early drift detection method", 2006). The input is an *error*: 1 is wrong,
// anything else is right.
// 1. p and s are the mean and the deviation of the distances between errors;
// 2. remember the largest p + 2s;
// 3. p + 2s below `alpha` times the largest is a warning, below `beta` times a drift.
// Between errors nothing changes: a warning lasts until the next error.
//
// What `river` does otherwise than the paper, and what `reference` switches:
// - it looks for the largest p + 2s from the 30th *value* on, when three errors or so have been
//   seen, and keeps that noise as the mark; the paper waits for 30 *errors*. This is why the
//   default alarms on one stationary stream after the other;
// - it counts the way to the first error as a distance between errors;
// - a new largest p + 2s does not end a warning.
// The deviation is that of a sample (n - 1); the paper does not say. The order of the operations is
// that of the `river` package.

package import Primitives

/// The early drift detection method: for slow rises of an error rate, O(1), and easily fooled.
package struct EDDM: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "eddm"

    /// How many errors must have come before the first alarm.
    package let warmStart: Int
    /// Which part of the largest distance is a warning.
    package let alpha: Double
    /// Which part of the largest distance is a drift.
    package let beta: Double
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the errors went at the last warning or drift: up, the only way looked for.
    package private(set) var lastChange = DriftChange.none
    /// How many values ago the zone of the last warning or drift was entered.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest error was at least a warning.
    package private(set) var isWarning = false

    private var distances = RunningMean()
    private var squares = 0.0
    private var largest = -1.0
    private var count = 0
    private var lastError = 0
    private var errors = 0
    private var mustRestart = false

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: `0 <= beta <= alpha <= 1`, and `warmStart` is not negative.
    package init(
        warmStart: Int = 30,
        alpha: Double = 0.95,
        beta: Double = 0.9,
        reference: DetectorReference = .river
    ) {
        precondition(warmStart >= 0, "a number of errors is not negative")
        precondition(0 <= beta && beta <= alpha && alpha <= 1, "a warning comes before a drift")
        self.warmStart = warmStart
        self.alpha = alpha
        self.beta = beta
        self.reference = reference
    }

    /// Takes the next error: 1 for wrong, 0 for right.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        count += 1
        if isWarning { samplesSinceOnset += 1 }
        let verdict: DriftVerdict = error == 1 ? observeError() : isWarning ? .warning : .none
        if verdict == .none {
            isWarning = false
            return .none
        }
        if !isWarning { samplesSinceOnset = 1 }
        isWarning = true
        lastChange = .rise
        mustRestart = verdict == .drift
        return verdict
    }

    private mutating func observeError() -> DriftVerdict {
        errors += 1
        if reference == .river || errors > 1 { take(Double(count - lastError)) }
        lastError = count
        let isReady = errors > warmStart
        guard reference == .river ? count > warmStart : isReady else { return .none }
        let variance = distances.count > 1 ? squares / (distances.count - 1) : 0
        let level = distances.mean + 2 * variance.squareRoot()
        if level > largest {
            largest = level
            return isWarning && reference == .river ? .warning : .none
        }
        if !isReady { return .none }
        let part = level / largest
        return part < beta ? .drift : part < alpha ? .warning : .none
    }

    private mutating func take(_ distance: Double) {
        let before = distances.mean
        distances.update(with: distance)
        squares += (distance - before) * (distance - distances.mean)
    }

    /// Forgets all errors.
    package mutating func restart() {
        distances = RunningMean()
        squares = 0
        largest = -1
        count = 0
        lastError = 0
        errors = 0
        mustRestart = false
        isWarning = false
    }
}

extension EDDM: ByteCodable {
    /// Appends the parameters and the distances.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(warmStart))
        writer.write(alpha)
        writer.write(beta)
        writer.write(reference.rawValue)
        writer.write(lastChange.rawValue)
        writer.write(isWarning)
        writer.write(mustRestart)
        for number in [samplesSinceOnset, count, lastError, errors] { writer.write(Int64(number)) }
        distances.encode(into: &writer)
        writer.write(squares)
        writer.write(largest)
    }

    /// Reads the parameters and the distances.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let warmStart = try reader.readAge()
        let alpha = try reader.readNumber(in: 0...1)
        let beta = try reader.readNumber(in: 0...alpha)
        self.init(
            warmStart: warmStart,
            alpha: alpha,
            beta: beta,
            reference: try reader.readReference()
        )
        lastChange = try reader.readChange()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        samplesSinceOnset = try reader.readAge()
        count = try reader.readAge()
        lastError = try reader.readInteger(in: 0...count)
        errors = try reader.readInteger(in: 0...count)
        distances = try RunningMean(from: &reader)
        squares = try reader.readFinite()
        largest = try reader.readFinite()
        guard squares >= 0 else { throw .invalid("an EDDM's deviations are below 0") }
    }
}
