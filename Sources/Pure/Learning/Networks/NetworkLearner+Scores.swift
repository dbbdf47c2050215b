// SPDX-License-Identifier: Apache-2.0
//
// Scores and predictions without learning, and the way of rows into the network.

import Kernels
import Networks
import Primitives

extension NetworkLearner {
    /// The most rows that pass together: one in sequential mode, so that its bits do not depend on
    /// the rows around it.
    var rowsMost: Int { settings.mode == .sequential ? 1 : network.rowsMost }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        fill(&predictions, &block)
        NetworkTarget(settings, outputs: outputs).predict(&predictions, 0..<block.rows)
        block.predictions = predictions
    }

    /// Fills the block's scores: the number, or those of the classes before softmax.
    package func score(_ block: inout Block) {
        block.prepareScores(width: width, outputs: outputs)
        var scores = Block.take(&block.scores)
        fill(&scores, &block)
        block.scores = scores
    }

    private func fill(_ scores: inout [Float], _ block: inout Block) {
        let input = staged(&block)
        var work = Workspace()
        swap(&work, &block.workspace)
        var start = 0
        while start < block.rows {
            let rows = start..<min(start + rowsMost, block.rows)
            network.forward(input.span, at: start * network.inputs, rows: rows.count, &work)
            read(rows, work, to: &scores)
            start = rows.upperBound
        }
        swap(&work, &block.workspace)
    }

    /// Copies the scores of the last pass to the place of its rows.
    func read(_ rows: Range<Int>, _ work: borrowing Workspace, to scores: inout [Float]) {
        var numbers = scores.mutableSpan
        work.read(
            .values(network.scoresAt(rows: rows.count)),
            count: rows.count * outputs,
            to: &numbers,
            at: rows.lowerBound * outputs
        )
    }

    /// The rows as wide as the network's input: cut, or with zeros behind.
    func staged(_ block: inout Block) -> [Float] {
        let inputs = network.inputs
        guard inputs != width else { return block.features }
        var rows = Block.take(&block.staged)
        Copying.resize(&rows, to: block.rows * inputs)
        NetworkLearner.stage(block.features.span, width: width, &rows, inputs: inputs)
        block.staged = rows
        return rows
    }

    private static func stage(
        _ features: Span<Float>,
        width: Int,
        _ rows: inout [Float],
        inputs: Int
    ) {
        let count = min(inputs, width)
        var numbers = rows.mutableSpan
        for row in 0..<(inputs > 0 ? numbers.count / inputs : 0) {
            for column in 0..<count {
                numbers[row * inputs + column] = features[row * width + column]
            }
            for column in count..<inputs { numbers[row * inputs + column] = 0 }
        }
    }
}
