// SPDX-License-Identifier: Apache-2.0
//
// Experts of contexts predict by tensors that they are given, each by its own; heads, by the layers
// of the shared one.

extension ContextExperts: TakesParameters {
    /// Takes the tensors of each expert.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        for place in experts.indices {
            let prefix = "experts.\(place)."
            let own = tensors.filter { $0.name.hasPrefix(prefix) }.map { tensor in
                var tensor = tensor
                tensor.name = String(tensor.name.dropFirst(prefix.count))
                return tensor
            }
            _ = experts[place].learner.takeIfAble(own)
            if place > 0, isolation.sharesLayers {
                experts[place].learner.takeLayers(of: experts[0].learner)
            }
        }
    }
}
