// SPDX-License-Identifier: Apache-2.0
//
// Networks that share all layers but the last: each is whole, and takes the others' layers over
// before it goes on. What is drawn (masks) stays each network's own, so that it does not depend on
// how rows come in blocks.

import Networks

extension NetworkLearner {
    /// Takes all layers but the last, and their moments, from another network of the same shape.
    package mutating func takeLayers(of other: any Learner) {
        guard let other = other as? NetworkLearner, other.outputs == outputs,
            other.network.parameters.count == network.parameters.count
        else { return }
        network.takeLayers(of: other.network)
        optimiser.takeFirst(network.outputLayerAt, of: other.optimiser)
    }

    /// Predicts and learns as ever, but leaves all layers but the last as they are.
    package mutating func learnLastLayer(_ block: inout Block) {
        let frozen = network.frozen
        for tensor in network.frozen.indices.dropLast(2) { network.frozen[tensor] = true }
        testThenTrain(&block)
        network.frozen = frozen
    }
}
