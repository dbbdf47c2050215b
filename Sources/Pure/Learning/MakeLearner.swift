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
    if settings.isolation != nil {
        return ContextExperts(settings, width: width, outputs: outputs)
    }
    switch settings.model {
    case .linear, .logistic, .softmax:
        return LinearModel(settings, width: width, outputs: outputs)
    }
}
