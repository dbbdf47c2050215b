// SPDX-License-Identifier: Apache-2.0
//
// From a prediction and a label to the gradient of the loss by the score:
//
//     squared                    2 (p - y)
//     huber                      p - y, no further than delta
//     quantile                   1 - tau above the label, -tau below it, 0 on it
//     expectile                  2 (p - y), times the row's importance: 1 - tau above, tau below
//     logistic, cross-entropy    the probability minus what it should have been
//     hinge                      -y where y m < 1, with y = 1 for the true class and -1 for others

import Kernels

/// How a prediction is compared with its label.
struct Link {
    let layout: Layout
    /// The largest norm of a gradient; 0: none.
    let clip: Float
    private let shape: Shape
    private let number: Float

    /// The loss of numbers; those of classes follow from the model.
    private enum Shape { case squared, huber, quantile, expectile }

    init(_ settings: LearnerSettings, _ layout: Layout) {
        self.layout = layout
        clip = settings.gradientClip ?? 0
        switch settings.loss {
        case .huber(let delta): (shape, number) = (.huber, delta)
        case .quantile(let tau): (shape, number) = (.quantile, tau)
        case .expectile(let tau): (shape, number) = (.expectile, tau)
        default: (shape, number) = (.squared, 0)
        }
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
        case .svm:
            // Margins are not turned into probabilities before they are learned from.
            let isTrue = Int(classes[row]) == (layout.rows == 1 ? 1 : output)
            let margin = predictions[row * layout.outputs + output]
            return isTrue ? (margin < 1 ? -1 : 0) : (margin > -1 ? 1 : 0)
        default: return numberError(predictions[row], targets[row])
        }
    }

    @inline(__always)
    private func numberError(_ prediction: Float, _ target: Float) -> Float {
        let distance = prediction - target
        switch shape {
        case .squared, .expectile: return Link.bounded(2 * distance)
        case .huber: return min(max(distance, -number), number)
        case .quantile: return distance > 0 ? 1 - number : distance < 0 ? -number : 0
        }
    }

    /// What the loss makes of a row's weight: the expectile's two sides weigh differently.
    ///
    /// As a weight, because the importance-invariant step must know it as one.
    @inline(__always)
    func importance(
        _ weight: Float,
        _ row: Int,
        _ predictions: Span<Float>,
        _ targets: Span<Float>
    ) -> Float {
        guard shape == .expectile else { return weight }
        return weight * (predictions[row] > targets[row] ? 1 - number : number)
    }

    /// The squared norm of the features and the 1 of the bias, where somebody needs it.
    @inline(__always)
    func norm(_ needed: Bool, _ row: Int, _ features: Span<Float>) -> Float {
        guard needed || clip > 0 else { return 0 }
        let at = row * layout.width
        return Scores.squaredNorm(features, at: at, width: layout.width) + 1
    }

    /// What the gradients of one row are multiplied by so that their norm is at most `clip`.
    @inline(__always)
    func clipScale(
        _ row: Int,
        _ optimiser: some Optimiser,
        weight: Float,
        squaredNorm: Float,
        _ predictions: Span<Float>,
        _ targets: Span<Float>,
        _ classes: Span<Int32>
    ) -> Float {
        guard clip > 0 else { return 1 }
        var errors = 0.0
        for output in 0..<layout.rows {
            let error = Double(
                optimiser.weighted(
                    error: error(output, row, predictions, targets, classes),
                    weight: weight,
                    squaredNorm: squaredNorm
                )
            )
            errors += error * error
        }
        return clipScale(squaredGradient: errors * Double(squaredNorm))
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
