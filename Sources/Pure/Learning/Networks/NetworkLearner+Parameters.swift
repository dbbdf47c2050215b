// SPDX-License-Identifier: Apache-2.0
//
// What an artifact holds of a network: its tensors, and its architecture as JSON, from which a
// consumer builds the same network. docs/protocol.md is the specification.

import Networks
import Primitives

extension NetworkLearner {
    /// What an artifact holds.
    package var parameters: LearnerParameters {
        LearnerParameters(
            kind: settings.model.name,
            tensors: network.tensors.map {
                .init($0.name, shape: $0.shape, Array(network.numbers(of: $0)))
            },
            facts: [.init("architecture", network.architecture)]
        )
    }
}
