// SPDX-License-Identifier: Apache-2.0
//
// From a prediction and a label to the gradient of the loss by the score. For the logistic and the
// cross-entropy loss it is the probability minus what it should have been; for the squared loss
// 2 (p - y); for Huber's p - y, no further than delta.

import Kernels

/// How a prediction is compared with its label.
struct Link {
    let layout: Layout
    /// The largest norm of a gradient; 0: none.
    let clip: Float
    private let delta: Float

    init(_ settings: LearnerSettings, _ layout: Layout) {
        self.layout = layout
        clip = settings.gradientClip ?? 0
        delta = if case .huber(let delta) = settings.loss { delta } else { 0 }
    }

    /// Whether the row has a label that this model can learn.
    @inline(__always)
    func hasLabel(target: Float, class label: Int32) -> Bool {
        layout.kind == .linear ? target.isFinite : label >= 0 && Int(label) < layout.outputs
    }

    /// Whether the row is to be learned.
    @inline(__always)
    func learns(_ block: borrowing Block, _ row: Int) -> Bool {
        let weight = block.weights[row]
        return block.uses[row] == .train && weight > 0 && weight.isFinite
            && hasLabel(target: block.targets[row], class: block.classes[row])
    }

    /// The gradient of the loss by the score of one output.
    @inline(__always)
    func error(
        _ output: Int,
        _ row: Int,
        _ predictions: Span<Float>,
        _ targets: Span<Float>,
        _ classes: Span<Int32>
    ) -> Float {
        switch layout.kind {
        case .logistic:
            return predictions[2 * row + 1] - (classes[row] == 1 ? 1 : 0)
        case .softmax:
            let probability = predictions[row * layout.outputs + output]
            return probability - (Int(classes[row]) == output ? 1 : 0)
        default:
            let distance = predictions[row] - targets[row]
            return delta > 0
                ? min(max(distance, -delta), delta) : Link.bounded(2 * distance)
        }
    }

    /// The squared norm of the features and the 1 of the bias, where somebody needs it.
    @inline(__always)
    func norm(_ needed: Bool, _ row: Int, _ features: Span<Float>) -> Float {
        guard needed || clip > 0 else { return 0 }
        let at = row * layout.width
        return Scores.squaredNorm(features, at: at, width: layout.width) + 1
    }

    /// What a gradient is multiplied by so that its norm is at most `clip`.
    func clipScale(squaredGradient: Double) -> Float {
        let norm = squaredGradient.squareRoot()
        return norm > Double(clip) ? Float(Double(clip) / norm) : 1
    }

    /// The error within the bounds that the kernels keep.
    @inline(__always)
    static func bounded(_ error: Float) -> Float { min(max(error, -1e15), 1e15) }
}
