// SPDX-License-Identifier: Apache-2.0
//
// Sums of products over spans. Positions and counts are checked here, once for each call, so that
// no caller can make a kernel read past an end. A row of parameters is `width` weights followed by
// one bias.

import CKernels

/// Scores of rows: weights times features, plus the bias.
package enum Scores {
    /// The sum of the products of two columns of equal length.
    package static func dot(_ left: Span<Float>, _ right: Span<Float>) -> Float {
        precondition(left.count == right.count, "a product of columns needs equal lengths")
        return left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
                return learnd_dot(first, second, left.count)
            }
        }
    }

    /// The sum of the squares of `width` features from `at` on.
    package static func squaredNorm(_ features: Span<Float>, at: Int, width: Int) -> Float {
        checkRange(at, width, features.count)
        return features.withUnsafeBufferPointer { features in
            guard let start = features.baseAddress else { return 0 }
            return learnd_squared_norm(start + at, width)
        }
    }

    /// Writes the score of each row of parameters for the features from `at` on.
    ///
    /// The scores go to `scores` from `to` on. A score is finite and at most 1e30 in size,
    /// whatever the finite features.
    package static func fill(
        _ scores: inout MutableSpan<Float>,
        to: Int,
        rows: Int,
        width: Int,
        parameters: Span<Float>,
        features: Span<Float>,
        at: Int
    ) {
        checkRange(0, rows * (width + 1), parameters.count)
        checkRange(at, width, features.count)
        checkRange(to, rows, scores.count)
        guard rows > 0 else { return }
        parameters.withUnsafeBufferPointer { parameters in
            features.withUnsafeBufferPointer { features in
                scores.withUnsafeMutableBufferPointer { scores in
                    learnd_scores(
                        start(parameters),
                        rows,
                        width,
                        start(features) + at,
                        start(scores) + to
                    )
                }
            }
        }
    }

    /// Adds `scale` times the features from `at` on to the `width` numbers of `sum` from `to` on.
    package static func add(
        _ features: Span<Float>,
        at: Int,
        width: Int,
        scale: Float,
        to sum: inout MutableSpan<Float>,
        from: Int
    ) {
        checkRange(at, width, features.count)
        checkRange(from, width, sum.count)
        guard width > 0 else { return }
        features.withUnsafeBufferPointer { features in
            sum.withUnsafeMutableBufferPointer { sum in
                learnd_add_scaled(start(sum) + from, start(features) + at, width, scale)
            }
        }
    }
}

/// Stops the program when a caller asks for a range that lies outside of what it gave.
@inline(__always)
func checkRange(_ start: Int, _ count: Int, _ total: Int) {
    precondition(
        start >= 0 && count >= 0 && start <= total && count <= total - start,
        "a kernel was given a range outside of its memory"
    )
}

/// An address that is never read when the memory is empty.
@inline(__always)
func start(_ buffer: UnsafeBufferPointer<Float>) -> UnsafePointer<Float> {
    buffer.baseAddress ?? UnsafePointer(bitPattern: 64).unsafelyUnwrapped
}

/// An address that is never written when the memory is empty.
@inline(__always)
func start(_ buffer: UnsafeMutableBufferPointer<Float>) -> UnsafeMutablePointer<Float> {
    buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
}
