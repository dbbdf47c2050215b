// SPDX-License-Identifier: Apache-2.0
//
// Predictions and test-then-train of the experts that predict numbers by one layer of weights, over
// spans. Opinions are held within ``NumberLines/most``, as targets are.

import CKernels

/// Lines for numbers.
package enum NumberLines {
    /// The largest size of an opinion about a number.
    package static let most: Float = LEARND_NUMBER_MOST
}

/// A line that learns by normalised steps down the gradient.
package struct GradientWeights: Sendable, Equatable {
    /// A weight for each feature, then zeros up to the stride.
    package var values: [Float]
    /// The running mean of the squared norm of the features.
    package var square: Float = 0
    /// Of how many rows that is.
    package var count: Float = 0

    /// Makes weights of 0.
    package init(stride: Int) { values = [Float](repeating: 0, count: stride) }

    /// Predicts each row, then learns it where the rows say so.
    package mutating func testThenTrain(
        _ rows: ExpertRows,
        _ form: LineForm,
        rate: Float,
        _ opinions: inout MutableSpan<Float>
    ) {
        check(rows, form)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            values.withUnsafeMutableBufferPointer { values in
                var line = learnd_gradient_line(
                    weights: values.baseAddress,
                    rate: rate,
                    square: square,
                    count: count
                )
                learnd_gradient_line_run(rows, form.inC, &line, scratch, 1, opinions)
                (square, count) = (line.square, line.count)
            }
        }
    }

    /// Predicts each row and changes nothing.
    package func predict(
        _ rows: ExpertRows,
        _ form: LineForm,
        _ opinions: inout MutableSpan<Float>
    ) {
        check(rows, form)
        form.withRows(rows, &opinions) { rows, scratch, opinions in
            values.withUnsafeBufferPointer { values in
                // The kernel writes to weights only where it learns.
                var line = learnd_gradient_line(
                    weights: UnsafeMutablePointer(mutating: values.baseAddress),
                    rate: 0,
                    square: square,
                    count: count
                )
                learnd_gradient_line_run(rows, form.inC, &line, scratch, 0, opinions)
            }
        }
    }

    private func check(_ rows: ExpertRows, _ form: LineForm) {
        let size = form.size(width: rows.width, classes: 1)
        precondition(
            rows.outputs == 1 && values.count == LineForm.stride(of: size),
            "a line has a weight for each feature"
        )
    }
}

/// A line that is the least squares fit to all rows, or to those of late.
package struct LeastSquaresWeights: Sendable, Equatable {
    /// How it learns.
    package struct Rule: Sendable {
        /// What is kept of the past at each row.
        package var forgetting: Double
        /// What the mean of the covariance's diagonal may reach.
        package var varianceMost: Double
        /// At how many usual errors an error is cut off.
        package var clip: Double

        /// Makes a rule.
        package init(forgetting: Double, varianceMost: Double, clip: Double) {
            self.forgetting = forgetting
            self.varianceMost = varianceMost
            self.clip = clip
        }
    }

    /// A weight for each feature, then zeros up to the stride.
    package var values: [Double]
    /// A row of the stride's length for each feature.
    package var covariance: [Double]
    /// The usual error's square.
    package var variance = 0.0
    /// Of how many rows that is.
    package var count = 0.0

    /// Makes weights of 0, each with the variance `start`.
    package init(size: Int, start: Double) {
        let stride = LineForm.stride(of: size)
        values = [Double](repeating: 0, count: stride)
        covariance = [Double](repeating: 0, count: size * stride)
        for place in 0..<size { covariance[place * stride + place] = start }
    }

    /// Predicts each row, then learns it where the rows say so.
    package mutating func testThenTrain(
        _ rows: ExpertRows,
        _ form: LineForm,
        _ rule: Rule,
        _ opinions: inout MutableSpan<Float>
    ) {
        check(rows, form, opinions.count)
        values.withUnsafeMutableBufferPointer { values in
            covariance.withUnsafeMutableBufferPointer { covariance in
                var line = learnd_least_squares_line(
                    weights: values.baseAddress,
                    covariance: covariance.baseAddress,
                    forgetting: rule.forgetting,
                    variance_most: rule.varianceMost,
                    clip: rule.clip,
                    variance: variance,
                    count: count
                )
                LeastSquaresWeights.run(rows, form, &line, learns: true, &opinions)
                (variance, count) = (line.variance, line.count)
            }
        }
    }

    /// Predicts each row and changes nothing.
    package func predict(
        _ rows: ExpertRows,
        _ form: LineForm,
        _ opinions: inout MutableSpan<Float>
    ) {
        check(rows, form, opinions.count)
        values.withUnsafeBufferPointer { values in
            // The kernel writes to weights only where it learns.
            var line = learnd_least_squares_line()
            line.weights = UnsafeMutablePointer(mutating: values.baseAddress)
            LeastSquaresWeights.run(rows, form, &line, learns: false, &opinions)
        }
    }

    private func check(_ rows: ExpertRows, _ form: LineForm, _ opinions: Int) {
        let size = form.size(width: rows.width, classes: 1)
        let stride = LineForm.stride(of: size)
        precondition(
            rows.outputs == 1 && values.count == stride && covariance.count == size * stride,
            "a line has a weight for each feature"
        )
        precondition(opinions == rows.count, "there is room for every opinion")
    }

    private static func run(
        _ rows: ExpertRows,
        _ form: LineForm,
        _ line: inout learnd_least_squares_line,
        learns: Bool,
        _ opinions: inout MutableSpan<Float>
    ) {
        let room = learnd_least_squares_scratch(form.inC, rows.width)
        withUnsafeMutablePointer(to: &line) { line in
            opinions.withUnsafeMutableBufferPointer { opinions in
                rows.withC { rows in
                    withUnsafeTemporaryAllocation(of: Double.self, capacity: room) { scratch in
                        learnd_least_squares_run(
                            rows,
                            form.inC,
                            line,
                            scratch.baseAddress,
                            learns ? 1 : 0,
                            opinions.baseAddress
                        )
                    }
                }
            }
        }
    }
}
