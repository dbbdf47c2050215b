// SPDX-License-Identifier: Apache-2.0
//
// CUSUM: the cumulative sum of log-likelihood ratios (Page, "Continuous inspection schemes", 1954),
// here of errors of rate `p0` against errors of rate `p1`. The input is an *error* within 0...1; 1
// is wrong.
//
//     S = max(0, S + x ln(p1/p0) + (1 - x) ln((1 - p1)/(1 - p0))),  a drift when S > threshold
//
// No test of the same false-alarm rate is sooner to see a change from p0 to p1 (Moustakides,
// "Optimal stopping times for detecting changes in distributions", 1986), but it has to know them.
// 1. An unknown p0 is (errors + 1/2) / (values + 1), of all values once `warmStart` of them have
//    come; as long as S is 0 the values are taken to be of the old level, and p0 follows them.
// 2. p1 is p0 + `shift`. A `shift` below 0 looks for falls, and a two-sided test for either, with a
//    sum of its own. Where p0 + shift is not within 0...1, the sum stays 0.
// After a drift a known p0 is kept, and an unknown one estimated anew.

import Kernels
package import Primitives

/// Page's cumulative sum for a rate of errors, O(1): the soonest when the rates are known.
package struct CUSUM: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "cusum"

    /// The rate of errors before a change, when it is known.
    package let rate: Double?
    /// How much larger the rate of errors after a change is.
    package let shift: Double
    /// Where the sum becomes a drift.
    package let threshold: Double
    /// Where the sum becomes a warning, if anywhere.
    package let warningThreshold: Double?
    /// After how many values an unknown rate is estimated.
    package let warmStart: Int
    /// Whether a change by the opposite shift is looked for too.
    package let isTwoSided: Bool

    /// Which way the last warning or drift went.
    package private(set) var lastChange = DriftChange.none
    /// How many values ago the sum of the last warning or drift was 0.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package private(set) var isWarning = false

    private var count = 0.0
    private var total = 0.0
    private var near = RatioSum()
    private var far = RatioSum()
    private var mustRestart = false

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: `rate` lies between 0 and 1, `shift` between -1 and 1 and is not 0,
    ///   thresholds are positive, `warmStart` too.
    package init(
        rate: Double? = nil,
        shift: Double = 0.1,
        threshold: Double = CUSUM.threshold,
        warningThreshold: Double? = CUSUM.threshold / 2,
        warmStart: Int = 200,
        isTwoSided: Bool = false
    ) {
        precondition((rate ?? 0.5) > 0 && (rate ?? 0.5) < 1, "a rate lies between 0 and 1")
        precondition(shift.magnitude < 1 && shift != 0, "a change is one")
        precondition(threshold > 0 && (warningThreshold ?? 1) > 0, "a threshold is positive")
        precondition(warmStart > 0, "a rate is estimated from values")
        self.rate = rate
        self.shift = shift
        self.threshold = threshold
        self.warningThreshold = warningThreshold
        self.warmStart = warmStart
        self.isTwoSided = isTwoSided
        restart()
    }

    /// The threshold that is not told: ln(10,000).
    package static let threshold = 9.210340371976184

    /// Takes the next error: 1 for wrong, 0 for right.
    ///
    /// - Precondition: `error` lies between 0 and 1.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        isWarning = false
        count += 1
        total += error
        if rate == nil && count <= Double(warmStart) {
            if count == Double(warmStart) { estimate() }
            return .none
        }
        near.take(error)
        if isTwoSided { far.take(error) }
        let isNear = near.sum >= far.sum
        let sum = isNear ? near.sum : far.sum
        if sum == 0 {
            if rate == nil { estimate() }
            return .none
        }
        if sum <= min(threshold, warningThreshold ?? threshold) { return .none }
        isWarning = true
        lastChange = isNear == (shift > 0) ? .rise : .fall
        samplesSinceOnset = isNear ? near.age : far.age
        mustRestart = sum > threshold
        return mustRestart ? .drift : .warning
    }

    private mutating func estimate() { setRatios(before: (total + 0.5) / (count + 1)) }

    private mutating func setRatios(before rate: Double) {
        near.setRates(rate, rate + shift)
        if isTwoSided { far.setRates(rate, rate - shift) }
    }

    /// Forgets all values.
    package mutating func restart() {
        count = 0
        total = 0
        near = RatioSum()
        far = RatioSum()
        if let rate { setRatios(before: rate) }
        mustRestart = false
        isWarning = false
    }
}

/// A sum of log-likelihood ratios that never falls below 0.
private struct RatioSum: Sendable {
    var sum = 0.0
    /// How many values ago the sum was 0.
    var age = 0
    /// What a right answer and an error add.
    var right = 0.0
    var wrong = 0.0

    mutating func setRates(_ before: Double, _ after: Double) {
        let isPossible = after > 0 && after < 1
        wrong = isPossible ? Scalar.log(after / before) : 0
        right = isPossible ? Scalar.log((1 - after) / (1 - before)) : 0
    }

    mutating func take(_ error: Double) {
        sum = max(0, sum + (error * wrong + (1 - error) * right))
        age = sum == 0 ? 0 : age + 1
    }
}

extension RatioSum: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for number in [sum, right, wrong] { writer.write(number) }
        writer.write(Int64(age))
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        sum = try reader.readNumber(in: 0...1e18)
        right = try reader.readFinite()
        wrong = try reader.readFinite()
        age = try reader.readAge()
    }
}

extension CUSUM: ByteCodable {
    /// Appends the parameters and the sums.
    package func encode(into writer: inout ByteWriter) {
        for number in [rate ?? -1, shift, threshold, warningThreshold ?? -1] {
            writer.write(number)
        }
        writer.write(Int64(warmStart))
        writer.write(isTwoSided)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        writer.write(count)
        writer.write(total)
        near.encode(into: &writer)
        far.encode(into: &writer)
    }

    /// Reads the parameters and the sums.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let rate = try reader.readFinite()
        let shift = try reader.readFinite()
        let threshold = try reader.readFinite()
        let warning = try reader.readFinite()
        let warmStart = try reader.readAge()
        guard rate == -1 || (rate > 0 && rate < 1), shift.magnitude < 1, shift != 0,
            threshold > 0, warning == -1 || warning > 0, warmStart > 0
        else { throw .invalid("the parameters of a CUSUM are out of range") }
        self.init(
            rate: rate == -1 ? nil : rate,
            shift: shift,
            threshold: threshold,
            warningThreshold: warning == -1 ? nil : warning,
            warmStart: warmStart,
            isTwoSided: try reader.readFlag()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        count = try reader.readCount()
        total = try reader.readNumber(in: 0...count)
        near = try RatioSum(from: &reader)
        far = try RatioSum(from: &reader)
    }
}
