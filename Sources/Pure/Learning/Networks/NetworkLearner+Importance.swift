// SPDX-License-Identifier: Apache-2.0
//
// What matters to a network. The expectation over the labels would take a pass back for each of
// them, so one label is drawn from the model for each row; for a number the gradient by the score
// is normal with variance 1, and its square is taken as 1.

import Kernels
import Networks
package import Primitives

extension NetworkLearner: RemembersImportance {
    /// The parameters in the order of their importance.
    package var flatParameters: [Float] { network.parameters }

    /// The diagonal of the true Fisher information, with one label drawn for each row.
    package func fisher(of rows: inout Block, random: inout RandomSource) -> [Float] {
        predict(&rows)
        let input = staged(&rows)
        var work = Workspace()
        swap(&work, &rows.workspace)
        var network = network
        let count = network.parameters.count
        var sum = [Float](repeating: 0, count: count)
        var sums = sum.mutableSpan
        for row in 0..<rows.rows {
            let slopes = slopes(of: row, rows, &random)
            network.forwardTraining(input.span, at: row * network.inputs, rows: 1, &work)
            work.clearGradient(count)
            network.backward(slopes.span, at: 0, rows: 1, &work)
            ImportanceSums.addSquares(
                work.gradient.span,
                at: 0,
                width: count,
                scale: 1 / Float(rows.rows),
                to: &sums,
                from: 0
            )
        }
        swap(&work, &rows.workspace)
        return sum
    }

    /// The gradient of minus log p by the scores, for a label that the model draws.
    private func slopes(
        of row: Int,
        _ block: borrowing Block,
        _ random: inout RandomSource
    ) -> [Float] {
        guard settings.task == .classes else { return [1] }
        var slopes = Array(block.predictions[row * outputs..<(row + 1) * outputs])
        var left = random.unit()
        var label = 0
        while label < outputs - 1, left >= Double(slopes[label]) {
            left -= Double(slopes[label])
            label += 1
        }
        if label < outputs { slopes[label] -= 1 }
        return slopes
    }
}
