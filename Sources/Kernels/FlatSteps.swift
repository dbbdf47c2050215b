// SPDX-License-Identifier: Apache-2.0
//
// Optimiser steps on runs of a flat vector of parameters, over spans.

import CKernels

/// Which moments an optimiser keeps, and how it steps.
package enum FlatKind: Int32, Sendable, BitwiseCopyable {
    /// No moments.
    case sgd = 0
    /// A velocity; `a` is the momentum.
    case momentum = 1
    /// A sum of squares; `a` is what is kept of it, `b` what the new square is multiplied by.
    case squares = 2
    /// Mean and mean square; `a` and `b` are what is kept, `c` is the rate and `d` the factor of
    /// the square, both without the bias of the start.
    case adam = 3
}

/// The fixed numbers of a step.
package struct FlatConstants: Sendable, BitwiseCopyable {
    /// How to step.
    package var kind: FlatKind
    /// The rate.
    package var rate: Float
    /// The first constant.
    package var a: Float = 0
    /// The second constant.
    package var b: Float = 0
    /// The third constant.
    package var c: Float = 0
    /// The fourth constant.
    package var d: Float = 0
    /// What is added to the root of squares.
    package var epsilon: Float = 0
    /// The share of itself that a weight loses, times the rate.
    package var decay: Float = 0
    /// The strength of L1.
    package var l1: Float = 0
    /// The strength of L2.
    package var l2: Float = 0
    /// The strength of the pull towards the anchor.
    package var pull: Float = 0
    /// The strength of the proximal step towards the anchor.
    package var pullL1: Float = 0
    /// What the gradient is multiplied by.
    package var scale: Float = 1

    /// Makes constants with a rate and nothing else.
    package init(_ kind: FlatKind, rate: Float) {
        self.kind = kind
        self.rate = rate
    }

    var inC: learnd_flat_step {
        learnd_flat_step(
            kind: kind.rawValue,
            rate: rate,
            a: a,
            b: b,
            c: c,
            d: d,
            epsilon: epsilon,
            decay: decay,
            l1: l1,
            l2: l2,
            pull: pull,
            pull_l1: pullL1,
            scale: scale
        )
    }
}

/// Steps of a flat vector.
package enum FlatSteps {
    /// Steps `count` parameters from `at` on; moments and anchor are empty where there are none.
    package static func step(
        _ parameters: inout MutableSpan<Float>,
        first: inout MutableSpan<Float>,
        second: inout MutableSpan<Float>,
        gradient: Span<Float>,
        anchor: Span<Float>,
        at: Int,
        count: Int,
        constants: FlatConstants
    ) {
        checkRange(at, count, parameters.count)
        checkRange(at, count, gradient.count)
        if constants.kind != .sgd { checkRange(at, count, first.count) }
        if constants.kind == .adam { checkRange(at, count, second.count) }
        if !anchor.isEmpty { checkRange(at, count, anchor.count) }
        var inC = constants.inC
        parameters.withUnsafeMutableBufferPointer { parameters in
            first.withUnsafeMutableBufferPointer { first in
                second.withUnsafeMutableBufferPointer { second in
                    gradient.withUnsafeBufferPointer { gradient in
                        anchor.withUnsafeBufferPointer { anchor in
                            learnd_step_flat(
                                start(parameters) + at,
                                start(first) + (first.isEmpty ? 0 : at),
                                start(second) + (second.isEmpty ? 0 : at),
                                start(gradient) + at,
                                anchor.isEmpty ? nil : start(anchor) + at,
                                count,
                                &inC
                            )
                        }
                    }
                }
            }
        }
    }

    /// The Euclidean norm; not finite where a number is not.
    package static func norm(_ gradient: Span<Float>) -> Double {
        gradient.withUnsafeBufferPointer { learnd_flat_norm(start($0), $0.count) }
    }
}
