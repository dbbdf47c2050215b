// SPDX-License-Identifier: Apache-2.0
//
// FTRL-proximal (McMahan et al., "Ad click prediction: a view from the trenches", 2013), for each
// parameter by itself:
//
//     sigma = (sqrt(n + g²) - sqrt(n)) / rate
//     z += g - sigma * w
//     n += g²
//     w = 0                                                       where |z| <= l1
//         -(z - sign(z) * l1) / ((beta + sqrt(n)) / rate + l2)    elsewhere
//
// L1 and L2 are part of the rule; the bias is spared by both. Weights that the loss does not need
// are exactly 0: the choice for very many, mostly absent features. Not for streams that drift: n
// only grows, as in AdaGrad, until the moments are restarted; nor for dense features that all
// matter, where plain descent is as good and cheaper.
//
// w follows from z and n; where something else sets w (a start of the moments, a model that grows,
// a pull), z is set to what w follows from.

import Kernels

/// The regularised leader of all gradients so far.
struct FollowTheLeader: Optimiser {
    static let momentCount = 2
    var constants: StepConstants

    init(rate: Float, beta: Float) {
        constants = StepConstants(rate: rate)
        constants.a = beta
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.followTheLeader(
            &parameters,
            sums: &first,
            squares: &second,
            anchor: anchor,
            features: features,
            place: place,
            constants: constants
        )
    }

    func align(
        _ first: inout MutableSpan<Float>,
        second: Span<Float>,
        parameters: Span<Float>,
        row: Int,
        width: Int
    ) {
        Steps.followedSums(
            &first,
            parameters: parameters,
            squares: second,
            row: row,
            width: width,
            constants: constants
        )
    }
}
