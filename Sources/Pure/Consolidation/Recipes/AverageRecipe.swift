// SPDX-License-Identifier: Apache-2.0
//
// The exponential moving average of the champion's parameters (Polyak and Juditsky, "Acceleration
// of stochastic approximation by averaging", 1992, with old parameters fading): descent at a
// constant rate ends in a cloud about the optimum, and the middle of the cloud is better than any
// point of it. The engine keeps the average all the time (LearnerCore+Average.swift), so there is
// nothing to train; what is measured, how columns are scaled, is the champion's of now.

import Learning

/// What the champion was lately.
enum AverageRecipe {
    static func begin(_ ingredients: Ingredients) -> RecipeRun? {
        guard let average = ingredients.average else { return nil }
        var contender = ingredients.champion
        contender.learner.approach(average, share: 1)
        contender.learner.restartMoments()
        return .ready(contender)
    }
}
