// SPDX-License-Identifier: Apache-2.0
//
// What a consolidation makes its challengers of: copies, taken when the job starts. Copying the
// models is cheap until one of them changes.

package import Learning

/// What recipes are given.
package struct Ingredients: Sendable {
    /// The model in service.
    package var champion: Contender
    /// A model that has learned nothing.
    package var fresh: Contender
    /// The mean of what the champion was lately; nil where nobody keeps one.
    package var average: (any Learner)?
    /// The rows to learn from.
    package var rows: TrainingRows
    /// Rows that no model has learned, by which passes are stopped.
    package var holdout: TrainingRows
    /// The rows since the change began, in the order of the stream; nil without a drift.
    package var warned: TrainingRows?
    /// After a drift the newest rows of the new world, in the order of the stream.
    package var arrived: TrainingRows?
    /// Champions of earlier worlds.
    package var earlier: [Contender] = []
    /// How each challenger is pruned at its end.
    package var pruning = PruningSettings()

    /// Makes a list without average and warning.
    package init(
        champion: Contender,
        fresh: Contender,
        average: (any Learner)? = nil,
        rows: TrainingRows,
        holdout: TrainingRows,
        warned: TrainingRows? = nil
    ) {
        self.champion = champion
        self.fresh = fresh
        self.average = average
        self.rows = rows
        self.holdout = holdout
        self.warned = warned
    }
}
