// SPDX-License-Identifier: Apache-2.0
//
// DDM: an error rate should only fall while a model learns (Gama, Medas, Castillo and Rodrigues,
// "Learning with drift detection", 2004). The input is an *error*: 1 is wrong, 0 is right.
// 1. p is the rate of errors so far, s = sqrt(p (1 - p) / n) its deviation;
// 2. from the `warmStart`-th value on, remember p and s where p + s was least;
// 3. p + s beyond pmin + 2 smin is a warning, beyond pmin + 3 smin a drift. Falls are no drift.
//
// The paper says "at least" in step 3, which makes a drift of every right answer of a model that is
// never wrong (all sides are 0); `river`, and by default this, says "beyond". The order of the
// operations is that of the `river` package.

package import Primitives

/// The drift detection method: cheap and slow, O(1), for abrupt rises of an error rate.
package struct DDM: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "ddm"

    /// How many errors and right answers must have come before the first alarm.
    package let warmStart: Int
    /// How many deviations above the least rate are a warning.
    package let warningThreshold: Double
    /// How many deviations above the least rate are a drift.
    package let driftThreshold: Double
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the last warning or drift went: up, the only way that is looked for.
    package private(set) var lastChange = DriftChange.none
    /// How many values ago the zone of the last warning or drift was entered.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package private(set) var isWarning = false

    private var rate = RunningMean()
    private var leastRate = 0.0
    private var leastDeviation = 0.0
    private var least = Double.infinity
    private var mustRestart = false

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: No parameter is negative.
    package init(
        warmStart: Int = 30,
        warningThreshold: Double = 2,
        driftThreshold: Double = 3,
        reference: DetectorReference = .river
    ) {
        precondition(warmStart >= 0, "a number of values is not negative")
        precondition(warningThreshold >= 0 && driftThreshold >= 0, "a threshold is not negative")
        self.warmStart = warmStart
        self.warningThreshold = warningThreshold
        self.driftThreshold = driftThreshold
        self.reference = reference
    }

    /// Takes the next error: 1 for wrong, 0 for right.
    ///
    /// - Precondition: `error` lies between 0 and 1.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        rate.update(with: error)
        if rate.count <= Double(warmStart) { return .none }
        // Below 0 by rounding alone.
        let deviation = max(0, rate.mean * (1 - rate.mean) / rate.count).squareRoot()
        let level = rate.mean + deviation
        if level <= least {
            leastRate = rate.mean
            leastDeviation = deviation
            least = leastRate + leastDeviation
        }
        if isBeyond(driftThreshold, level) {
            note()
            mustRestart = true
            return .drift
        }
        if isBeyond(warningThreshold, level) {
            note()
            return .warning
        }
        isWarning = false
        return .none
    }

    private func isBeyond(_ threshold: Double, _ level: Double) -> Bool {
        let limit = leastRate + threshold * leastDeviation
        return reference == .paper ? level >= limit : level > limit
    }

    private mutating func note() {
        samplesSinceOnset = isWarning ? samplesSinceOnset + 1 : 1
        isWarning = true
        lastChange = .rise
    }

    /// Forgets all values.
    package mutating func restart() {
        rate = RunningMean()
        leastRate = 0
        leastDeviation = 0
        least = .infinity
        mustRestart = false
        isWarning = false
    }
}

extension DDM: ByteCodable {
    /// Appends the parameters and the rates.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(warmStart))
        writer.write(warningThreshold)
        writer.write(driftThreshold)
        writer.write(reference.rawValue)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        rate.encode(into: &writer)
        for number in [leastRate, leastDeviation, least] { writer.write(number) }
    }

    /// Reads the parameters and the rates.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let warmStart = try reader.readAge()
        let warning = try reader.readNumber(in: 0...1e9)
        let drift = try reader.readNumber(in: 0...1e9)
        self.init(
            warmStart: warmStart,
            warningThreshold: warning,
            driftThreshold: drift,
            reference: try reader.readReference()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        rate = try RunningMean(from: &reader)
        leastRate = try reader.readFinite()
        leastDeviation = try reader.readFinite()
        least = try reader.readDouble()
        guard !least.isNaN else { throw .invalid("a DDM's least level is no number") }
    }
}
