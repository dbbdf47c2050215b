// SPDX-License-Identifier: Apache-2.0
//
// From the scores of a row to its predictions, and from a prediction and a label to the gradient of
// the loss by the score, for models over slots.

import Kernels

/// What the scores of a model over slots mean.
struct SparseOutput {
    let link: Link

    init(_ settings: LearnerSettings, kind: ModelKind, rows: Int, outputs: Int) {
        link = Link(settings, Layout(kind: kind, rows: rows, width: 0, outputs: outputs))
    }

    /// Turns the scores of a row, which stand where its predictions begin, into predictions.
    func activate(_ predictions: inout MutableSpan<Float>, row: Int) {
        let at = row * link.layout.outputs
        switch link.layout.kind {
        case .logistic:
            let probability = Probability.sigmoid(predictions[at])
            predictions[at] = 1 - probability
            predictions[at + 1] = probability
        case .softmax:
            Probability.softmax(&predictions, at: at, count: link.layout.outputs)
        default: break
        }
    }

    /// The gradient by the score of one output, with the row's weight and the scale of clipping.
    func error(
        _ output: Int,
        _ row: Int,
        _ block: borrowing Block,
        _ predictions: Span<Float>,
        scale: Float = 1
    ) -> Float {
        let plain = link.error(
            output,
            row,
            predictions,
            block.targets.span,
            block.classes.span
        )
        return Link.bounded(plain * block.weights[row]) * scale
    }
}
