// SPDX-License-Identifier: Apache-2.0
//
// Counts, means and variances of classes, as naive Bayes wants them, and the kernels that use them.

import CKernels

/// Moments of classes, column by column.
package struct ClassMoments: Sendable, Equatable {
    /// After how many rows moments and frequencies forget; infinite: never.
    package let memory: Double
    /// Of how many rows the moments of each class are made.
    package var counts: [Double]
    /// How many rows each class has had of late.
    package var frequencies: [Double]
    /// A row of means for each class.
    package var means: [Float]
    /// A row of variances for each class.
    package var variances: [Float]
    private var inverses: [Float] = []
    private var offsets: [Float] = []

    /// The variance of a column of a class that has not been seen; with what is added to each
    /// variance that is 1.
    package static let unseenVariance: Float = 0.99

    /// Makes moments of classes that have not been seen.
    package init(memory: Double, width: Int, classes: Int) {
        let count = classes * LineForm.stride(of: width)
        let zeros = [Double](repeating: 0, count: classes)
        self.init(
            memory: memory,
            counts: zeros,
            frequencies: zeros,
            means: [Float](repeating: 0, count: count),
            variances: [Float](repeating: ClassMoments.unseenVariance, count: count),
            width: width
        )
    }

    /// Makes moments of the given numbers.
    ///
    /// - Precondition: There is a number for each class, and a row for each.
    package init(
        memory: Double,
        counts: [Double],
        frequencies: [Double],
        means: [Float],
        variances: [Float],
        width: Int
    ) {
        self.memory = memory
        self.counts = counts
        self.frequencies = frequencies
        self.means = means
        self.variances = variances
        inverses = [Float](repeating: 0, count: means.count)
        offsets = [Float](repeating: 0, count: counts.count)
        check(width: width, classes: counts.count)
        let classes = counts.count
        withC { line in
            for one in 0..<classes { learnd_bayes_line_derive(line, width, one) }
        }
    }

    private func check(width: Int, classes: Int) {
        let count = classes * LineForm.stride(of: width)
        precondition(
            counts.count == classes && frequencies.count == classes && offsets.count == classes
                && means.count == count && variances.count == count && inverses.count == count,
            "there are moments of each class and column"
        )
    }

    /// Predicts each row.
    package func predict(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(width: rows.width, classes: rows.outputs)
        LineForm.slow.withRows(rows, &opinions) { rows, scratch, opinions in
            // The kernel reads alone, so no copy is made for it.
            withReadOnlyC { learnd_bayes_line_predict(rows, $0, scratch, opinions) }
        }
    }

    /// Predicts each row, then learns it.
    package mutating func learn(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(width: rows.width, classes: rows.outputs)
        LineForm.slow.withRows(rows, &opinions) { rows, scratch, opinions in
            withC { learnd_bayes_line_learn(rows, $0, scratch, opinions) }
        }
    }

    private mutating func withC(_ kernel: (UnsafePointer<learnd_bayes_line>) -> Void) {
        counts.withUnsafeMutableBufferPointer { counts in
            frequencies.withUnsafeMutableBufferPointer { frequencies in
                means.withUnsafeMutableBufferPointer { means in
                    variances.withUnsafeMutableBufferPointer { variances in
                        inverses.withUnsafeMutableBufferPointer { inverses in
                            offsets.withUnsafeMutableBufferPointer { offsets in
                                var line = learnd_bayes_line(
                                    counts: counts.baseAddress,
                                    frequencies: frequencies.baseAddress,
                                    means: means.baseAddress,
                                    variances: variances.baseAddress,
                                    inverses: inverses.baseAddress,
                                    offsets: offsets.baseAddress,
                                    memory: memory
                                )
                                kernel(&line)
                            }
                        }
                    }
                }
            }
        }
    }

    private func withReadOnlyC(_ kernel: (UnsafePointer<learnd_bayes_line>) -> Void) {
        frequencies.withUnsafeBufferPointer { frequencies in
            means.withUnsafeBufferPointer { means in
                inverses.withUnsafeBufferPointer { inverses in
                    offsets.withUnsafeBufferPointer { offsets in
                        var line = learnd_bayes_line()
                        line.frequencies = UnsafeMutablePointer(mutating: frequencies.baseAddress)
                        line.means = UnsafeMutablePointer(mutating: means.baseAddress)
                        line.inverses = UnsafeMutablePointer(mutating: inverses.baseAddress)
                        line.offsets = UnsafeMutablePointer(mutating: offsets.baseAddress)
                        kernel(&line)
                    }
                }
            }
        }
    }
}
