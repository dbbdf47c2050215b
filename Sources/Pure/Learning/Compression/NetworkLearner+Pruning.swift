// SPDX-License-Identifier: Apache-2.0
//
// A network of which some weights are 0 and stay so: of each matrix the same share, so that no
// layer can lose all that it has. Matrices are multiplied whole, so it learns no faster; see
// ``NetworkLearner/pruneUnits(share:)`` for what does.

import Networks
import Primitives

extension NetworkLearner: Prunable {
    /// Sets the smallest weights of each matrix to 0 and keeps them there.
    package mutating func prune(share: Double) {
        var pruned: [Int] = []
        for tensor in network.tensors where tensor.shape.count > 1 {
            let zeros = Magnitudes.zeros(of: tensor.count, share: share)
            pruned += Magnitudes.smallest(zeros, of: network.parameters, in: tensor.range)
        }
        mask = PruningMask(count: network.parameters.count, pruned: pruned)
        mask.apply(to: &network.parameters)
    }
}

extension NetworkLearner {
    /// Removes the smallest hidden units between dense layers, until `share` of those that the
    /// learner was made with are gone; the optimiser starts again.
    ///
    /// - Returns: Whether there was any to remove: none is removed from a network of which a tensor
    ///   is frozen.
    package mutating func pruneUnits(share: Double) -> Bool {
        guard share > 0, let whole = settings.network?.network, !network.frozen.contains(true),
            let (narrow, places) = network.narrowed(by: share, of: whole)
        else { return false }
        network = narrow
        if !anchored.isEmpty { anchored = places.map { anchored[$0] } }
        if !importance.shares.isEmpty {
            importance.shares = places.map { importance.shares[$0] }
            importance.centre = places.map { importance.centre[$0] }
        }
        mask.follow { numbers in places.map { numbers[$0] } }
        restartMoments()
        return true
    }
}

extension NetworkLearner {
    /// How many weights stay at 0, and how many parameters are left of a network that was narrowed.
    var pruningFigures: [JSONValue.Member] {
        var figures: [JSONValue.Member] = []
        if !mask.isEmpty { figures.append(.init("pruned_weights", .int(Int64(mask.pruned)))) }
        if let whole = settings.network?.network, network.settings != whole {
            figures.append(.init("parameters", .int(Int64(network.parameters.count))))
        }
        return figures
    }
}

extension Learner {
    /// Removes hidden units, if it has any; returns whether it did.
    package mutating func pruneUnitsIfAble(share: Double) -> Bool {
        guard var network = self as? NetworkLearner, network.pruneUnits(share: share),
            let own = network as? Self
        else { return false }
        self = own
        return true
    }
}
