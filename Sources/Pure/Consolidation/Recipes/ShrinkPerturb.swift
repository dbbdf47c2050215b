// SPDX-License-Identifier: Apache-2.0
//
// Shrink and perturb (Ash and Adams, "On warm-starting neural network training", 2020): every
// parameter of the champion moves towards where its tensor starts, and gets a little of the noise
// that it started with; then it passes over the memory.
//
//     w = start + shrink (w - start) + perturb * spread * N(0, 1)
//
// `start` and `spread` are those of the tensor before anything was learned: a linear model starts
// at 0 with no spread, so it is made smaller and nothing else. shrink 1 with perturb 0 leaves the
// champion as it is. It keeps what was learned, and gives back what training takes away: room to
// move, which is what a network loses after a long life (ConsolidationTrigger.plasticity).

import Learning
import Primitives

/// From the champion, made smaller and disturbed.
enum ShrinkPerturb {
    static func begin(
        _ ingredients: Ingredients,
        _ settings: RecipeSettings,
        _ random: RandomSource
    ) -> RecipeRun {
        var random = random
        var contender = ingredients.champion
        // What it held on to is where it was, and the point is to leave that.
        contender.learner.anchor(.none)
        contender.learner.setImportance(Importance())
        contender.learner.shrink(
            to: settings.shrink,
            noise: settings.perturb,
            random: &random
        )
        contender.learner.restartMoments()
        contender.learner.rehearse(true)
        return .passes(Passes(contender, ingredients, settings: settings, random: random))
    }

    static func end(_ contender: inout Contender, _ champion: Contender) {
        contender.learner.setImportance(champion.learner.rememberedImportance)
    }
}
