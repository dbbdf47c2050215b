// SPDX-License-Identifier: Apache-2.0
//
// The generalised likelihood ratio test for a change of a rate of errors, neither of whose values
// is known (Siegmund and Venkatraman, "Using the generalized likelihood ratio statistic for
// sequential detection of a change-point", 1995; for bits, Besson, Kaufmann, Maillard and Seznec,
// "Efficient change-point detection for tackling piecewise-stationary bandits", 2022). The input
// is an *error* within 0...1; 1 is wrong.
//
//     max over the cuts of  n1 KL(p1, p) + n2 KL(p2, p)  >  threshold
//
// n1, p1 and n2, p2 are how many values lie before and behind a cut and their rates, p the rate of
// all, and KL(a, b) = a ln(a/b) + (1 - a) ln((1 - a)/(1 - b)).
//
// 1. Values are kept as sums of 1, 2, 4 ... of them, `maxBuckets` of each size, the newest the
//    smallest, so that both memory and the cuts that are tried are O(log n).
// 2. With F(s, n) = s ln(s/n) + (n - s) ln(1 - s/n) the ratio is F(s1, n1) + F(s2, n2) - F(s, n).
// 3. It is below the chi-squared distance, since ln(x) <= x - 1; with D = s1 n - s n1 that is
//    D^2 n / (n1 n2 s (n - s)). A cut where even this is within the threshold needs no logarithm;
//    nearly all are such.

import Kernels
package import Primitives

/// Finds a change between two unknown rates of errors; O(log n) numbers, O(log n) a value.
package struct BernoulliGLR: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "glr"

    /// The number of sizes; the sums are of up to `maxBuckets * 2^40` values.
    private static let rowsMax = 40

    /// Where the ratio becomes a drift.
    package let threshold: Double
    /// Where the ratio becomes a warning, if anywhere.
    package let warningThreshold: Double?
    /// How many sums of one size there are.
    package let maxBuckets: Int
    /// Whether falls are looked for too.
    package let isTwoSided: Bool

    /// Which way the last warning or drift went.
    package private(set) var lastChange = DriftChange.none
    /// How many values ago the best cut of the last warning or drift lies.
    package private(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package private(set) var isWarning = false

    private var count = 0.0
    private var total = 0.0
    private var rows = 1
    private var mustRestart = false
    /// How many sums of each size there are.
    private var held: [Int]
    /// The sums, oldest first within a size.
    private var sums: [Double]

    /// Makes a detector that has seen nothing.
    ///
    /// - Precondition: Thresholds are positive, and there are 2 to 100 sums of a size.
    package init(
        threshold: Double = 10,
        warningThreshold: Double? = 5,
        maxBuckets: Int = 5,
        isTwoSided: Bool = true
    ) {
        precondition(threshold > 0 && (warningThreshold ?? 1) > 0, "a threshold is positive")
        precondition((2...100).contains(maxBuckets), "two sums of a size make one of the next")
        self.threshold = threshold
        self.warningThreshold = warningThreshold
        self.maxBuckets = maxBuckets
        self.isTwoSided = isTwoSided
        held = [Int](repeating: 0, count: BernoulliGLR.rowsMax)
        sums = [Double](repeating: 0, count: BernoulliGLR.rowsMax * (maxBuckets + 1))
    }

    /// Takes the next error: 1 for wrong, 0 for right.
    ///
    /// - Precondition: `error` lies between 0 and 1.
    package mutating func update(with error: Double) -> DriftVerdict {
        if mustRestart { restart() }
        insert(error)
        isWarning = false
        let limit = min(threshold, warningThreshold ?? threshold)
        let cut = steepest(beyond: limit)
        if cut.ratio <= limit { return .none }
        isWarning = true
        lastChange = cut.isRise ? .rise : .fall
        samplesSinceOnset = Int(cut.newer)
        mustRestart = cut.ratio > threshold
        return mustRestart ? .drift : .warning
    }

    /// A place to cut.
    private struct Cut {
        var ratio: Double
        var newer = 0.0
        var isRise = false
    }

    /// The cut of the largest ratio, among those beyond the limit.
    private func steepest(beyond limit: Double) -> Cut {
        var best = Cut(ratio: limit)
        let spread = limit * (1 - 1e-9) * total * (count - total) / count
        let (count, total) = (count, total)
        let (held, sums) = (held.span, sums.span)
        var whole = 0.0
        var hasWhole = false
        var n1 = 0.0
        var s1 = 0.0
        for row in stride(from: rows - 1, through: 0, by: -1) {
            let size = BernoulliGLR.size(of: row)
            let first = row * (maxBuckets + 1)
            for index in first..<first + held[row] {
                n1 += size
                s1 += sums[index]
                let n2 = count - n1
                let lean = s1 * count - total * n1
                if lean * lean <= spread * (n1 * n2) || (lean > 0 && !isTwoSided) { continue }
                if n2 <= 0 { continue }
                if !hasWhole {
                    whole = BernoulliGLR.likelihood(total, count)
                    hasWhole = true
                }
                let ratio =
                    BernoulliGLR.likelihood(s1, n1)
                    + BernoulliGLR.likelihood(total - s1, n2) - whole
                if ratio > best.ratio { best = Cut(ratio: ratio, newer: n2, isRise: lean < 0) }
            }
        }
        return best
    }

    /// The logarithm of how likely `errors` of `count` values are at their own rate.
    private static func likelihood(_ errors: Double, _ count: Double) -> Double {
        let rights = count - errors
        var sum = 0.0
        if errors > 0 { sum += errors * Scalar.log(errors / count) }
        if rights > 0 { sum += rights * Scalar.log(rights / count) }
        return sum
    }

    private mutating func insert(_ error: Double) {
        count += 1
        total += error
        let room = maxBuckets + 1
        var row = 0
        var carried = error
        while true {
            let first = row * room
            sums[first + held[row]] = carried
            held[row] += 1
            rows = max(rows, row + 1)
            if held[row] <= maxBuckets { return }
            carried = sums[first] + sums[first + 1]
            for index in first..<first + room - 2 { sums[index] = sums[index + 2] }
            held[row] -= 2
            row += 1
            if row == BernoulliGLR.rowsMax {
                // The oldest values leave.
                count -= BernoulliGLR.size(of: row)
                total -= carried
                return
            }
        }
    }

    private static func size(of row: Int) -> Double { Double(UInt64(1) << UInt64(row)) }

    /// Forgets all values.
    package mutating func restart() {
        for row in 0..<rows { held[row] = 0 }
        rows = 1
        count = 0
        total = 0
        mustRestart = false
        isWarning = false
    }
}

