// SPDX-License-Identifier: Apache-2.0
//
// Rows that are lists of columns with values, over spans. What a row names is checked here, once
// for each row, so that the kernels need not.

import CKernels

/// One row: columns of a model with their values; column 0 is the bias.
package struct SparseRow: Sendable {
    /// The columns; -1 is one that the model does not have.
    package var columns: [Int32] = []
    /// Their values.
    package var values: [Float] = []

    /// Makes an empty row.
    package init() {}

    /// Empties the row, but for the bias.
    package mutating func restart() {
        columns.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        columns.append(0)
        values.append(1)
    }

    /// The squared norm of the values.
    package var squaredNorm: Float {
        var sum: Double = 0
        for value in values { sum += Double(value) * Double(value) }
        return Float(min(sum, 1e38))
    }

    private func check(_ numbers: Int, stride: Int) {
        precondition(columns.count == values.count, "each column of a row has a value")
        let end = numbers / max(1, stride)
        for column in columns {
            precondition(column < end, "a row names a column outside of the model")
        }
    }

    private func withRow<Result>(_ body: (inout learnd_sparse_row) -> Result) -> Result {
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                var row = learnd_sparse_row(
                    columns: columns.baseAddress,
                    values: values.baseAddress,
                    count: columns.count
                )
                return body(&row)
            }
        }
    }

    /// Writes the scores of the row, one for each of the `stride` numbers of a column.
    package func scores(
        of parameters: Span<Float>,
        stride: Int,
        to scores: inout MutableSpan<Float>,
        at: Int
    ) {
        check(parameters.count, stride: stride)
        checkRange(at, stride, scores.count)
        parameters.withUnsafeBufferPointer { parameters in
            scores.withUnsafeMutableBufferPointer { scores in
                withRow {
                    learnd_sparse_scores(start(parameters), stride, &$0, start(scores) + at)
                }
            }
        }
    }

    /// One step of FTRL-proximal for one output; `a` of the constants is beta.
    package func followTheLeader(
        _ parameters: inout MutableSpan<Float>,
        sums: inout MutableSpan<Float>,
        squares: inout MutableSpan<Float>,
        anchor: Span<Float>,
        stride: Int,
        output: Int,
        error: Float,
        constants: StepConstants
    ) {
        check(parameters.count, stride: stride)
        precondition(
            sums.count == parameters.count && squares.count == parameters.count
                && (anchor.isEmpty || anchor.count == parameters.count) && output < stride,
            "moments and anchor have as many numbers as the parameters"
        )
        var constants = constants.inC
        parameters.withUnsafeMutableBufferPointer { parameters in
            sums.withUnsafeMutableBufferPointer { sums in
                squares.withUnsafeMutableBufferPointer { squares in
                    anchor.withUnsafeBufferPointer { anchor in
                        withRow {
                            learnd_sparse_ftrl(
                                start(parameters),
                                start(sums),
                                start(squares),
                                anchor.isEmpty ? nil : start(anchor),
                                stride,
                                output,
                                &$0,
                                error,
                                &constants
                            )
                        }
                    }
                }
            }
        }
    }

    /// The score of a factorisation machine, whose columns are a weight and factors; `sums` gets
    /// the sum of each factor.
    package func factorScore(
        of parameters: Span<Float>,
        stride: Int,
        sums: inout MutableSpan<Double>
    ) -> Float {
        check(parameters.count, stride: stride)
        checkRange(0, stride - 1, sums.count)
        return parameters.withUnsafeBufferPointer { parameters in
            sums.withUnsafeMutableBufferPointer { sums in
                withRow {
                    learnd_factor_score(start(parameters), stride, &$0, sums.baseAddress)
                }
            }
        }
    }

    /// One step of a factorisation machine: AdaGrad, or plain descent when there are no squares;
    /// `a` of the constants is epsilon.
    package func factorStep(
        _ parameters: inout MutableSpan<Float>,
        squares: inout MutableSpan<Float>,
        anchor: Span<Float>,
        stride: Int,
        sums: Span<Double>,
        error: Float,
        constants: StepConstants
    ) {
        check(parameters.count, stride: stride)
        checkRange(0, stride - 1, sums.count)
        precondition(
            (squares.isEmpty || squares.count == parameters.count)
                && (anchor.isEmpty || anchor.count == parameters.count),
            "moments and anchor have as many numbers as the parameters"
        )
        var constants = constants.inC
        parameters.withUnsafeMutableBufferPointer { parameters in
            squares.withUnsafeMutableBufferPointer { squares in
                anchor.withUnsafeBufferPointer { anchor in
                    sums.withUnsafeBufferPointer { sums in
                        withRow {
                            learnd_factor_step(
                                start(parameters),
                                squares.isEmpty ? nil : start(squares),
                                anchor.isEmpty ? nil : start(anchor),
                                stride,
                                &$0,
                                sums.baseAddress,
                                error,
                                &constants
                            )
                        }
                    }
                }
            }
        }
    }

    /// Sets the sums of FTRL-proximal to those from which the parameters follow.
    package static func align(
        _ sums: inout MutableSpan<Float>,
        parameters: Span<Float>,
        squares: Span<Float>,
        stride: Int,
        constants: StepConstants
    ) {
        precondition(
            sums.count == parameters.count && squares.count == parameters.count,
            "moments have as many numbers as the parameters"
        )
        var constants = constants.inC
        let columns = parameters.count / max(1, stride)
        sums.withUnsafeMutableBufferPointer { sums in
            parameters.withUnsafeBufferPointer { parameters in
                squares.withUnsafeBufferPointer { squares in
                    learnd_sparse_ftrl_sums(
                        start(parameters),
                        start(sums),
                        start(squares),
                        stride,
                        columns,
                        &constants
                    )
                }
            }
        }
    }
}
