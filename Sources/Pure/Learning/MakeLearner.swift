// SPDX-License-Identifier: Apache-2.0
//
// The one list of learners: from settings to a learner that knows nothing yet.

/// Makes the learner that the settings describe, with all parameters at zero.
///
/// - Precondition: `settings.problem` is nil, and `outputs` is at most 1 for a linear model.
package func makeLearner(
    _ settings: LearnerSettings,
    width: Int,
    outputs: Int
) -> any Learner {
    switch settings.model {
    case .linear, .logistic, .softmax, .svm:
        LinearModel(settings, width: width, outputs: outputs)
    case .rls: RecursiveLeastSquares(settings, width: width)
    case .arow: AdaptiveRegularisation(settings, width: width, outputs: outputs)
    case .passiveAggressive: PassiveAggressive(settings, width: width, outputs: outputs)
    }
}
