// SPDX-License-Identifier: Apache-2.0
//
// The one list of learners: from settings to a learner that knows nothing yet.

/// Makes the learner that the settings describe: all parameters at zero, but for the layers of a
/// network, which are drawn from its seed, and no words in an embedding.
///
/// - Precondition: `settings.problem` is nil, and `outputs` is at most 1 for a linear model.
package func makeLearner(
    _ settings: LearnerSettings,
    width: Int,
    outputs: Int
) -> any Learner {
    if settings.isolation != nil {
        return ContextExperts(settings, width: width, outputs: outputs)
    }
    switch settings.model {
    case .svm: return LinearModel(settings, width: width, outputs: outputs)
    case .rls: return RecursiveLeastSquares(settings, width: width)
    case .arow: return AdaptiveRegularisation(settings, width: width, outputs: outputs)
    case .passiveAggressive:
        return PassiveAggressive(settings, width: width, outputs: outputs)
    case .linear, .logistic, .softmax:
        if settings.sparse == nil {
            return LinearModel(settings, width: width, outputs: outputs)
        }
        return SparseModel(settings, width: width, outputs: outputs)
    case .network:
        return NetworkLearner(settings, width: width, outputs: outputs)
    case .factorisation:
        return FactorisationMachine(settings, width: width, outputs: outputs)
    case .embedding:
        return Embedding(settings)
    case .pool:
        return PoolLearner(settings, width: width, outputs: outputs)
    }
}
