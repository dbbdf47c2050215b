// SPDX-License-Identifier: Apache-2.0
//
// Which of two models is better, decided from their losses on the same samples while they arrive.
// It may be looked at after every sample and stopped at any time: testing by betting (Waudby-Smith
// and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86(1), 2024).
//
// With d = the champion's loss less the challenger's, in -1...1, two gamblers play:
// - one against "the mean of d is at most 0": wealth *= 1 + b d
// - one against "the mean of d is at least -margin": wealth *= 1 + b (-d - margin)
// The stakes b >= 0 are fixed before d is seen, so under its hypothesis a wealth does not grow on
// average, and ever reaches 1/alpha with probability at most alpha (Ville's inequality). That holds
// for any dependence between samples. The stakes are the paper's approximate growth-rate-adaptive
// ones, mean / (variance + mean^2) of what was seen, between 0 and nine tenths of the largest that
// cannot ruin. With margin 0 the two gamblers mirror each other. Each verdict errs with at most
// alpha.

import Kernels
package import Primitives

/// An anytime-valid sequential test on paired losses.
package struct PairedTest: Sendable, Equatable {
    /// What has been decided.
    package enum Verdict: UInt8, Sendable {
        /// Neither hypothesis is refuted so far.
        case undecided = 0
        /// The challenger is better than the champion.
        case better = 1
        /// The challenger is worse than the champion by more than the margin.
        case worse = 2
    }

    /// How probable each wrong verdict may be.
    package let alpha: Double
    /// By how much of the loss a challenger may be worse without being refused.
    package let margin: Double
    /// The first verdict that was reached; it stays.
    package private(set) var verdict = Verdict.undecided
    /// How many differences were seen, those after the verdict included.
    package private(set) var count = 0
    /// The logarithm of the wealth of the gambler who says that the challenger is better.
    package private(set) var logWealthBetter = 0.0
    /// The logarithm of the wealth of the gambler who says that it is worse.
    package private(set) var logWealthWorse = 0.0

    private var sum = 0.0
    private var squares = 0.0
    /// The differences among them that were credited, and their sum.
    private var credited = 0
    private var creditedSum = 0.0

    /// Makes a test that has seen nothing.
    ///
    /// - Precondition: `0 < alpha < 1` and `0 <= margin < 1`.
    package init(alpha: Double = 0.05, margin: Double = 0) {
        precondition(alpha > 0 && alpha < 1, "a level lies between 0 and 1")
        precondition(margin >= 0 && margin < 1, "a margin is at least 0 and below 1")
        self.alpha = alpha
        self.margin = margin
    }

    /// The mean of the differences: above 0 the challenger has the smaller loss.
    package var meanDifference: Double { count == 0 ? 0 : sum / Double(count) }
    /// How many differences were seen live.
    package var live: Int { count - credited }
    /// The mean of those.
    package var liveDifference: Double {
        live == 0 ? 0 : (sum - creditedSum) / Double(live)
    }

    /// Takes differences from before the race: they guide the stakes, but bring neither gambler
    /// nearer to a verdict, or farther from it, than by `share` of the way.
    package mutating func credit(_ differences: some Sequence<Double>, upTo share: Double) {
        for difference in differences { update(with: difference) }
        credited = count
        creditedSum = sum
        guard share < 1 else {
            if verdict == .worse { verdict = .undecided }
            return
        }
        let most = -Scalar.log(alpha) * share
        logWealthBetter = min(max(logWealthBetter, -most), most)
        logWealthWorse = min(max(logWealthWorse, -most), most)
        verdict = .undecided
    }

    /// Decides for the challenger, if the test is at least so sure.
    package mutating func trust(from sureness: Double) {
        guard verdict == .undecided, self.sureness >= sureness else { return }
        verdict = .better
    }

    /// How sure the test is that the challenger is better: 1 decides.
    package var sureness: Double { logWealthBetter / -Scalar.log(alpha) }

    /// Takes the champion's loss less the challenger's on the next sample.
    ///
    /// - Precondition: `difference` lies in `-1...1`; losses are clipped to `0...1` before.
    package mutating func update(with difference: Double) {
        precondition((-1...1).contains(difference), "paired losses are clipped to 0...1")
        // As if one difference of 0 and a spread of 1/4 had been seen before the first.
        let seen = Double(count + 1)
        let mean = sum / seen
        let variance = max((0.25 + squares) / seen - mean * mean, 1e-12)
        logWealthBetter += PairedTest.gain(difference, mean, variance, cap: 0.9)
        logWealthWorse += PairedTest.gain(
            -difference - margin,
            -mean - margin,
            variance,
            cap: 0.9 / (1 + margin)
        )
        count += 1
        sum += difference
        squares += difference * difference
        guard verdict == .undecided else { return }
        let enough = -Scalar.log(alpha)
        if logWealthBetter >= enough {
            verdict = .better
        } else if logWealthWorse >= enough {
            verdict = .worse
        }
    }

    /// The growth of a gambler's log-wealth, who stakes by what `mean` and `variance` promise.
    private static func gain(
        _ outcome: Double,
        _ mean: Double,
        _ variance: Double,
        cap: Double
    ) -> Double {
        if mean <= 0 { return 0 }
        return Scalar.log(1 + min(mean / (variance + mean * mean), cap) * outcome)
    }
}

extension PairedTest: ByteCodable {
    /// Appends the parameters and the state.
    package func encode(into writer: inout ByteWriter) {
        for number in [
            alpha, margin, logWealthBetter, logWealthWorse, sum, squares, creditedSum,
        ] {
            writer.write(number)
        }
        writer.write(UInt64(count))
        writer.write(UInt64(credited))
        writer.write(verdict.rawValue)
    }

    /// Reads the parameters and the state.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let alpha = try reader.readDouble()
        let margin = try reader.readDouble()
        guard alpha > 0, alpha < 1, margin >= 0, margin < 1 else {
            throw .invalid("a paired test with alpha \(alpha) and margin \(margin)")
        }
        self.init(alpha: alpha, margin: margin)
        logWealthBetter = try reader.readDouble()
        logWealthWorse = try reader.readDouble()
        sum = try reader.readDouble()
        squares = try reader.readDouble()
        creditedSum = try reader.readDouble()
        let count = try reader.read(UInt64.self)
        let credited = try reader.read(UInt64.self)
        guard count < 1 << 53, credited <= count, creditedSum.isFinite, logWealthBetter.isFinite,
            logWealthWorse.isFinite,
            sum.magnitude <= Double(count) + 1, squares >= 0, squares <= Double(count) + 1,
            let verdict = Verdict(rawValue: try reader.read())
        else { throw .invalid("the state of a paired test is out of range") }
        self.count = Int(count)
        self.credited = Int(credited)
        self.verdict = verdict
    }
}
