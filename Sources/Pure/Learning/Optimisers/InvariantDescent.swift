// SPDX-License-Identifier: Apache-2.0
//
// Gradient descent for squared errors whose step is the limit of infinitely many small ones on the
// same row (Karampatziakis and Langford, "Online importance weight aware updates", 2011):
//
//     w -= (p - y) / (x·x + 1) * (1 - exp(-2 h rate (x·x + 1))) * x        (the 1 is the bias)
//
// with h the weight. The prediction moves towards the label and never past it, whatever rate,
// weight and features; weight 2 is exactly the row twice. The safe choice for regression. Not for
// other losses: each would need its own closed form; the expectile's sides are weights, since a
// step stays on its side.

import Kernels

/// Gradient descent that cannot overshoot.
struct InvariantDescent: Descent {
    static let momentCount = 0
    static let usesNorm = true
    var constants: StepConstants
    var rate: Float {
        get { constants.rate }
        set { constants.rate = newValue }
    }
    var pullMost: Float { 1 / constants.rate }

    init(rate: Float) {
        constants = StepConstants(rate: rate)
    }

    func weighted(error: Float, weight: Float, squaredNorm: Float) -> Float {
        let rate = Double(constants.rate)
        let norm = Double(squaredNorm)
        let share = -Scalar.expMinusOne(-2 * Double(weight) * rate * norm)
        // `error` is 2 (p - y), and the plain step will multiply by the rate.
        return Float(Double(error) / 2 * share / (rate * norm))
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.sgd(
            &parameters,
            anchor: anchor,
            features: features,
            place: place,
            constants: constants
        )
    }
}
