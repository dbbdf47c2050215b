// SPDX-License-Identifier: Apache-2.0
//
// Means of classes and the inverse of the covariance that they share, and the kernels that use
// them.

import CKernels

/// Moments of classes for linear discriminants.
package struct SharedCovariance: Sendable, Equatable {
    /// How many rows each class has had.
    package var counts: [Double]
    /// How many rows each class has had of late.
    package var frequencies: [Float]
    /// A row of means for each class.
    package var means: [Float]
    /// A row of weights for each class: the inverse times the means as they were a while ago.
    package var weights: [Float]
    /// The score of a class where the columns are 0.
    package var offsets: [Float]
    /// The inverse of the covariance within classes, a row for each column.
    package var inverse: [Float]
    /// How many rows have been learned.
    package var rows: UInt64 = 0

    /// Makes moments of classes that have not been seen.
    package init(width: Int, classes: Int) {
        let stride = LineForm.stride(of: width)
        counts = [Double](repeating: 0, count: classes)
        frequencies = [Float](repeating: 0, count: classes)
        means = [Float](repeating: 0, count: classes * stride)
        weights = means
        offsets = frequencies
        inverse = (0..<width * stride).map { $0 % stride == $0 / stride ? 1 : 0 }
    }

    private func check(_ rows: ExpertRows) {
        let (width, classes) = (rows.width, rows.outputs)
        let count = classes * LineForm.stride(of: width)
        precondition(
            counts.count == classes && frequencies.count == classes && offsets.count == classes
                && means.count == count && weights.count == count
                && inverse.count == width * LineForm.stride(of: width),
            "there are moments of each class and column"
        )
    }

    /// Predicts each row.
    package func predict(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        LineForm.scaled.withRows(rows, &opinions) { rows, scratch, opinions in
            // The kernel reads alone, so no copy is made for it.
            frequencies.withUnsafeBufferPointer { frequencies in
                weights.withUnsafeBufferPointer { weights in
                    offsets.withUnsafeBufferPointer { offsets in
                        var line = learnd_discriminant_line()
                        line.frequencies = UnsafeMutablePointer(mutating: frequencies.baseAddress)
                        line.weights = UnsafeMutablePointer(mutating: weights.baseAddress)
                        line.offsets = UnsafeMutablePointer(mutating: offsets.baseAddress)
                        learnd_discriminant_line_predict(rows, &line, scratch, opinions)
                    }
                }
            }
        }
    }

    /// Predicts each row, then learns it.
    package mutating func learn(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        LineForm.scaled.withRows(rows, &opinions) { rows, scratch, opinions in
            withC { learnd_discriminant_line_learn(rows, $0, scratch, opinions) }
        }
    }

    private mutating func withC(_ kernel: (UnsafeMutablePointer<learnd_discriminant_line>) -> Void)
    {
        var line = learnd_discriminant_line()
        line.rows = rows
        counts.withUnsafeMutableBufferPointer { counts in
            frequencies.withUnsafeMutableBufferPointer { frequencies in
                means.withUnsafeMutableBufferPointer { means in
                    weights.withUnsafeMutableBufferPointer { weights in
                        offsets.withUnsafeMutableBufferPointer { offsets in
                            inverse.withUnsafeMutableBufferPointer { inverse in
                                line.counts = counts.baseAddress
                                line.frequencies = frequencies.baseAddress
                                line.means = means.baseAddress
                                line.weights = weights.baseAddress
                                line.offsets = offsets.baseAddress
                                line.inverse = inverse.baseAddress
                                kernel(&line)
                            }
                        }
                    }
                }
            }
        }
        rows = line.rows
    }
}
