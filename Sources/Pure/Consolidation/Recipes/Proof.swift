// SPDX-License-Identifier: Apache-2.0
//
// What the refit can show before its race. A model that was refitted on rows knows them, so its
// losses on them prove nothing. The same recipe is therefore gone through once on the older half of
// the new world's rows; what it makes then predicts each row of the newer half before it learns it.
// That is the track record of the recipe, with half of the rows that the challenger itself will
// have.

import Learning
import Primitives

/// The rehearsal of a refit.
struct Proof: Sendable {
    /// With fewer rows of the new world nothing is shown.
    static let rowsLeast = 16

    private let newer: TrainingRows
    private var run: RecipeRun

    init?(_ ingredients: Ingredients, _ settings: RecipeSettings, random: RandomSource) {
        let rows = ingredients.arrived
        guard let rows, rows.count >= Proof.rowsLeast else { return nil }
        let half = rows.count / 2
        newer = rows.rows(half..<rows.count)
        var older = ingredients
        older.rows = rows.rows(0..<half)
        // What stops the passes must be older than what is predicted.
        older.holdout = rows.rows(0..<0)
        run = Refit.begin(older, settings, random)
    }

    /// The record, once it is there.
    var record: TrackRecord? {
        if case .once(let pass) = run, pass.isDone { pass.record } else { nil }
    }

    /// Works on one slice.
    mutating func advance() {
        guard run.isDone, case .passes(let passes) = run else { return run.advance() }
        var contender = passes.contender
        contender.learner.restartMoments()
        contender.learner.rehearse(false)
        run = .once(SinglePass(contender, over: newer))
    }
}
