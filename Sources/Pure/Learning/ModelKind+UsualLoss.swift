// SPDX-License-Identifier: Apache-2.0
//
// The loss that a model has when none is set.

extension ModelKind {
    /// The loss that goes with the model.
    package var usualLoss: LossKind {
        switch self {
        case .linear: .squared
        case .logistic: .logistic
        case .softmax: .crossEntropy
        }
    }
}
