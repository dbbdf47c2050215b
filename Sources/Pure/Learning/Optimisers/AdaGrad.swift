// SPDX-License-Identifier: Apache-2.0
//
// AdaGrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
// stochastic optimization", 2011), for each parameter by itself:
//
//     G += g²
//     w -= rate / (sqrt(G) + epsilon) * g
//
// Rare features learn faster than frequent ones. Not for streams that drift: G only grows, so the
// rate falls for ever, until the moments are restarted.

import Kernels

/// Rates that fall with each parameter's own gradients.
struct AdaGrad: Optimiser {
    static let momentCount = 1
    var constants: StepConstants

    init(rate: Float, epsilon: Float) {
        constants = StepConstants(rate: rate)
        constants.a = epsilon
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
