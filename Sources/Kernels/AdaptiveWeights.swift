// SPDX-License-Identifier: Apache-2.0
//
// The numbers of AROW with process noise, and the kernels that use them.

import CKernels

/// Weights of classes, and how uncertain they are.
package struct AdaptiveWeights: Sendable, Equatable {
    /// What a row is turned into.
    package let form: LineForm
    /// What a variance gains with each row while it is below 1.
    package let noise: Float
    /// A row for each class; of two classes one, that of the second.
    package var numbers: [Float]
    /// The variance of each weight.
    package var variances: [Float]
    /// A matrix for each row of weights, as many rows as there are features; its diagonal is 0.
    package var covariances: [Float]

    /// Makes weights of zero, of which nothing is known.
    package init(form: LineForm, noise: Float, width: Int, classes: Int) {
        self.form = form
        self.noise = noise
        let size = form.size(width: width, classes: classes)
        let stride = LineForm.stride(of: size)
        let models = LineForm.models(classes: classes)
        numbers = [Float](repeating: 0, count: models * stride)
        variances = (0..<models * stride).map { $0 % stride < size ? 1 : 0 }
        covariances = [Float](repeating: 0, count: models * size * stride)
    }

    private func check(_ rows: ExpertRows) {
        let size = form.size(width: rows.width, classes: rows.outputs)
        let count = LineForm.models(classes: rows.outputs) * LineForm.stride(of: size)
        precondition(
            numbers.count == count && variances.count == count
                && covariances.count == count * size,
            "there is a weight and its variance for each feature and class"
        )
    }

    /// Predicts each row.
    package func predict(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            numbers.withUnsafeBufferPointer { numbers in
                learnd_arow_line_predict(rows, form.inC, numbers.baseAddress, scratch, opinions)
            }
        }
    }

    /// Predicts each row, then learns it.
    package mutating func learn(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            numbers.withUnsafeMutableBufferPointer { numbers in
                variances.withUnsafeMutableBufferPointer { variances in
                    covariances.withUnsafeMutableBufferPointer { covariances in
                        var line = learnd_arow_line(
                            weights: numbers.baseAddress,
                            variances: variances.baseAddress,
                            covariances: covariances.baseAddress,
                            noise: noise
                        )
                        learnd_arow_line_learn(rows, form.inC, &line, scratch, opinions)
                    }
                }
            }
        }
    }
}
