// SPDX-License-Identifier: Apache-2.0
//
// The parameters of a model in few bytes. Which tensors may have them, the learner says; they are
// stored as the settings ask where that takes fewer bytes, and all others stay as they are.

package import Learning
import Primitives

/// The tensors of a model that are stored in fewer bytes.
package struct CompressedParameters: Sendable, Equatable {
    /// These tensors.
    package let tensors: [StoredTensor]
    /// What all learned numbers take as they are.
    package let bytesBefore: Int
    /// What they take now.
    package let bytesAfter: Int

    /// Stores what a learner publishes in fewer bytes.
    package init(of learner: any Learner, _ settings: CompressionSettings) {
        let all = learner.parameters.tensors
        let names = Set(all.map(\.name))
        var stored: [StoredTensor] = []
        var (before, after) = (0, 0)
        for tensor in all where !tensor.isIndex {
            let plain = 4 * tensor.numbers.count
            before += plain
            guard !CompressedParameters.isTaken(tensor.name, among: names),
                let own = CompressedParameters.store(
                    tensor,
                    room: learner.roomIfAble(of: tensor),
                    settings
                ), own.bytes < plain
            else {
                after += plain
                continue
            }
            after += own.bytes
            stored.append(own)
        }
        tensors = stored
        bytesBefore = before
        bytesAfter = after
    }

    private static func store(
        _ tensor: LearnerParameters.Tensor,
        room: TensorRoom,
        _ settings: CompressionSettings
    ) -> StoredTensor? {
        switch room {
        case .exact: return nil
        case .halves:
            guard settings.weights != .float32 else { return nil }
            return StoredTensor(tensor, weights: tensor.numbers, as: .float16)
        case .weights:
            let rows = tensor.shape.first ?? 1
            let weights = Sparsification.apply(settings, to: tensor.numbers, rows: rows)
            return StoredTensor(tensor, weights: weights, as: settings.weights)
        }
    }

    /// Whether the name of one of the tensor's parts is that of another tensor.
    private static func isTaken(_ name: String, among names: Set<String>) -> Bool {
        StoredTensor.Part.allCases.contains { names.contains($0.name(of: name)) }
    }

    /// The share of the weights of these tensors that are not stored, because they are 0.
    package var sparsity: Double {
        let count = tensors.reduce(0) { $0 + $1.count }
        let kept = tensors.reduce(0) { $0 + $1.kept }
        return count == 0 ? 0 : 1 - Double(kept) / Double(count)
    }

    /// The tensors as consumers read them.
    package var expanded: [LearnerParameters.Tensor] {
        tensors.map { .init($0.name, shape: $0.shape, $0.weights) }
    }

    /// What the metadata of the artifact say.
    var entry: JSONValue { .object(tensors.map { .init($0.name, $0.entry) }) }
}
