// SPDX-License-Identifier: Apache-2.0
//
// How well a gradient agrees with the one before it: what a rate that learns goes by.

import CKernels

/// Sums over all parameters of two gradients.
package struct Alignment: Sendable {
    private var inner: Double = 0
    private var own: Double = 0
    private var before: Double = 0

    /// Makes sums of nothing.
    package init() {}

    /// The cosine of the angle between the two gradients; 0 when one of them is 0.
    package var cosine: Double {
        own > 0 && before > 0 ? inner / (own.squareRoot() * before.squareRoot()) : 0
    }

    fileprivate mutating func add(_ sums: learnd_alignment) {
        inner += sums.inner
        own += sums.own
        before += sums.before
    }
}

extension Steps {
    /// Adds what one row of parameters says about the gradient at `place` and the last one.
    package static func align(
        _ last: Span<Float>,
        features: Span<Float>,
        place: Place,
        sums: inout Alignment
    ) {
        check(last.count, place, features.count, 0)
        let offset = place.row * (place.width + 1)
        var own = learnd_alignment()
        features.withUnsafeBufferPointer { features in
            last.withUnsafeBufferPointer { last in
                learnd_align(
                    start(last) + offset,
                    start(features) + place.at,
                    place.width,
                    place.error,
                    place.biasError,
                    &own
                )
            }
        }
        sums.add(own)
    }

    /// Keeps the gradient at `place` as the last one.
    package static func keepGradient(
        _ last: inout MutableSpan<Float>,
        features: Span<Float>,
        place: Place
    ) {
        check(last.count, place, features.count, 0)
        let offset = place.row * (place.width + 1)
        features.withUnsafeBufferPointer { features in
            last.withUnsafeMutableBufferPointer { last in
                learnd_keep_gradient(
                    start(last) + offset,
                    start(features) + place.at,
                    place.width,
                    place.error,
                    place.biasError
                )
            }
        }
    }
}
