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
    case rmsProp(RMSProp)
    case adam(Adam)
    case followTheLeader(FollowTheLeader)
    case decayedSGD(Decayed<GradientDescent>)
    case decayedInvariant(Decayed<InvariantDescent>)
    case hyperSGD(Hypergradient<GradientDescent>)
    case hyperInvariant(Hypergradient<InvariantDescent>)

    /// What a model's first moments are made of.
    enum FirstMoment {
        /// Gradients, which have a sign.
        case signed
        /// Their squares.
        case squared
    }

    init(_ settings: LearnerSettings) {
        self = Rule(settings.optimiser, settings.pace)
        change { constants in
            constants.l1 = settings.l1
            constants.l2 = settings.l2
        }
    }

    private init(_ optimiser: OptimiserSettings, _ pace: RatePace) {
        switch (optimiser, pace) {
        case (.sgd(let rate), .constant): self = .sgd(.init(rate: rate))
        case (.sgd(let rate), .decay(let speed, let power)):
            self = .decayedSGD(.init(rate: rate, speed: speed, power: power))
        case (.sgd(let rate), .hypergradient(let gain)):
            self = .hyperSGD(.init(rate: rate, gain: gain))
        case (.invariant(let rate), .constant): self = .invariant(.init(rate: rate))
        case (.invariant(let rate), .decay(let speed, let power)):
            self = .decayedInvariant(.init(rate: rate, speed: speed, power: power))
        case (.invariant(let rate), .hypergradient(let gain)):
            self = .hyperInvariant(.init(rate: rate, gain: gain))
        case (.momentum(let rate, let momentum), _):
            self = .momentum(.init(rate: rate, momentum: momentum))
        case (.adaGrad(let rate, let epsilon, let keep), _):
            self = .adaGrad(.init(rate: rate, epsilon: epsilon, keep: keep))
        case (.rmsProp(let rate, let keep, let epsilon), _):
            self = .rmsProp(.init(rate: rate, keep: keep, epsilon: epsilon))
        case (.adam(let rate, let beta1, let beta2, let epsilon), _):
            self = .adam(.init(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon))
        case (.adamW(let rate, let beta1, let beta2, let epsilon, let decay), _):
            self = .adam(
                .init(rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
            )
        case (.followTheLeader(let rate, let beta), _):
            self = .followTheLeader(.init(rate: rate, beta: beta))
        }
    }

    /// The optimiser itself, for what is asked seldom.
    var optimiser: any Optimiser {
        switch self {
        case .sgd(let optimiser): optimiser
        case .invariant(let optimiser): optimiser
        case .momentum(let optimiser): optimiser
        case .adaGrad(let optimiser): optimiser
        case .rmsProp(let optimiser): optimiser
        case .adam(let optimiser): optimiser
        case .followTheLeader(let optimiser): optimiser
        case .decayedSGD(let optimiser): optimiser
        case .decayedInvariant(let optimiser): optimiser
        case .hyperSGD(let optimiser): optimiser
        case .hyperInvariant(let optimiser): optimiser
        }
    }

    /// How many numbers are kept for each parameter.
    var momentCount: Int { type(of: optimiser).momentCount }

    /// What the first moments are made of.
    var firstMoment: FirstMoment {
        switch self {
        case .adaGrad, .rmsProp: .squared
        default: .signed
        }
    }

    /// The strongest pull towards an anchor that does not overshoot it.
    var pullMost: Float { optimiser.pullMost }

    /// Sets the strength of the pull towards the anchor.
    mutating func setPull(_ anchor: Anchor) {
        change { constants in
            constants.pull = anchor.l2
            constants.pullL1 = anchor.l1
        }
    }

    /// What the optimiser counts or measures from step to step.
    var progress: (Double, Double) {
        get { optimiser.progress }
        set { update { $0.progress = newValue } }
    }

    /// Whether the optimiser can have come to this.
    func isSound(progress: (Double, Double)) -> Bool {
        type(of: optimiser).isSound(progress: progress)
    }

    private mutating func change(_ body: (inout StepConstants) -> Void) {
        update { body(&$0.constants) }
    }

    private mutating func update(_ body: (inout any Optimiser) -> Void) {
        var changed = optimiser
        body(&changed)
        replace(with: changed)
    }

    private mutating func replace(with optimiser: any Optimiser) {
        switch optimiser {
        case let optimiser as GradientDescent: self = .sgd(optimiser)
        case let optimiser as InvariantDescent: self = .invariant(optimiser)
        case let optimiser as Momentum: self = .momentum(optimiser)
        case let optimiser as AdaGrad: self = .adaGrad(optimiser)
        case let optimiser as RMSProp: self = .rmsProp(optimiser)
        case let optimiser as Adam: self = .adam(optimiser)
        case let optimiser as FollowTheLeader: self = .followTheLeader(optimiser)
        case let optimiser as Decayed<GradientDescent>: self = .decayedSGD(optimiser)
        case let optimiser as Decayed<InvariantDescent>: self = .decayedInvariant(optimiser)
        case let optimiser as Hypergradient<GradientDescent>: self = .hyperSGD(optimiser)
        case let optimiser as Hypergradient<InvariantDescent>: self = .hyperInvariant(optimiser)
        default: preconditionFailure("an optimiser stays of its kind")
        }
    }
}
