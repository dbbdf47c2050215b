// SPDX-License-Identifier: Apache-2.0
//
// Refit: a model that has learned nothing passes over the memory. It forgets all that the memory
// does not hold, which is what a world that has changed asks for.
//
//   1. The preparation is fitted to all rows, in the order of the stream.
//   2. What belongs to contexts of which the memory has too few rows passes through unchanged.
//   3. Passes, until the loss on the exam no longer falls.
//   4. The replay buffer holds rows that it was made of, with its own scores.

import Learning
import Primitives

/// From nothing.
enum Refit {
    static func begin(
        _ ingredients: Ingredients,
        _ settings: RecipeSettings,
        _ random: RandomSource
    ) -> RecipeRun {
        var contender = ingredients.fresh
        ingredients.rows.fit(&contender.preparation)
        contender.learner.inherit(
            from: ingredients.champion.learner,
            rows: ingredients.rows.countsByContext
        )
        contender.learner.rehearse(true)
        return .passes(Passes(contender, ingredients, settings: settings, random: random))
    }

    static func end(_ contender: inout Contender, _ rows: TrainingRows, learned: [Int]) {
        var block = Block()
        rows.fill(&block, from: learned[...], outputs: contender.learner.outputs)
        contender.refillBuffer(from: block)
    }
}