extension BernoulliGLR: ByteCodable {
    /// Appends the parameters and the sums.
    package func encode(into writer: inout ByteWriter) {
        writer.write(threshold)
        writer.write(warningThreshold ?? -1)
        writer.write(UInt8(maxBuckets))
        writer.write(isTwoSided)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        writer.write(total)
        writer.write(UInt8(rows))
        for row in 0..<rows {
            writer.write(UInt8(held[row]))
            let first = row * (maxBuckets + 1)
            for index in first..<first + held[row] { writer.write(sums[index]) }
        }
    }

    /// Reads the parameters and the sums.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let threshold = try reader.readFinite()
        let warning = try reader.readFinite()
        let maxBuckets = Int(try reader.read(UInt8.self))
        guard threshold > 0, warning == -1 || warning > 0, (2...100).contains(maxBuckets) else {
            throw .invalid("the parameters of a GLR test are out of range")
        }
        self.init(
            threshold: threshold,
            warningThreshold: warning == -1 ? nil : warning,
            maxBuckets: maxBuckets,
            isTwoSided: try reader.readFlag()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        total = try reader.readFinite()
        rows = try reader.readInteger8(in: 1...BernoulliGLR.rowsMax)
        for row in 0..<rows {
            held[row] = try reader.readInteger8(in: 0...maxBuckets)
            count += Double(held[row]) * BernoulliGLR.size(of: row)
            let first = row * (maxBuckets + 1)
            for index in first..<first + held[row] {
                sums[index] = try reader.readNumber(in: 0...BernoulliGLR.size(of: row))
            }
        }
        guard total >= -1e-6 * count, total <= count * (1 + 1e-6) else {
            throw .invalid("a GLR test has seen more errors than values")
        }
    }
}
