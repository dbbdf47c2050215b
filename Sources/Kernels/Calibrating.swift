// SPDX-License-Identifier: Apache-2.0
//
// Sums over the predicted probabilities of the rows of a block, over spans.

import CKernels

/// Measures of predicted probabilities.
package enum Calibrating {
    /// The parts of 0 to 1 in which top probabilities are gathered, all of the same width.
    package static let bins = Int(LEARND_CONFIDENCE_BINS)

    /// Adds each row, which has a label, to the sums of the bin of its top probability, and the
    /// squared distance of its probabilities from what came to `squares`.
    ///
    /// A bin holds its lower end; 1 belongs to the last. A label beyond the outputs has the
    /// probability 0.
    package static func add(
        predictions: Span<Float>,
        outputs: Int,
        labels: Span<Int32>,
        errors: Span<UInt8>,
        squares: inout Double,
        counts: inout MutableSpan<UInt64>,
        hits: inout MutableSpan<UInt64>,
        confidences: inout MutableSpan<Double>
    ) {
        let rows = labels.count
        checkRange(0, rows * outputs, predictions.count)
        checkRange(0, rows, errors.count)
        precondition(
            counts.count == bins && hits.count == bins && confidences.count == bins,
            "there is a sum for each bin"
        )
        guard rows > 0 else { return }
        let before = squares
        squares = predictions.withUnsafeBufferPointer { predictions in
            labels.withUnsafeBufferPointer { labels in
                errors.withUnsafeBufferPointer { errors in
                    counts.withUnsafeMutableBufferPointer { counts in
                        hits.withUnsafeMutableBufferPointer { hits in
                            confidences.withUnsafeMutableBufferPointer { confidences in
                                learnd_calibrate(
                                    start(predictions),
                                    outputs,
                                    labels.baseAddress,
                                    errors.baseAddress,
                                    rows,
                                    before,
                                    counts.baseAddress,
                                    hits.baseAddress,
                                    confidences.baseAddress
                                )
                            }
                        }
                    }
                }
            }
        }
    }
}
