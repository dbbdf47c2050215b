// SPDX-License-Identifier: Apache-2.0
//
// Friedman's function (Friedman, "Multivariate adaptive regression splines", 1991): ten features,
// uniform in 0..<1, and with a to e for five of them
//
//   f(a, b, c, d, e) = 10 sin(pi a b) + 20 (c - 1/2)^2 + 10 d + 5 e, plus normal noise.
//
// The concepts are f of other features, or f but for two regions (Ikonomovska, Gama and Džeroski,
// "Learning model trees from evolving data streams", DMKD 2011; numbers are those of river, whose
// recurring concept takes the sixth feature where its gradual one takes the fifth):
//
//   0      f(x0, x1, x2, x3, x4)
//   1      f(x5, x6, x7, x8, x9): what mattered and what did not change places
//   2 to 4 local, expanding: 0, but in two regions that grow from concept to concept
//            x1, x2 < 0.3 (3: and x3 > 0.7; 2: and x4 < 0.3)
//              10 x0 x1 + 20 (x2 - 1/2) + 10 x3 + 5 x4
//            x1, x2 > 0.7 (3: and x3 < 0.3; 2: and x4 > 0.7)
//              10 cos(x0 x1) + 20 (x2 - 1/2) + exp(x3) + 5 x4^2
//   5      global, recurring: f(x3, x5, x1, x0, x2)
//   6, 7   global, slow: f(x3, x4, x1, x0, x2), f(x1, x4, x3, x2, x0)

import Primitives

/// The world of Friedman's function.
package struct Friedman: ConceptWorld {
    /// Numbers.
    package let task = SyntheticTask.regression
    /// Ten features.
    package let width = 10
    /// As the header lists them.
    package let concepts = 8
    /// The standard deviation of the noise: no model's root mean squared error is smaller.
    package let noise: Double

    private var random: RandomSource

    /// Makes the world.
    package init(seed: UInt64, noise: Double = 1) {
        self.noise = noise
        random = RandomSource(seed: seed)
    }

    /// Writes a sample's features, and gives its number.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        for index in 0..<10 { features[index] = Float(random.unit()) }
        return Friedman.value(features, concept: moment.concept) + noise * random.normal()
    }

    /// The number that belongs to features, before noise.
    ///
    /// - Precondition: `concept` lies in `0..<8`.
    package static func value(_ features: [Float], concept: Int) -> Double {
        func x(_ index: Int) -> Double { Double(features[index]) }
        func f(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Double {
            let bend = x(c) - 0.5
            return 10 * Series.sineOfPi(x(a) * x(b)) + 20 * bend * bend + 10 * x(d) + 5 * x(e)
        }
        switch concept {
        case 0: return f(0, 1, 2, 3, 4)
        case 1: return f(5, 6, 7, 8, 9)
        case 2...4:
            if isLow(features, concept) {
                return 10 * x(0) * x(1) + 20 * (x(2) - 0.5) + 10 * x(3) + 5 * x(4)
            }
            if isHigh(features, concept) {
                let curve = 10 * Series.cosine(x(0) * x(1))
                return curve + 20 * (x(2) - 0.5) + Series.exponential(x(3)) + 5 * x(4) * x(4)
            }
            return f(0, 1, 2, 3, 4)
        case 5: return f(3, 5, 1, 0, 2)
        case 6: return f(3, 4, 1, 0, 2)
        case 7: return f(1, 4, 3, 2, 0)
        default: preconditionFailure("there are eight concepts, numbered from 0")
        }
    }

    private static func isLow(_ x: [Float], _ concept: Int) -> Bool {
        Double(x[1]) < 0.3 && Double(x[2]) < 0.3 && (concept > 3 || Double(x[3]) > 0.7)
            && (concept > 2 || Double(x[4]) < 0.3)
    }

    private static func isHigh(_ x: [Float], _ concept: Int) -> Bool {
        Double(x[1]) > 0.7 && Double(x[2]) > 0.7 && (concept > 3 || Double(x[3]) < 0.3)
            && (concept > 2 || Double(x[4]) > 0.7)
    }
}
