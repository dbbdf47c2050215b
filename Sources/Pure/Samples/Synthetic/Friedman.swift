// SPDX-License-Identifier: Apache-2.0
//
// Friedman's function (Friedman, "Multivariate adaptive regression splines", 1991): ten features,
// uniform in 0..<1, and y = 10 sin(pi a b) + 20 (c - 1/2)^2 + 10 d + 5 e + noise, where a to e are
// the first five. At each drift the features that matter and those that do not change places.

import Primitives

/// A non-linear regression stream.
package struct Friedman: SampleSource {
    /// What the stream is called.
    package let name: String
    /// Numbers.
    package let task = SyntheticTask.regression
    /// Ten features.
    package let width = 10
    /// The standard deviation of the noise: no model's root mean squared error is smaller.
    package let noise: Double

    private var clock: ConceptClock
    private var random: RandomSource

    /// Makes the stream whose features change places at `drifts`.
    package init(
        name: String = "friedman",
        seed: UInt64,
        drifts: [Int] = [],
        noise: Double = 1
    ) {
        self.name = name
        self.noise = noise
        clock = ConceptClock(drifts: drifts)
        random = RandomSource(seed: seed)
    }

    /// The numbers of the samples with which features change places.
    package var drifts: [Int] { clock.drifts }

    /// Writes the next sample's features, and gives its number.
    package mutating func next(into features: inout [Float]) -> Double {
        _ = clock.advance()
        for index in 0..<10 { features[index] = Float(random.unit()) }
        let first = clock.concept % 2 == 0 ? 0 : 5
        func x(_ index: Int) -> Double { Double(features[first + index]) }
        let bend = x(2) - 0.5
        return 10 * Friedman.sineOfPi(x(0) * x(1)) + 20 * bend * bend + 10 * x(3) + 5 * x(4)
            + noise * random.normal()
    }

    /// sin(pi x) for x in 0...1, as the cosine's power series around 1/2: correct to 1e-12, and
    /// the same bits on every machine.
    static func sineOfPi(_ x: Double) -> Double {
        let angle = Double.pi * (x - 0.5)
        let square = angle * angle
        var term = 1.0
        var sum = 1.0
        for order in stride(from: 2.0, through: 18, by: 2) {
            term *= -square / (order * (order - 1))
            sum += term
        }
        return sum
    }
}
