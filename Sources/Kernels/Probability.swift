// SPDX-License-Identifier: Apache-2.0
//
// Probabilities from scores, without libm, so that every processor and C library gives the same
// bits.

import CKernels

/// Turns scores into probabilities.
package enum Probability {
    /// 1 / (1 + exp(-score)).
    package static func sigmoid(_ score: Float) -> Float { learnd_sigmoid(score) }

    /// Replaces `count` scores from `at` on by exp(s - max) over their sum.
    package static func softmax(_ scores: inout MutableSpan<Float>, at: Int, count: Int) {
        checkRange(at, count, scores.count)
        scores.withUnsafeMutableBufferPointer { learnd_softmax(start($0) + at, count) }
    }
}
