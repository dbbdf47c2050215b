// SPDX-License-Identifier: Apache-2.0
//
// A pool whose networks and lines predict by weights in half precision. All else of a pool stays
// as it is: the tables of trees hold places and thresholds, statistics are in double precision,
// and the rows that neighbours are looked for among decide by their last bits.

import Experts

extension PoolLearner: TakesParameters {
    /// Halves for the weights of networks and lines.
    package func room(of tensor: LearnerParameters.Tensor) -> TensorRoom {
        tensor.isIndex || place(of: tensor.name) == nil ? .exact : .halves
    }

    /// Takes the weights of networks and lines.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        for tensor in tensors {
            guard let (member, name) = place(of: tensor.name) else { continue }
            pool.take(rounded: tensor.numbers, as: name, member: member)
        }
    }

    /// The expert of a tensor that may be rounded, and the tensor's name within it.
    private func place(of name: String) -> (member: Int, name: String)? {
        for (place, member) in pool.members.enumerated() where pool.isAwake(place) {
            let prefix = member.kind.name + "."
            guard name.hasPrefix(prefix) else { continue }
            let own = String(name.dropFirst(prefix.count))
            if member.expert.roundable.contains(own) { return (place, own) }
        }
        return nil
    }
}
