// SPDX-License-Identifier: Apache-2.0
//
// The chi-squared distribution against scipy 1.17.1 (`chi2.sf` and `chi2.isf`), and the population
// stability index against its formula worked out in numpy.

import Drift
import Testing

@Suite struct ChiSquaredTests {
    private static let tails: [(Int, Double, Double)] = [
        (1, 0.5, 4.795001221869534e-01), (1, 4.5, 3.389485352468929e-02),
        (1, 13, 3.114909767673841e-04), (2, 1.0, 6.065306597126334e-01),
        (2, 16, 3.354626279025119e-04), (3, 1.5, 6.822703303362125e-01),
        (3, 19, 2.733988874908009e-04), (9, 4.5, 8.755390252983378e-01),
        (9, 9, 4.372741889138669e-01), (9, 16.5, 5.714646897338437e-02),
        (9, 37, 2.631828886837211e-05), (10, 40, 1.694474393006737e-05),
        (49, 24.5, 9.986748437805463e-01), (49, 157, 3.078133238655263e-13),
        (99, 307, 3.865607314193716e-23), (999, 999, 4.940498779585279e-01),
        (999, 1501.5, 6.605665260143902e-23), (999, 3007, 9.135909151242078e-200),
    ]
    private static let quantiles: [(Int, Double, Double)] = [
        (1, 0.5, 0.4549364231196), (1, 0.01, 6.6348966010212), (1, 1e-6, 23.9281269769348),
        (1, 1e-9, 37.3248930513623), (2, 0.01, 9.2103403719762), (9, 0.5, 8.3428326922530),
        (9, 0.01, 21.6659943334619), (9, 1e-6, 44.8109378706878), (9, 1e-9, 60.6603083737724),
        (49, 1e-6, 111.1359053006754), (999, 0.01, 1105.9169575045823),
        (999, 1e-9, 1290.8239141889294),
    ]

    @Test func tailsEqualScipys() {
        for (freedom, x, expected) in Self.tails {
            let tail = ChiSquared.tail(x, freedom: freedom)
            #expect((tail / expected - 1).magnitude < 1e-11, "\(freedom), \(x): \(tail)")
        }
        #expect(ChiSquared.tail(0, freedom: 3) == 1)
        #expect(ChiSquared.tail(.infinity, freedom: 3) == 0)
    }

    @Test func quantilesEqualScipys() {
        for (freedom, chance, expected) in Self.quantiles {
            let quantile = ChiSquared.quantile(tail: chance, freedom: freedom)
            #expect((quantile / expected - 1).magnitude < 1e-11, "\(freedom), \(chance)")
        }
    }

    @Test func theStabilityIndexIsItsFormula() {
        let reference: [Double] = [103, 102, 102, 103, 102, 102, 103, 102, 102, 103]
        let window: [Double] = [40, 60, 51, 52, 47, 55, 49, 58, 50, 50]
        let index = StabilityIndex.index(of: window, against: reference)
        #expect((index / 0.011666368443556284 - 1).magnitude < 1e-12)
        #expect(StabilityIndex.index(of: reference, against: reference) == 0)
        // The threshold of nine degrees of freedom, 1,024 and 512 values, at one in a thousand.
        let threshold =
            ChiSquared.quantile(tail: 0.001, freedom: 9) * (1.0 / 1024 + 1.0 / 512)
        #expect((threshold / 0.08167138145875949 - 1).magnitude < 1e-11)
    }
}
