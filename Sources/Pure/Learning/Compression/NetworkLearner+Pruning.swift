// SPDX-License-Identifier: Apache-2.0
//
// A network of which some weights are 0 and stay so: of each matrix the same share, so that no layer
// can lose all that it has. Matrices are multiplied whole, so it learns no faster; see
// ``NetworkLearner/pruneUnits(share:)`` for what does.

import Networks

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
