// SPDX-License-Identifier: Apache-2.0
//
// A rate that learns (Baydin et al., "Online learning rate adaptation with hypergradient descent",
// 2018, the multiplicative rule), with g the gradient of the loss, regularisers apart:
//
//     rate *= 1 + gain * (g(t) · g(t-1)) / (|g(t)| |g(t-1)|)
//
// then the step of the base at that rate. While gradients agree the rate rises, while they quarrel
// it falls. It is kept between 1e-6 and 1. For streams whose best rate is unknown or changes. Not
// for labels that are mostly noise: two gradients of neighbours then agree or quarrel by chance,
// and the rate wanders about its start; nor for speed, for it reads the last gradient before each
// step.

import Kernels

/// Descent at a rate that follows the agreement of its gradients.
struct Hypergradient<Base: Descent>: Optimiser {
    static var momentCount: Int { 1 }
    static var usesNorm: Bool { Base.usesNorm }
    static var observes: Bool { true }
    private var base: Base
    private let gain: Double
    private var rate: Double
    private var sums = Alignment()

    init(rate: Float, gain: Float) {
        base = Base(rate: rate)
        self.gain = Double(gain)
        self.rate = Double(rate)
    }

    var constants: StepConstants {
        get { base.constants }
        set {
            base.constants = newValue
            base.rate = Float(rate)
        }
    }

    /// For the highest rate that there may be.
    var pullMost: Float { 1 / HypergradientLimits.rateMost }

    /// The rate.
    var progress: (Double, Double) {
        get { (rate, 0) }
        set {
            rate = newValue.0
            base.rate = Float(rate)
        }
    }

    static func isSound(progress: (Double, Double)) -> Bool {
        progress.0 >= Double(HypergradientLimits.rateLeast)
            && progress.0 <= Double(HypergradientLimits.rateMost) && progress.1 == 0
    }

    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float {
        base.weighted(error: error, weight: weight, squaredNorm: squaredNorm)
    }

    mutating func begin() { sums = Alignment() }

    mutating func observe(_ first: Span<Float>, features: Span<Float>, place: Steps.Place) {
        Steps.align(first, features: features, place: place, sums: &sums)
    }

    mutating func adapt() {
        rate *= 1 + gain * sums.cosine
        rate = max(rate, Double(HypergradientLimits.rateLeast))
        rate = min(rate, Double(HypergradientLimits.rateMost))
        base.rate = Float(rate)
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.keepGradient(&first, features: features, place: place)
        base.step(
            &parameters,
            &first,
            &second,
            anchor: anchor,
            features: features,
            place: place
        )
    }
}

/// The bounds of a rate that learns.
package enum HypergradientLimits {
    /// The lowest rate.
    package static let rateLeast: Float = 1e-6
    /// The highest rate.
    package static let rateMost: Float = 1
}
