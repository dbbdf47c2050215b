// SPDX-License-Identifier: Apache-2.0
//
// Momentum, or the heavy ball (Polyak, "Some methods of speeding up the convergence of iteration
// methods", 1964):
//
//     v = momentum * v + rate * g
//     w -= v
//
// Smooths noisy gradients; the step in the long run is rate / (1 - momentum). Not where concepts
// change abruptly and often: the velocity still points to where the old one was.

import Kernels

/// Gradient descent with a velocity.
struct Momentum: Optimiser {
    static let momentCount = 1
    var constants: StepConstants
    var pullMost: Float { 1 / constants.rate }

    init(rate: Float, momentum: Float) {
        constants = StepConstants(rate: rate)
        constants.a = momentum
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.momentum(
            &parameters,
            velocity: &first,
            anchor: anchor,
            features: features,
            place: place,
            constants: constants
        )
    }
}
