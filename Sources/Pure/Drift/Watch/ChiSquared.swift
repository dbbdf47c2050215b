// SPDX-License-Identifier: Apache-2.0
//
// The chi-squared distribution: how likely values above x are, and from where on they are as
// unlikely as wanted. The tail is the regularised incomplete gamma function Q(k/2, x/2), by its
// series below k/2 + 1 and by its continued fraction (Lentz's method) above, to about 13 digits.
//
// A square of a normal number has one degree of freedom, so this also gives two-sided levels of
// the normal distribution.

import Kernels

/// Tail and quantiles of the chi-squared distribution.
package enum ChiSquared {
    private static let steps = 10_000
    private static let tiny = 1e-300

    /// The chance of a value above `x`.
    package static func tail(_ x: Double, freedom: Int) -> Double {
        precondition(freedom > 0, "a chi-squared distribution has degrees of freedom")
        guard x > 0 else { return 1 }
        let (a, half) = (Double(freedom) / 2, x / 2)
        guard half.isFinite else { return 0 }
        let scale = Scalar.exp(a * Scalar.log(half) - half - logGamma(a))
        return half < a + 1 ? 1 - scale * series(a, half) : scale * fraction(a, half)
    }

    /// The value above which another lies with the chance `tail`.
    ///
    /// - Precondition: `tail` lies between 0 and 1.
    package static func quantile(tail chance: Double, freedom: Int) -> Double {
        precondition(chance > 0 && chance < 1, "a quantile belongs to a chance")
        var (low, high) = (0.0, Double(freedom) + 1)
        while tail(high, freedom: freedom) > chance { (low, high) = (high, 2 * high) }
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { break }
            if tail(middle, freedom: freedom) > chance { low = middle } else { high = middle }
        }
        return high
    }

    /// The sum of `x^n / (a (a + 1) (a + 2) and so on to (a + n))`.
    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        for step in 1...steps {
            term *= x / (a + Double(step))
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    private static func fraction(_ a: Double, _ x: Double) -> Double {
        var b = x + 1 - a
        var c = 1 / tiny
        var d = 1 / b
        var value = d
        for step in 1...steps {
            let n = Double(step)
            let over = -n * (n - a)
            b += 2
            d = over * d + b
            if d.magnitude < tiny { d = tiny }
            c = b + over / c
            if c.magnitude < tiny { c = tiny }
            d = 1 / d
            let factor = d * c
            value *= factor
            if (factor - 1).magnitude < 1e-16 { break }
        }
        return value
    }

    /// The logarithm of the gamma function of a positive number, by Stirling's series from 15 on.
    private static func logGamma(_ x: Double) -> Double {
        var (z, product) = (x, 1.0)
        while z < 15 {
            product *= z
            z += 1
        }
        let inverse = 1 / z
        let square = inverse * inverse
        let tail =
            inverse
            * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
        return (z - 0.5) * Scalar.log(z) - z + 0.918_938_533_204_672_74 + tail
            - Scalar.log(product)
    }
}
