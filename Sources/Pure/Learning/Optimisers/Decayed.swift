// SPDX-License-Identifier: Apache-2.0
//
// A rate that falls with the number of steps (Robbins and Monro, "A stochastic approximation
// method", 1951; Bottou, "Stochastic gradient descent tricks", 2012), at step t = 0, 1, ...:
//
//     rate(t) = rate / (1 + speed * t)^power
//
// Right when the stream is stationary: then the noise of a constant rate is all that is left to
// lose, and a power of 0.5 (with averaging) to 1 is optimal. Wrong under drift: after a million
// steps nothing can change any more, until the moments are restarted.

import Kernels

/// Gradient descent whose rate can be set from outside.
protocol Descent: Optimiser {
    /// The rate of the next step.
    var rate: Float { get set }
    /// Makes descent at a constant rate.
    init(rate: Float)
}

/// Descent at a falling rate.
struct Decayed<Base: Descent>: Optimiser {
    static var momentCount: Int { Base.momentCount }
    static var usesNorm: Bool { Base.usesNorm }
    private var base: Base
    private let rate: Float
    private let speed: Double
    private let power: Double
    private var steps: Double = 0

    init(rate: Float, speed: Float, power: Float) {
        base = Base(rate: rate)
        self.rate = rate
        self.speed = Double(speed)
        self.power = Double(power)
    }

    var constants: StepConstants {
        get { base.constants }
        set { base.constants = newValue }
    }

    /// The rate only falls, so what did not overshoot at the start never will.
    var pullMost: Float { 1 / rate }

    /// The number of steps.
    var progress: (Double, Double) {
        get { (steps, 0) }
        set { steps = newValue.0 }
    }

    static func isSound(progress: (Double, Double)) -> Bool {
        progress.0 >= 0 && progress.0 <= 0x1p53 && progress.1 == 0
    }

    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float {
        base.weighted(error: error, weight: weight, squaredNorm: squaredNorm)
    }

    mutating func begin() {
        base.rate = Float(Double(rate) / Decayed.power(1 + speed * steps, power))
        // Beyond this number one more would not be another.
        if steps < 0x1p53 { steps += 1 }
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        base.step(
            &parameters,
            &first,
            &second,
            anchor: anchor,
            features: features,
            place: place
        )
    }

    /// The usual powers without libm, so that their bits are the same everywhere.
    private static func power(_ base: Double, _ power: Double) -> Double {
        if power == 1 { return base }
        if power == 0.5 { return base.squareRoot() }
        return Scalar.exp(power * Scalar.log(base))
    }
}
