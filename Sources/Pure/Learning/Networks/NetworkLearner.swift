// SPDX-License-Identifier: Apache-2.0
//
// A network as a learner: classes by softmax and cross-entropy, numbers by squared or Huber loss.
//
// In sequential mode each row passes alone, when predicting too, so that its bits do not depend on
// the rows around it. In mean-gradient mode the rows of a block are predicted from the parameters
// at its start, then learned in steps of at most `stepRows` rows, each down the weighted mean of
// their gradients; that is many times faster.
//
// A network of a fixed input reads the first columns of a row and takes 0 for those that are
// missing; one that begins with a dense layer grows with the columns, as far as its limits allow.
// Not for a few hundred samples, and not where a linear model is as good: it costs a hundred times
// more.

package import Networks
import Primitives

/// A network that learns from a stream.
package struct NetworkLearner: Learner {
    /// How it learns.
    package internal(set) var settings: LearnerSettings
    /// The number of features in a row.
    package internal(set) var width: Int
    /// Layers and parameters.
    package internal(set) var network: Network

    var optimiser: NetworkOptimiser
    var anchored: [Float] = []
    var pull = Anchor.none
    /// Which parameters matter for what has been learned, and where they were.
    package var importance = Importance()
    /// Which weights stay at 0.
    package internal(set) var mask = PruningMask()
    var watch = PlasticityWatch()
    let rule: NetworkRule
    let stepRows: Int

    /// Makes a learner whose weights are drawn from the seed of its settings.
    ///
    /// - Precondition: The settings have no problem, and are for a network.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        precondition(width >= 0 && outputs >= 0, "a learner's shape has no negative side")
        guard let choice = settings.network, let rule = NetworkRule(settings.optimiser) else {
            preconditionFailure("a network needs layers, and an optimiser of networks")
        }
        self.settings = settings
        self.width = width
        self.rule = rule
        stepRows = choice.stepRows
        let outputs = settings.task == .regression ? 1 : outputs
        network = Network(
            choice.network,
            inputs: NetworkLearner.inputs(choice.network, width: width, outputs: outputs),
            outputs: outputs,
            seed: choice.seed
        )
        optimiser = NetworkOptimiser(rule, count: network.parameters.count)
    }

    /// The number of predictions for a row.
    package var outputs: Int { network.outputs }

    /// Whether every number of the state is finite.
    package var isFinite: Bool {
        network.parameters.allSatisfy(\.isFinite) && optimiser.isFinite
            && anchored.allSatisfy(\.isFinite) && importance.centre.allSatisfy(\.isFinite)
    }

    /// How many columns the network reads: all, unless it is fixed or that would be too many.
    private static func inputs(_ network: NetworkSettings, width: Int, outputs: Int) -> Int {
        if let fixed = network.inputs { return fixed }
        var inputs = width
        while inputs > 0, network.problem(inputs: inputs, outputs: outputs) != nil { inputs /= 2 }
        return inputs
    }

    /// Widens to the given shape, never shrinks.
    ///
    /// New classes start at 0; new columns get weights as the seed decides, since units whose
    /// weights are all 0 would never learn.
    package mutating func grow(width newWidth: Int, outputs newOutputs: Int) {
        let outputs = settings.task == .regression ? 1 : max(newOutputs, outputs)
        width = max(width, newWidth)
        let settings = network.settings
        let inputs = max(
            network.inputs,
            NetworkLearner.inputs(settings, width: width, outputs: outputs)
        )
        guard outputs > network.outputs || inputs > network.inputs else { return }
        precondition(
            settings.problem(inputs: inputs, outputs: outputs) == nil,
            "a network must have room for every class that is allowed"
        )
        let old = network.grow(inputs: inputs, outputs: outputs)
        optimiser.carry(from: old, to: network.tensors)
        mask.follow { Tensor.carry($0, from: old, to: network.tensors) }
        if !importance.shares.isEmpty {
            importance.shares = Tensor.carry(importance.shares, from: old, to: network.tensors)
            importance.centre = Tensor.carry(importance.centre, from: old, to: network.tensors)
        }
        guard !anchored.isEmpty else { return }
        // What is new is anchored where it starts.
        let isOld = Tensor.carry(
            [Float](repeating: 1, count: anchored.count),
            from: old,
            to: network.tensors
        )
        anchored = Tensor.carry(anchored, from: old, to: network.tensors)
        for place in anchored.indices where isOld[place] == 0 {
            anchored[place] = network.parameters[place]
        }
    }

    /// Pulls learning towards the parameters, biases included, as they are now.
    package mutating func anchor(_ anchor: Anchor) {
        pull = Anchor(l2: min(anchor.l2, pullMost), l1: anchor.l1)
        anchored = pull == .none ? [] : network.parameters
    }

    /// The strongest pull that does not overshoot.
    var pullMost: Float {
        switch rule {
        case .sgd, .momentum: 1 / settings.optimiser.rate
        default: .greatestFiniteMagnitude
        }
    }

    /// Puts the optimiser's state to its start, and keeps the parameters and the anchor.
    package mutating func restartMoments() {
        optimiser = NetworkOptimiser(rule, count: network.parameters.count)
    }

    /// Takes other rates and strengths for the same network and optimiser; the parameters stay.
    ///
    /// - Precondition: The settings have no problem, and are for the same learner.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its layers and its optimiser for life"
        )
        guard settings != self.settings else { return }
        self = NetworkLearner(of: self, settings)
    }

    private init(of other: NetworkLearner, _ settings: LearnerSettings) {
        self.settings = settings
        width = other.width
        network = other.network
        optimiser = other.optimiser
        anchored = other.anchored
        importance = other.importance
        mask = other.mask
        watch = other.watch
        rule = NetworkRule(settings.optimiser) ?? other.rule
        stepRows = settings.network?.stepRows ?? other.stepRows
        pull = Anchor(l2: min(other.pull.l2, pullMost), l1: other.pull.l1)
    }
}
