// SPDX-License-Identifier: Apache-2.0
//
// Stochastic gradient descent at a constant rate (Robbins and Monro, "A stochastic approximation
// method", 1951; constant, because a falling rate cannot follow a change):
//
//     w -= rate * g
//
// Cheap, and hard to beat on standardised features. Not for features of very different scales, nor
// for squared loss at a rate above 1 / (width + 1): there it overshoots ever more; InvariantDescent
// does not.

import Kernels

/// Plain gradient descent.
struct GradientDescent: Descent {
    static let momentCount = 0
    var constants: StepConstants
    var rate: Float {
        get { constants.rate }
        set { constants.rate = newValue }
    }
    var pullMost: Float { 1 / constants.rate }

    init(rate: Float) {
        constants = StepConstants(rate: rate)
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
