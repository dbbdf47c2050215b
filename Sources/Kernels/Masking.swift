// SPDX-License-Identifier: Apache-2.0
//
// Numbers that are kept or set to 0.

import CKernels

/// Products with a mask.
package enum Masking {
    /// Multiplies each number by its factor.
    package static func multiply(_ numbers: inout MutableSpan<Float>, by factors: Span<Float>) {
        checkRange(0, numbers.count, factors.count)
        let count = numbers.count
        guard count > 0 else { return }
        factors.withUnsafeBufferPointer { factors in
            numbers.withUnsafeMutableBufferPointer { numbers in
                learnd_mask(start(numbers), start(factors), count)
            }
        }
    }
}
