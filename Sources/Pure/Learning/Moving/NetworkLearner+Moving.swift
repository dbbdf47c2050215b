// SPDX-License-Identifier: Apache-2.0
//
// A network's tensors start uniformly within a limit, or all the same: at 0 most of them, at 1 the
// gains of norms. The first move towards 0 and get a noise; the others move towards what they were.

import Networks
package import Primitives

extension NetworkLearner {
    /// Yes.
    package var canShrink: Bool { true }

    /// Moves every parameter towards the start of its tensor, and disturbs it.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        guard share != 1 || noise > 0 else { return }
        for (number, tensor) in network.tensors.enumerated() where !network.frozen[number] {
            switch tensor.start {
            case .constant(let start):
                guard share != 1 else { continue }
                for place in tensor.range {
                    network.parameters[place] =
                        start + share * (network.parameters[place] - start)
                }
            case .uniform(let limit):
                let spread = noise * limit / Float(3).squareRoot()
                for place in tensor.range {
                    var moved = share * network.parameters[place]
                    if spread > 0 { moved += spread * Float(random.normal()) }
                    network.parameters[place] = moved
                }
            }
        }
    }

    /// Yes.
    package var averages: Bool { true }

    /// Moves every parameter towards those of another network of the same shape.
    package mutating func approach(_ other: any Learner, share: Float) {
        guard let other = other as? NetworkLearner, other.outputs == outputs,
            other.network.parameters.count == network.parameters.count
        else { return }
        Moving.approach(&network.parameters, other.network.parameters, share: share)
    }

    /// Each parameter once, or, where they are used for many values (convolutions, sequences), some
    /// dozens for each value.
    package var rowWork: Int { network.rowWork }

    /// Those of one step.
    package var rowsTogether: Int { settings.mode == .meanGradient ? max(1, stepRows) : 1 }
}
