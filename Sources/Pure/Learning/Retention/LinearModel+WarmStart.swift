// SPDX-License-Identifier: Apache-2.0
//
// A linear model that starts with weights and biases of a file, and may leave either as it is.
// A linear model is one layer, so a fresh head would leave nothing of the file.

package import Primitives

extension LinearModel: StartsWarm {
    /// Takes weights and biases.
    package mutating func start(from start: WarmStart) throws(DecodeError) {
        guard start.head == .file else {
            throw .invalid("a linear model is one layer; with a fresh head nothing is left to take")
        }
        let wanted = parameters.tensors
        let numbers = try start.numbers(for: wanted) { _ in true }
        for (tensor, own) in zip(wanted, numbers) {
            guard let own else { continue }
            for row in 0..<rows {
                let at = row * (width + 1)
                if tensor.name == "bias" {
                    values[at + width] = own[row]
                } else {
                    for column in 0..<width { values[at + column] = own[row * width + column] }
                }
            }
        }
        frozen = FrozenPart(weights: start.freezes("weights"), bias: start.freezes("bias"))
        restartMoments()
    }

    /// Puts the frozen parameters back to what they were before a step.
    mutating func restoreFrozen(from before: [Float]) {
        let (rows, width) = (rows, width)
        for row in 0..<rows {
            let at = row * (width + 1)
            if frozen.weights {
                for column in at..<at + width { values[column] = before[column] }
            }
            if frozen.bias { values[at + width] = before[at + width] }
        }
    }
}

/// Which tensors of a linear model stay as they are.
struct FrozenPart: Sendable, Equatable {
    var weights = false
    var bias = false

    var isAny: Bool { weights || bias }
}
