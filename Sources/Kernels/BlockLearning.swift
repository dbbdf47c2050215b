// SPDX-License-Identifier: Apache-2.0
//
// Whole blocks of rows, tested and then trained on in one call, over spans.

import CKernels

/// Test-then-train of classifiers under plain gradient descent.
package enum BlockLearning {
    /// Predicts and learns each row as scores, probabilities and steps do one by one, with the same
    /// bits; false when nothing was done, because the numbers are so large that bounds must be
    /// kept.
    ///
    /// There are two predictions a row; one row of parameters is logistic, two or more are
    /// softmax.
    ///
    /// - Precondition: A use is one byte.
    package static func testThenTrain<Use: BitwiseCopyable>(
        parameters: inout MutableSpan<Float>,
        isLogistic: Bool,
        outputs: Int,
        width: Int,
        rate: Float,
        features: Span<Float>,
        labels: Span<Int32>,
        weights: Span<Float>,
        uses: Span<Use>,
        learned: Use,
        predictions: inout MutableSpan<Float>
    ) -> Bool {
        let rows = labels.count
        checkRange(0, (isLogistic ? 1 : outputs) * (width + 1), parameters.count)
        checkRange(0, rows * width, features.count)
        checkRange(0, rows, weights.count)
        checkRange(0, rows, uses.count)
        checkRange(0, rows * outputs, predictions.count)
        precondition(!isLogistic || outputs == 2, "a logistic model has two outputs")
        precondition(MemoryLayout<Use>.size == 1, "a use is one byte")
        let learnedUse = withUnsafeBytes(of: learned) { $0[0] }
        guard rows > 0, outputs > 0 else { return true }
        return features.withUnsafeBufferPointer { features in
            labels.withUnsafeBufferPointer { labels in
                weights.withUnsafeBufferPointer { weights in
                    uses.withUnsafeBytes { uses in
                        predictions.withUnsafeMutableBufferPointer { predictions in
                            parameters.withUnsafeMutableBufferPointer { parameters in
                                var block = learnd_rows(
                                    features: start(features),
                                    rows: rows,
                                    n: width,
                                    labels: labels.baseAddress,
                                    weights: weights.baseAddress,
                                    uses: uses.baseAddress?.assumingMemoryBound(to: UInt8.self),
                                    learned_use: learnedUse,
                                    predictions: start(predictions)
                                )
                                return
                                    (isLogistic
                                    ? learnd_learn_logistic(&block, start(parameters), rate)
                                    : learnd_learn_softmax(
                                        &block,
                                        start(parameters),
                                        outputs,
                                        rate
                                    )) != 0
                            }
                        }
                    }
                }
            }
        }
    }
}
