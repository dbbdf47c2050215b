// SPDX-License-Identifier: Apache-2.0
//
// A network predicts by tensors that it is given.

import Networks

extension NetworkLearner: TakesParameters {
    /// Takes the tensors.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        for own in network.tensors {
            guard let tensor = tensors.first(where: { $0.name == own.name }) else { continue }
            network.parameters.replaceSubrange(own.range, with: tensor.numbers)
        }
    }
}
