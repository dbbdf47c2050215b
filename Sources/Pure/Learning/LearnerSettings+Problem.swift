// SPDX-License-Identifier: Apache-2.0
//
// The limits of each setting. A number outside of them would diverge or do nothing; what is said
// names the value, the limit and the way out.

import Experts
import Networks

extension LearnerSettings {
    /// Why these settings cannot be used, in one sentence; nil when they can.
    package var problem: String? {
        if let problem = lossProblem ?? familyProblem {
            return problem
        }
        return model.followsGradients ? gradientProblem : otherProblem
    }

    private var familyProblem: String? {
        networkProblem ?? sparseProblem ?? embeddingProblem ?? poolProblem
            ?? models.problem(of: model)
    }

    private var poolProblem: String? {
        guard model == .pool else { return nil }
        if sparse != nil {
            return "a pool learns from columns; use ftrl with logistic for hashed slots, or "
                + "hash_bits of at most \(HashSettings.columnBitsMax)"
        }
        if isolation != nil {
            return "the model pool keeps no experts for contexts; set isolation = \"off\", or "
                + "model.kind = \"softmax\""
        }
        return pool?.complaint
    }

    /// What a model whose steps follow from its rows alone has no use for.
    private var otherProblem: String? {
        if mode != .sequential {
            return "the mode \(mode.name) needs a model that follows gradients, but \(model.name) "
                + "takes each row by itself; use sequential"
        }
        for (name, value) in [("l1", l1), ("l2", l2), ("gradient_clip", gradientClip ?? 0)]
        where value != 0 {
            return "\(name) is \(value), but \(model.name) has no gradient to add it to; leave it "
                + "out"
        }
        return nil
    }

    private var gradientProblem: String? {
        if let problem = optimiserProblem { return problem }
        guard l1 >= 0, l1.isFinite else { return "l1 is \(l1), but must be 0 or more" }
        guard l2 >= 0, l2.isFinite, l2 <= l2Most else {
            return "l2 is \(l2), but must be 0 or more, and at most 1 / rate = \(l2Most); "
                + "lower it or the rate"
        }
        if let clip = gradientClip, !(clip > 0 && clip.isFinite) {
            return "gradient_clip is \(clip), but must be above 0; leave it out for none"
        }
        if isolation != nil, model.task == .unlabelled {
            return "experts need labels, and the model \(model.name) learns without; "
                + "set isolation = \"off\""
        }
        return headProblem ?? isolation?.problem
    }

    private var headProblem: String? {
        guard isolation?.sharesLayers == true else { return nil }
        guard let network else {
            return "a head is the last layer of a network, and the model \(model.name) has only "
                + "one layer; set isolation = \"experts\""
        }
        let replacement = network.network.replacement
        guard replacement.rate == 0, replacement.deadAfter == 0 else {
            return
                "units that heads share cannot be replaced by one of them; set replace.rate = 0 "
                + "and replace.dead_after = 0, or isolation = \"experts\""
        }
        return nil
    }

    private var networkProblem: String? {
        guard model == .network else {
            return network == nil
                ? nil : "the model \(model.name) has no layers; set model = network"
        }
        guard let network else {
            return "a network needs layers; add a table for each"
        }
        guard NetworkRule(optimiser) != nil, pace == .constant else {
            return "a network cannot learn by \(optimiser.name) with the pace \(pace.name); use "
                + "sgd, momentum, adagrad, rmsprop, adam or adamw at a constant pace"
        }
        return network.problem
    }

    private var sparseProblem: String? {
        guard let sparse else {
            return model == .factorisation
                ? "the model factorisation needs hashed features; set hash_bits" : nil
        }
        if let problem = sparse.problem { return problem }
        guard mode == .sequential else {
            return "hashed features in slots are learned one sample at a time; set mode = "
                + "sequential"
        }
        switch (model, optimiser) {
        case (.factorisation, .sgd), (.factorisation, .adaGrad(_, _, keep: 1)):
            guard pace == .constant else {
                return "the model factorisation learns at a constant rate; leave rate_pace out"
            }
            return sparse.factors > 0 ? nil : "the model factorisation needs one factor or more"
        case (.factorisation, _):
            return "the model factorisation is not learned by \(optimiser.name); use sgd or "
                + "adagrad without adagrad_keep"
        case (.linear, .followTheLeader), (.logistic, .followTheLeader),
            (.softmax, .followTheLeader):
            return sparse.factors == 0 ? nil : "the model \(model.name) has no factors"
        default:
            return "the model \(model.name) is not learned by \(optimiser.name) from slots; use "
                + "ftrl with linear, logistic or softmax, or hash_bits of at most "
                + "\(HashSettings.columnBitsMax)"
        }
    }

