// SPDX-License-Identifier: Apache-2.0
//
// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), for each parameter by
// itself, at step t:
//
//     m = beta1 * m + (1 - beta1) * g
//     v = beta2 * v + (1 - beta2) * g²
//     w -= rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
//
// Steps of about `rate`, whatever the scale of the gradient. Not for linear models on standardised
// features, where plain descent is as good at a third of the cost; and after an abrupt change v is
// still that of the old concept, so the first steps are too long or too short. L2 goes through the
// gradient, so it is scaled like it; AdamW has a decay that is not.

import Kernels

/// Moving averages of the gradient and its square.
struct Adam: Optimiser {
    static let momentCount = 2
    var constants: StepConstants
    let rate: Float
    /// beta1^t and beta2^t.
    private var powers: (Double, Double) = (1, 1)

    init(rate: Float, beta1: Float, beta2: Float, epsilon: Float) {
        self.rate = rate
        constants = StepConstants(rate: epsilon)
        constants.a = beta1
        constants.b = beta2
    }

    var progress: (Double, Double) {
        get { powers }
        set { powers = newValue }
    }

    static func isSound(progress: (Double, Double)) -> Bool {
        progress.0 >= 0 && progress.0 <= 1 && progress.1 >= 0 && progress.1 <= 1
    }

    mutating func begin() {
        powers.0 *= Double(constants.a)
        powers.1 *= Double(constants.b)
        constants.c = Float(Double(rate) / (1 - powers.0))
        constants.d = Float(1 / (1 - powers.1))
    }

    func step(
        _ parameters: inout MutableSpan<Float>,
        _ first: inout MutableSpan<Float>,
        _ second: inout MutableSpan<Float>,
        anchor: Span<Float>,
        features: Span<Float>,
        place: Steps.Place
    ) {
        Steps.adam(
            &parameters,
            first: &first,
            second: &second,
            anchor: anchor,
            features: features,
            place: place,
            constants: constants
        )
    }
}
