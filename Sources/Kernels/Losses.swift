// SPDX-License-Identifier: Apache-2.0
//
// Losses of the rows of a block, over spans.

import CKernels

/// Losses of predicted classes.
package enum Losses {
    /// Writes the log loss of each row, and 1 where the most probable class is not the label.
    ///
    /// Of equal probabilities the first is the prediction. A probability counts as `smallest` or
    /// more; that of a label beyond the outputs is 0. A row without a label (below 0), or whose
    /// use is `skipped`, has the loss NaN and the error 0.
    ///
    /// - Precondition: A use is one byte.
    package static func classes<Use: BitwiseCopyable>(
        predictions: Span<Float>,
        outputs: Int,
        labels: Span<Int32>,
        uses: Span<Use>,
        skipped: Use,
        smallest: Float,
        losses: inout MutableSpan<Float>,
        errors: inout MutableSpan<UInt8>
    ) {
        let rows = labels.count
        checkRange(0, rows * outputs, predictions.count)
        checkRange(0, rows, uses.count)
        checkRange(0, rows, losses.count)
        checkRange(0, rows, errors.count)
        precondition(smallest >= .leastNormalMagnitude, "the logarithm needs a normal number")
        precondition(MemoryLayout<Use>.size == 1, "a use is one byte")
        let skippedByte = withUnsafeBytes(of: skipped) { $0[0] }
        guard rows > 0 else { return }
        predictions.withUnsafeBufferPointer { predictions in
            labels.withUnsafeBufferPointer { labels in
                uses.withUnsafeBytes { uses in
                    losses.withUnsafeMutableBufferPointer { losses in
                        errors.withUnsafeMutableBufferPointer { errors in
                            learnd_log_losses(
                                start(predictions),
                                outputs,
                                labels.baseAddress,
                                uses.baseAddress?.assumingMemoryBound(to: UInt8.self),
                                skippedByte,
                                rows,
                                smallest,
                                losses.baseAddress,
                                errors.baseAddress
                            )
                        }
                    }
                }
            }
        }
    }
}
