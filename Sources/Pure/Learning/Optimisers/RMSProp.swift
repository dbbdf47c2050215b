// SPDX-License-Identifier: Apache-2.0
//
// RMSProp (Tieleman and Hinton, "Lecture 6.5: RMSProp: divide the gradient by a running average of
// its recent magnitude", 2012), for each parameter by itself:
//
//     G = keep * G + (1 - keep) * g²
//     w -= rate / (sqrt(G) + epsilon) * g
//
// AdaGrad that forgets, so it goes on following a stream that drifts. Its first steps are longer
// than the rate, by up to 1 / sqrt(1 - keep), because G starts at 0. Not for rare features: between
// two of their rows nothing is forgotten, but dense rows of zeros do make G small, and the next
// step long.

import Kernels

/// Rates by a running mean of each parameter's own squared gradients.
struct RMSProp: Optimiser {
    static let momentCount = 1
    var constants: StepConstants

    init(rate: Float, keep: Float, epsilon: Float) {
        constants = StepConstants(rate: rate)
        constants.a = epsilon
        constants.b = keep
        constants.c = 1 - keep
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.adaGrad(
            &parameters,
            squares: &first,
            anchor: anchor,
            features: features,
            place: place,
            constants: constants
        )
    }
}
