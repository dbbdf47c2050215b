// SPDX-License-Identifier: Apache-2.0
//
// AdaGrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
// stochastic optimization", 2011), for each parameter by itself:
//
//     G = keep * G + g²
//     w -= rate / (sqrt(G) + epsilon) * g
//
// Rare features learn faster than frequent ones. Not for streams that drift while `keep` is 1, as
// in the paper: then G only grows, so the rate falls for ever, until the moments are restarted.
// With a `keep` below 1 the rate settles at about rate * sqrt(1 - keep) / |g|.

import Kernels

/// Rates that fall with each parameter's own gradients.
struct AdaGrad: Optimiser {
    static let momentCount = 1
    var constants: StepConstants

    init(rate: Float, epsilon: Float, keep: Float) {
        constants = StepConstants(rate: rate)
        constants.a = epsilon
        constants.b = keep
        constants.c = 1
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
