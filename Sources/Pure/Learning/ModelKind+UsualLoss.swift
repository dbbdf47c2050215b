// SPDX-License-Identifier: Apache-2.0
//
// The loss that a model has when none is set.

extension ModelKind {
    /// The loss that goes with the model; for one that learns either task, that of classes.
    package var usualLoss: LossKind {
        switch self {
        case .linear: .squared
        case .logistic: .logistic
        case .softmax, .network: .crossEntropy
        case .factorisation: .logistic
        case .embedding: .negativeSampling
        }
    }

    /// The loss that goes with the model when it learns the task.
    package func usualLoss(for task: Task) -> LossKind {
        self.task == nil && task == .regression ? .squared : usualLoss
    }
}
