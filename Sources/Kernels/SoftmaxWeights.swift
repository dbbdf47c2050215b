// SPDX-License-Identifier: Apache-2.0
//
// The numbers of a softmax regression with a normalised rate, and the kernels that use them.

import CKernels

/// Weights of classes.
package struct SoftmaxWeights: Sendable, Equatable {
    /// What a row is turned into.
    package let form: LineForm
    /// How fast it learns.
    package let rate: Float
    /// A row for each class; of two classes one, that of the second.
    package var numbers: [Float]
    /// The running mean of the squared norm of the features.
    package var square: Float = 0
    /// How many rows that is a mean of.
    package var count: Float = 0

    /// Makes weights of zero.
    package init(form: LineForm, rate: Float, width: Int, classes: Int) {
        self.form = form
        self.rate = rate
        let size = form.size(width: width, classes: classes)
        numbers = [Float](
            repeating: 0,
            count: LineForm.models(classes: classes) * LineForm.stride(of: size)
        )
    }

    private func check(_ rows: ExpertRows) {
        let size = form.size(width: rows.width, classes: rows.outputs)
        precondition(
            numbers.count == LineForm.models(classes: rows.outputs) * LineForm.stride(of: size),
            "there is a weight for each feature and class"
        )
    }

    /// Predicts each row.
    package func predict(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            numbers.withUnsafeBufferPointer { numbers in
                learnd_softmax_line_predict(
                    rows,
                    form.inC,
                    numbers.baseAddress,
                    scratch,
                    opinions
                )
            }
        }
    }

    /// Predicts each row, then learns it.
    package mutating func learn(_ rows: ExpertRows, _ opinions: inout MutableSpan<Float>) {
        check(rows)
        var line = learnd_softmax_line(rate: rate, square: square, count: count)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            numbers.withUnsafeMutableBufferPointer { numbers in
                learnd_softmax_line_learn(
                    rows,
                    form.inC,
                    numbers.baseAddress,
                    &line,
                    scratch,
                    opinions
                )
            }
        }
        square = line.square
        count = line.count
    }
}
