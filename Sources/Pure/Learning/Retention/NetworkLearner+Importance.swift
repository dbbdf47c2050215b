// SPDX-License-Identifier: Apache-2.0
//
// What matters to a network. One label is drawn from the network for each row, and the row passes
// alone, so that the square is that of its own gradient. For a number no draw is needed: for squared
// loss, of variance 1, the expected square is that of the score's gradient. Where layers drop out,
// the gradient is one with a mask.

import Kernels
import Networks
package import Primitives

extension NetworkLearner: RemembersImportance {
    /// The parameters in the order of their importance.
    package var flatParameters: [Float] { network.parameters }

    /// The diagonal of the true Fisher information, with one label drawn for each row.
    package func fisher(of rows: inout Block, random: inout RandomSource) -> [Float] {
        var fisher = [Float](repeating: 0, count: network.parameters.count)
        var own = network
        score(&rows)
        let target = NetworkTarget(settings, outputs: outputs)
        let input = staged(&rows)
        var work = Workspace()
        var slopes = [Float](repeating: 0, count: outputs)
        for row in 0..<rows.rows {
            for output in 0..<outputs { slopes[output] = rows.scores[row * outputs + output] }
            NetworkLearner.draw(&slopes, target, settings.task, &random)
            own.forwardTraining(input.span, at: row * own.inputs, rows: 1, &work)
            work.clearGradient(fisher.count)
            own.backward(slopes.span, at: 0, rows: 1, &work)
            var sums = fisher.mutableSpan
            ImportanceSums.addSquares(
                work.gradient.span,
                at: 0,
                width: sums.count,
                scale: 1 / Float(rows.rows),
                to: &sums,
                from: 0
            )
        }
        return fisher
    }

    /// Turns scores into the slope of the log loss of a label that is drawn by them.
    private static func draw(
        _ scores: inout [Float],
        _ target: NetworkTarget,
        _ task: Task,
        _ random: inout RandomSource
    ) {
        guard task == .classes, !scores.isEmpty else {
            for place in scores.indices { scores[place] = 1 }
            return
        }
        var numbers = scores.mutableSpan
        target.predict(&numbers, rows: 1)
        var point = random.unit()
        var label = 0
        while label < numbers.count - 1, point >= Double(numbers[label]) {
            point -= Double(numbers[label])
            label += 1
        }
        numbers[label] -= 1
    }
}
