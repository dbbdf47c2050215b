// SPDX-License-Identifier: Apache-2.0
//
// The short way of the usual learner: a classifier under plain gradient descent, without
// regularisers, anchor and clipping, learns all rows of a block in one kernel. The bits are those
// of the long way, row by row.

import Kernels

extension LinearModel {
    /// Tests and trains on the whole block; false when the model or its numbers need the long way,
    /// and nothing was done.
    mutating func learnWhole(_ block: inout Block) -> Bool {
        guard case .sgd(let optimiser) = rule, settings.mode == .sequential,
            kind == .logistic || kind == .softmax,
            anchored.isEmpty, settings.l1 == 0, settings.l2 == 0,
            (settings.gradientClip ?? 0) == 0
        else { return false }
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        let isDone = learnWhole(block, &predictions, rate: optimiser.constants.rate)
        block.predictions = predictions
        return isDone
    }

    private mutating func learnWhole(
        _ block: borrowing Block,
        _ predicted: inout [Float],
        rate: Float
    ) -> Bool {
        var own = Block.take(&values)
        var parameters = own.mutableSpan
        var predictions = predicted.mutableSpan
        let isDone = BlockLearning.testThenTrain(
            parameters: &parameters,
            isLogistic: kind == .logistic,
            outputs: outputs,
            width: width,
            rate: rate,
            features: block.features.span,
            labels: block.classes.span,
            weights: block.weights.span,
            uses: block.uses.span,
            learned: RowUse.train,
            predictions: &predictions
        )
        values = own
        return isDone
    }
}
