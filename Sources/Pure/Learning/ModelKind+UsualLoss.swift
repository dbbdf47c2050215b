// SPDX-License-Identifier: Apache-2.0
//
// The loss that a model has when none is set.

extension ModelKind {
    /// The loss that goes with the model, for a task that it can have.
    package func usualLoss(for task: Task) -> LossKind {
        switch self {
        case .linear: .squared
        case .logistic: .logistic
        case .softmax: .crossEntropy
        case .svm, .arow: .hinge
        case .rls: .squared
        case .passiveAggressive: task == .classes ? .hinge : .epsilonInsensitive
        case .network, .pool: task == .classes ? .crossEntropy : .squared
        case .factorisation: task == .classes ? .logistic : .squared
        case .embedding: .negativeSampling
        }
    }
}