    /// The strongest L2 that does not overshoot zero.
    private var l2Most: Float {
        if case .followTheLeader = optimiser { return .greatestFiniteMagnitude }
        if case .hypergradient = pace { return 1 / HypergradientLimits.rateMost }
        return 1 / optimiser.rate
    }

    private var lossProblem: String? {
        switch (model, loss) {
        case (.linear, .squared), (.logistic, .logistic), (.softmax, .crossEntropy),
            (.svm, .hinge), (.rls, .squared), (.arow, .hinge), (.passiveAggressive, .hinge),
            (.passiveAggressive, .epsilonInsensitive), (.network, .squared),
            (.network, .crossEntropy), (.factorisation, .squared), (.factorisation, .logistic),
            (.embedding, .negativeSampling), (.pool, .crossEntropy), (.pool, .squared):
            nil
        case (.linear, .huber(let delta)), (.network, .huber(let delta)):
            delta > 0 && delta.isFinite
                ? nil : "delta of the huber loss is \(delta), but must be above 0"
        case (.linear, .quantile(let tau)), (.linear, .expectile(let tau)):
            tau >= 0.001 && tau <= 0.999
                ? nil : "tau is \(tau), but must lie between 0.001 and 0.999"
        default:
            "the model \(model.name) does not go with the loss \(loss.name); use squared, huber, "
                + "quantile or expectile with linear, squared or huber with network, logistic with "
                + "logistic, cross_entropy with softmax or network, squared or logistic with "
                + "factorisation, hinge with svm, or the loss that goes with the model"
        }
    }

    private var embeddingProblem: String? {
        guard model == .embedding else { return nil }
        guard let embedding else { return "an embedding needs a dimension and a vocabulary" }
        guard case .sgd = optimiser, pace == .constant, mode == .sequential, l1 == 0, l2 == 0,
            gradientClip == nil, isolation == nil
        else {
            return "an embedding is learned by sgd in sequential mode, without pace, l1, l2, "
                + "clipping and isolation"
        }
        return embedding.problem
    }

    private var optimiserProblem: String? {
        let rate = optimiser.rate
        guard rate > 0, rate <= 1e6 else {
            return "the rate is \(rate), but must be above 0 and at most 1e6"
        }
        switch optimiser {
        case .sgd, .invariant:
            if let problem = pace.problem(rate: rate) { return problem }
        default:
            guard pace == .constant else {
                return "the pace \(pace.name) of the rate needs the optimiser sgd, but it is "
                    + "\(optimiser.name); use sgd, or leave the rate constant"
            }
        }
        switch optimiser {
        case .sgd: return nil
        case .invariant:
            guard loss.isQuadratic, mode == .sequential else {
                return "the optimiser invariant needs the squared or expectile loss and sequential "
                    + "mode; use sgd for others"
            }
            return nil
        case .momentum(_, let momentum):
            return LearnerSettings.share("momentum", momentum)
        case .adaGrad(_, let epsilon, let keep):
            guard keep > 0, keep <= 1 else {
                return "adagrad_keep is \(keep), but must be above 0 and at most 1 (all is kept)"
            }
            return LearnerSettings.small(epsilon)
        case .rmsProp(_, let keep, let epsilon):
            return LearnerSettings.share("rmsprop_keep", keep) ?? LearnerSettings.small(epsilon)
        case .adam(_, let beta1, let beta2, let epsilon):
            return LearnerSettings.share("beta1", beta1) ?? LearnerSettings.share("beta2", beta2)
                ?? LearnerSettings.small(epsilon)
        case .adamW(_, let beta1, let beta2, let epsilon, let decay):
            guard decay >= 0, decay * rate <= 1 else {
                return "weight_decay is \(decay), but must be 0 or more, and at most 1 / rate = "
                    + "\(1 / rate); lower it or the rate"
            }
            return LearnerSettings.share("beta1", beta1) ?? LearnerSettings.share("beta2", beta2)
                ?? LearnerSettings.small(epsilon)
        case .followTheLeader(_, let beta):
            guard rate >= 1e-6 else {
                return "the rate is \(rate), but must be at least 1e-6 with ftrl"
            }
            return beta >= 0 && beta <= 1e6
                ? nil : "ftrl_beta is \(beta), but must be 0 to 1e6"
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
