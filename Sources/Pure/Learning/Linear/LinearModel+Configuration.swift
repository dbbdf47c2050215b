// SPDX-License-Identifier: Apache-2.0
//
// New rates for a model that has learned. Its kind and its optimiser stay what they are, because
// its moments are made for them.

extension LinearModel {
    /// Takes other rates and strengths for the same model and optimiser; the parameters stay.
    ///
    /// - Precondition: The settings have no problem, and name the same model and optimiser.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(settings.problem == nil, "settings are checked before they are used")
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model and optimiser for life"
        )
        let powers = rule.powers
        self.settings = settings
        rule = Rule(settings)
        rule.powers = powers
        pull = min(pull, rule.pullMost)
        rule.setPull(pull)
    }
}
