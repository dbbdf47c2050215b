// SPDX-License-Identifier: Apache-2.0
//
// Sums over the parameters of a model, over spans: what matters, and what is held on to.

import CKernels

/// Squares of gradients, and pulls towards where parameters were.
package enum ImportanceSums {
    /// Adds `scale` times the squares of the `width` numbers from `at` on to those of `sum` from
    /// `from` on.
    package static func addSquares(
        _ numbers: Span<Float>,
        at: Int,
        width: Int,
        scale: Float,
        to sum: inout MutableSpan<Float>,
        from: Int
    ) {
        checkRange(at, width, numbers.count)
        checkRange(from, width, sum.count)
        guard width > 0 else { return }
        numbers.withUnsafeBufferPointer { numbers in
            sum.withUnsafeMutableBufferPointer { sum in
                learnd_add_squares(start(sum) + from, start(numbers) + at, width, scale)
            }
        }
    }

    /// Adds `strength` times share times distance from the centre to each number of `sum`.
    package static func addPull(
        shares: Span<Float>,
        centre: Span<Float>,
        parameters: Span<Float>,
        strength: Float,
        to sum: inout MutableSpan<Float>
    ) {
        checkRange(0, sum.count, shares.count)
        checkRange(0, sum.count, centre.count)
        checkRange(0, sum.count, parameters.count)
        let count = sum.count
        guard count > 0 else { return }
        shares.withUnsafeBufferPointer { shares in
            centre.withUnsafeBufferPointer { centre in
                parameters.withUnsafeBufferPointer { parameters in
                    sum.withUnsafeMutableBufferPointer { sum in
                        learnd_add_importance(
                            start(sum),
                            start(shares),
                            start(centre),
                            start(parameters),
                            count,
                            strength
                        )
                    }
                }
            }
        }
    }
}
