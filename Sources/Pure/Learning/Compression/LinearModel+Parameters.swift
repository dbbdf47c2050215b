// SPDX-License-Identifier: Apache-2.0
//
// A linear model predicts by weights and biases that it is given.

extension LinearModel: TakesParameters {
    /// Takes weights and biases.
    package mutating func take(_ tensors: [LearnerParameters.Tensor]) {
        for tensor in tensors {
            for row in 0..<rows {
                let at = row * (width + 1)
                if tensor.name == "bias" {
                    values[at + width] = tensor.numbers[row]
                } else {
                    values.replaceSubrange(
                        at..<at + width,
                        with: tensor.numbers[row * width..<(row + 1) * width]
                    )
                }
            }
        }
    }
}
