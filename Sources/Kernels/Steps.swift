// SPDX-License-Identifier: Apache-2.0
//
// One step of an optimiser on one row of parameters. The kernels share their arguments, so
// they share one checked way in: what differs is the memory that each optimiser keeps.

import CKernels

/// The fixed numbers of a step; what `a` to `d` mean is the optimiser's affair.
package struct StepConstants: Sendable, BitwiseCopyable {
    /// The rate (for Adam: epsilon).
    package var rate: Float
    /// The optimiser's first constant.
    package var a: Float = 0
    /// The optimiser's second constant.
    package var b: Float = 0
    /// The optimiser's third constant.
    package var c: Float = 0
    /// The optimiser's fourth constant.
    package var d: Float = 0
    /// The share of itself that a weight loses before each step (AdamW).
    package var decay: Float = 0
    /// The strength of L1 on the weights.
    package var l1: Float = 0
    /// The strength of L2 on the weights.
    package var l2: Float = 0
    /// The strength of the L2 pull towards the anchor.
    package var pull: Float = 0
    /// The strength of the L1 pull towards the anchor.
    package var pullL1: Float = 0

    /// Makes constants with a rate and nothing else.
    package init(rate: Float) {
        self.rate = rate
    }

    var inC: learnd_step {
        learnd_step(
            rate: rate,
            a: a,
            b: b,
            c: c,
            d: d,
            decay: decay,
            l1: l1,
            l2: l2,
            pull: pull,
            pull_l1: pullL1
        )
    }
}

/// Optimiser steps on rows of `width` weights and one bias.
package enum Steps {
    /// Which rows a step is about, and where the gradient of a weight comes from.
    package struct Place {
        /// The number of the row of parameters.
        package var row: Int
        /// The number of weights in a row.
        package var width: Int
        /// Where the features start.
        package var at: Int
        /// What the features are multiplied by to give the gradient.
        package var error: Float
        /// The gradient of the bias.
        package var biasError: Float

        /// Makes a place.
        package init(row: Int, width: Int, at: Int, error: Float, biasError: Float) {
            self.row = row
            self.width = width
            self.at = at
            self.error = error
            self.biasError = biasError
        }
    }

    /// Plain gradient descent.
    package static func sgd(
        _ parameters: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Place,
        constants: StepConstants
    ) {
        check(parameters.count, place, features.count, anchor.count)
        var constants = constants.inC
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            anchor.withUnsafeBufferPointer { anchor in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    learnd_step_sgd(
                        start(parameters) + offset,
                        anchor.isEmpty ? nil : start(anchor) + offset,
                        start(features) + place.at,
                        place.width,
                        place.error,
                        place.biasError,
                        &constants
                    )
                }
            }
        }
    }

    /// Momentum; `a` of the constants is the share that the velocity keeps.
    package static func momentum(
        _ parameters: inout MutableSpan<Float>,
        velocity: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Place,
        constants: StepConstants
    ) {
        check(parameters.count, place, features.count, anchor.count, velocity.count)
        var constants = constants.inC
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            anchor.withUnsafeBufferPointer { anchor in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    velocity.withUnsafeMutableBufferPointer { velocity in
                        learnd_step_momentum(
                            start(parameters) + offset,
                            start(velocity) + offset,
                            anchor.isEmpty ? nil : start(anchor) + offset,
                            start(features) + place.at,
                            place.width,
                            place.error,
                            place.biasError,
                            &constants
                        )
                    }
                }
            }
        }
    }

    /// AdaGrad and RMSProp; of the constants `a` is epsilon, `b` the share of the squares that is
    /// kept, and `c` what the new square is multiplied by.
    package static func adaGrad(
        _ parameters: inout MutableSpan<Float>,
        squares: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Place,
        constants: StepConstants
    ) {
        check(parameters.count, place, features.count, anchor.count, squares.count)
        var constants = constants.inC
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            anchor.withUnsafeBufferPointer { anchor in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    squares.withUnsafeMutableBufferPointer { squares in
                        learnd_step_adagrad(
                            start(parameters) + offset,
                            start(squares) + offset,
                            anchor.isEmpty ? nil : start(anchor) + offset,
                            start(features) + place.at,
                            place.width,
                            place.error,
                            place.biasError,
                            &constants
                        )
                    }
                }
            }
        }
    }

    /// Adam; `a` and `b` of the constants are the betas, `c` is the rate over the correction of the
    /// first moment, `d` the inverse correction of the second, and `rate` is epsilon.
    package static func adam(
        _ parameters: inout MutableSpan<Float>,
        first: inout MutableSpan<Float>,
        second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Place,
        constants: StepConstants
    ) {
        check(parameters.count, place, features.count, anchor.count, first.count, second.count)
        var constants = constants.inC
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            anchor.withUnsafeBufferPointer { anchor in
                parameters.withUnsafeMutableBufferPointer { parameters in
                    first.withUnsafeMutableBufferPointer { first in
                        second.withUnsafeMutableBufferPointer { second in
                            learnd_step_adam(
                                start(parameters) + offset,
                                start(first) + offset,
                                start(second) + offset,
                                anchor.isEmpty ? nil : start(anchor) + offset,
                                start(features) + place.at,
                                place.width,
                                place.error,
                                place.biasError,
                                &constants
                            )
                        }
                    }
                }
            }
        }
    }

    static func check(
        _ parameters: Int,
        _ place: Place,
        _ features: Int,
        _ anchor: Int,
        _ first: Int? = nil,
        _ second: Int? = nil
    ) {
        let stride = place.width + 1
        checkRange(place.row * stride, stride, parameters)
        checkRange(place.at, place.width, features)
        precondition(
            anchor == 0 || anchor == parameters,
            "an anchor has as many numbers as the parameters"
        )
        precondition(
            (first ?? parameters) == parameters && (second ?? parameters) == parameters,
            "a moment has as many numbers as the parameters"
        )
    }
}
