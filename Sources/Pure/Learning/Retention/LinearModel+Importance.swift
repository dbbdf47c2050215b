// SPDX-License-Identifier: Apache-2.0
//
// What matters to a linear model. The expectation over the labels is taken exactly, since it is
// cheap; nothing is drawn. With x the features and the 1 of the bias:
//
//   linear (variance 1)   F = E x²
//   logistic              F = E p (1 - p) x²
//   softmax, class k      F = E p_k (1 - p_k) x²
//   svm                   as softmax with its margins as scores; with one margin m for two classes,
//                         whose odds are those of 2 m: F = E 4 p (1 - p) x²

import Kernels
package import Primitives

extension LinearModel: RemembersImportance {
    /// The parameters in the order of their importance.
    package var flatParameters: [Float] { values }

    /// The diagonal of the true Fisher information, exact over the labels.
    package func fisher(of rows: inout Block, random: inout RandomSource) -> [Float] {
        predict(&rows)
        var sum = [Float](repeating: 0, count: values.count)
        add(rows, to: &sum)
        return sum
    }

    private func add(_ block: borrowing Block, to fisher: inout [Float]) {
        var sums = fisher.mutableSpan
        let share = 1 / Float(max(1, block.rows))
        for row in 0..<block.rows {
            for output in 0..<rows {
                let variance = variance(of: output, row, block.predictions.span)
                let start = output * (width + 1)
                ImportanceSums.addSquares(
                    block.features.span,
                    at: row * width,
                    width: width,
                    scale: variance * share,
                    to: &sums,
                    from: start
                )
                sums[start + width] += variance * share
            }
        }
    }

    /// The expected square of the gradient by a score.
    private func variance(of output: Int, _ row: Int, _ predictions: Span<Float>) -> Float {
        switch kind {
        case .svm where self.rows == 1:
            return 4 * predictions[2 * row] * predictions[2 * row + 1]
        case .logistic: return predictions[2 * row] * predictions[2 * row + 1]
        case .softmax, .svm:
            let probability = predictions[row * outputs + output]
            return probability * (1 - probability)
        default: return 1
        }
    }
}
