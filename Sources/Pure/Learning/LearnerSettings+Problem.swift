// SPDX-License-Identifier: Apache-2.0
//
// The limits of each setting. A number outside of them would diverge or do nothing; what is said
// names the value, the limit and the way out.

extension LearnerSettings {
    /// Why these settings cannot be used, in one sentence; nil when they can.
    package var problem: String? {
        if let problem = lossProblem ?? optimiserProblem { return problem }
        guard l1 >= 0, l1.isFinite else { return "l1 is \(l1), but must be 0 or more" }
        guard l2 >= 0, l2 * optimiser.rate <= 1 else {
            return "l2 is \(l2), but must be 0 or more, and at most 1 / rate = "
                + "\(1 / optimiser.rate); lower it or the rate"
        }
        if let clip = gradientClip, !(clip > 0 && clip.isFinite) {
            return "gradient_clip is \(clip), but must be above 0; leave it out for none"
        }
        return isolation?.problem
    }

    private var lossProblem: String? {
        switch (model, loss) {
        case (.linear, .squared), (.logistic, .logistic), (.softmax, .crossEntropy): nil
        case (.linear, .huber(let delta)):
            delta > 0 && delta.isFinite
                ? nil : "delta of the huber loss is \(delta), but must be above 0"
        default:
            "the model \(model.name) does not go with this loss; use squared or huber with linear, "
                + "logistic with logistic, cross_entropy with softmax"
        }
    }

    private var optimiserProblem: String? {
        let rate = optimiser.rate
        guard rate > 0, rate <= 1e6 else {
            return "the rate is \(rate), but must be above 0 and at most 1e6"
        }
        switch optimiser {
        case .sgd: return nil
        case .invariant:
            guard loss == .squared, mode == .sequential else {
                return "the optimiser invariant needs the squared loss and sequential mode; "
                    + "use sgd for others"
            }
            return nil
        case .momentum(_, let momentum):
            return LearnerSettings.share("momentum", momentum)
        case .adaGrad(_, let epsilon):
            return LearnerSettings.small(epsilon)
        case .adam(_, let beta1, let beta2, let epsilon):
            return LearnerSettings.share("beta1", beta1) ?? LearnerSettings.share("beta2", beta2)
                ?? LearnerSettings.small(epsilon)
        }
    }

    private static func share(_ name: String, _ value: Float) -> String? {
        value >= 0 && value < 1 ? nil : "\(name) is \(value), but must be 0 or more and below 1"
    }

    private static func small(_ epsilon: Float) -> String? {
        epsilon >= 1e-12 && epsilon <= 1
            ? nil : "epsilon is \(epsilon), but must lie between 1e-12 and 1"
    }
}
