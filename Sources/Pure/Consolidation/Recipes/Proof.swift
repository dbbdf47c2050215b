// SPDX-License-Identifier: Apache-2.0
//
// What the refit can show before its race. A model that was refitted on rows knows them, so its
// losses on them prove nothing. The recipe is therefore rehearsed: gone through without some of the
// new world's rows, and what it makes predicts each of these before it learns it.
//
// - Few rows are left out fold by fold, each once: so the record has all of them, and the rehearsed
//   models have nearly as many as the challenger itself.
// - Of many rows the newer half is predicted by what is made of the older one. That costs less, and
//   there are enough of them.

import Learning
import Primitives

/// The rehearsal of a refit.
struct Proof: Sendable {
    /// With fewer rows of the new world nothing is shown.
    static let rowsLeast = 8
    /// More rows are not left out fold by fold.
    static let foldedRowsMost = 32
    private static let folds = 4

    private let ingredients: Ingredients
    private let rows: TrainingRows
    private let settings: RecipeSettings
    private let random: RandomSource
    /// The rows that are yet to be left out.
    private var waiting: [Range<Int>]
    /// Those that are left out now.
    private var left: Range<Int>
    private var run: RecipeRun
    private var shown = TrackRecord()

    init?(_ ingredients: Ingredients, _ settings: RecipeSettings, random: RandomSource) {
        guard let rows = ingredients.arrived, rows.count >= Proof.rowsLeast else { return nil }
        self.ingredients = ingredients
        self.rows = rows
        self.settings = settings
        self.random = random
        waiting = Proof.parts(of: rows.count)
        left = waiting.removeFirst()
        run = Proof.refit(ingredients, rows.rows(without: left), settings, random)
    }

    /// Which rows are left out, one part after the other.
    static func parts(of count: Int) -> [Range<Int>] {
        guard count <= foldedRowsMost else { return [count / 2..<count] }
        return (0..<folds).map { count * $0 / folds..<count * ($0 + 1) / folds }
    }

    /// The record, once it is there.
    var record: TrackRecord? {
        guard waiting.isEmpty, case .once(let pass) = run, pass.isDone else { return nil }
        var record = shown
        record.append(pass.record)
        return record
    }

    /// Works on one slice.
    mutating func advance() {
        guard run.isDone else { return run.advance() }
        switch run {
        case .passes(let passes):
            var contender = passes.contender
            contender.learner.restartMoments()
            contender.learner.rehearse(false)
            run = .once(SinglePass(contender, over: rows.rows(left)))
        case .once(let pass) where !waiting.isEmpty:
            shown.append(pass.record)
            left = waiting.removeFirst()
            run = Proof.refit(ingredients, rows.rows(without: left), settings, random)
        case .once, .recall, .ready: break
        }
    }

    private static func refit(
        _ ingredients: Ingredients,
        _ rows: TrainingRows,
        _ settings: RecipeSettings,
        _ random: RandomSource
    ) -> RecipeRun {
        var ingredients = ingredients
        ingredients.rows = rows
        // Rows of the holdout may be newer than what is predicted, so they do not stop the passes.
        ingredients.holdout = rows.rows(0..<0)
        return Refit.begin(ingredients, settings, random)
    }
}
