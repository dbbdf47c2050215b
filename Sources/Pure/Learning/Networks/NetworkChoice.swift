// SPDX-License-Identifier: Apache-2.0
//
// What a learner's settings say of its network, besides what they say of any learner.

package import Networks
package import Primitives

/// The network of a learner.
package struct NetworkChoice: Sendable, Equatable {
    /// Its layers.
    package var network: NetworkSettings
    /// What its weights are drawn from.
    package var seed: UInt64
    /// In mean-gradient mode the most rows that make one step together.
    package var stepRows: Int

    /// Makes a choice.
    package init(_ network: NetworkSettings, seed: UInt64, stepRows: Int = 64) {
        self.network = network
        self.seed = seed
        self.stepRows = stepRows
    }

    /// The most rows of a step that can be asked for.
    package static let stepRowsMax = 4096

    /// What is wrong with the choice, if anything.
    var problem: String? {
        guard (1...NetworkChoice.stepRowsMax).contains(stepRows) else {
            return "step_rows is \(stepRows), but must be 1 to \(NetworkChoice.stepRowsMax)"
        }
        return network.problem
    }
}

extension NetworkChoice: ByteCodable {
    /// Appends the choice.
    package func encode(into writer: inout ByteWriter) {
        network.encode(into: &writer)
        writer.write(seed)
        writer.write(UInt32(stepRows))
    }

    /// Reads a choice, and refuses one that no network could have.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        network = try NetworkSettings(from: &reader)
        seed = try reader.read()
        stepRows = Int(try reader.read(UInt32.self))
        if let problem { throw .invalid(problem) }
    }
}

extension NetworkRule {
    /// The same optimiser for a network; nil for one that networks do not have.
    init?(_ optimiser: OptimiserSettings) {
        switch optimiser {
        case .sgd: self = .sgd
        case .momentum(_, let momentum): self = .momentum(momentum)
        case .adaGrad(_, let epsilon, let keep): self = .adaGrad(epsilon: epsilon, keep: keep)
        case .rmsProp(_, let keep, let epsilon): self = .rmsProp(keep: keep, epsilon: epsilon)
        case .adam(_, let beta1, let beta2, let epsilon):
            self = .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: 0)
        case .adamW(_, let beta1, let beta2, let epsilon, let decay):
            self = .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay)
        case .invariant, .followTheLeader: return nil
        }
    }
}
