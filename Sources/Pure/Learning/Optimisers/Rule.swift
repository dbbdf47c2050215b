// SPDX-License-Identifier: Apache-2.0
//
// The one list of optimisers: adding one adds a case here, a file beside this one, and a case of
// OptimiserSettings. A case is opened once for each block.

import Kernels

/// The optimiser of a model, chosen by its settings.
enum Rule: Sendable {
    case sgd(GradientDescent)
    case invariant(InvariantDescent)
    case momentum(Momentum)
    case adaGrad(AdaGrad)
    case adam(Adam)

    /// What a model's first moments are made of.
    enum FirstMoment {
        /// Gradients, which have a sign.
        case signed
        /// Their squares.
        case squared
    }

    init(_ settings: LearnerSettings) {
        switch settings.optimiser {
        case .sgd(let rate): self = .sgd(GradientDescent(rate: rate))
        case .invariant(let rate): self = .invariant(InvariantDescent(rate: rate))
        case .momentum(let rate, let momentum):
            self = .momentum(Momentum(rate: rate, momentum: momentum))
        case .adaGrad(let rate, let epsilon):
            self = .adaGrad(AdaGrad(rate: rate, epsilon: epsilon))
        case .adam(let rate, let beta1, let beta2, let epsilon):
            self = .adam(Adam(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon))
        }
        constants.l1 = settings.l1
        constants.l2 = settings.l2
    }

    /// How many numbers are kept for each parameter.
    var momentCount: Int {
        switch self {
        case .sgd: GradientDescent.momentCount
        case .invariant: InvariantDescent.momentCount
        case .momentum: Momentum.momentCount
        case .adaGrad: AdaGrad.momentCount
        case .adam: Adam.momentCount
        }
    }

    /// What the first moments are made of.
    var firstMoment: FirstMoment {
        if case .adaGrad = self { .squared } else { .signed }
    }

    /// The strongest pull towards an anchor that does not overshoot it.
    var pullMost: Float {
        switch self {
        case .sgd(let optimiser): optimiser.pullMost
        case .invariant(let optimiser): optimiser.pullMost
        case .momentum(let optimiser): optimiser.pullMost
        case .adaGrad(let optimiser): optimiser.pullMost
        case .adam(let optimiser): optimiser.pullMost
        }
    }

    /// Sets the strength of the pull towards the anchor.
    mutating func setPull(_ pull: Float) {
        constants.pull = pull
    }

    /// Adam's powers of its betas; other optimisers have none.
    var powers: (Double, Double) {
        get { if case .adam(let optimiser) = self { optimiser.powers } else { (1, 1) } }
        set {
            guard case .adam(var optimiser) = self else { return }
            optimiser.powers = newValue
            self = .adam(optimiser)
        }
    }

    private var constants: StepConstants {
        get {
            switch self {
            case .sgd(let optimiser): optimiser.constants
            case .invariant(let optimiser): optimiser.constants
            case .momentum(let optimiser): optimiser.constants
            case .adaGrad(let optimiser): optimiser.constants
            case .adam(let optimiser): optimiser.constants
            }
        }
        set {
            switch self {
            case .sgd(var optimiser):
                optimiser.constants = newValue
                self = .sgd(optimiser)
            case .invariant(var optimiser):
                optimiser.constants = newValue
                self = .invariant(optimiser)
            case .momentum(var optimiser):
                optimiser.constants = newValue
                self = .momentum(optimiser)
            case .adaGrad(var optimiser):
                optimiser.constants = newValue
                self = .adaGrad(optimiser)
            case .adam(var optimiser):
                optimiser.constants = newValue
                self = .adam(optimiser)
            }
        }
    }
}
