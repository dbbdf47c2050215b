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
        let old = self.settings
        let progress = rule.progress
        self.settings = settings
        rule = Rule(settings)
        // A rate that learns starts again where another rate is set.
        if rule.isSound(progress: progress),
            settings.pace != .constant ? settings.optimiser == old.optimiser : true
        {
            rule.progress = progress
        }
        pull = Anchor(l2: min(pull.l2, rule.pullMost), l1: pull.l1)
        if pull == .none { anchored = [] }
        rule.setPull(pull)
        if settings != old { alignMoments() }
    }
}
