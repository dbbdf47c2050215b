// SPDX-License-Identifier: Apache-2.0
//
// What consolidations ask of the core while it learns: the champion's average, which must be shown
// the champion after each so many rows, and how much room to move a network has left.

import Consolidation
import Learning
import Networks

extension LearnerCore {
    /// How many rows a block may have before the average is to look at the champion.
    var rowsToMark: Int {
        guard let average, champion.learner.settings.mode == .sequential else { return .max }
        return average.rowsToMark
    }

    /// Keeps an average while a rule asks for one and the model has a use for it.
    mutating func configureAverage(_ settings: EngineSettings) {
        let learner = champion.learner
        guard settings.consolidation.recipes.contains(.average), learner.averages,
            learner.settings.model.recipes.contains(.average)
        else {
            average = nil
            return
        }
        let halfLife = settings.consolidation.recipe.averageHalfLife
        if average == nil {
            average = ChampionAverage(of: learner, halfLife: halfLife)
        } else {
            average?.configure(halfLife: halfLife)
        }
    }

    /// How much the champion can still learn, measured on the newest rows of the memory.
    func plasticity(rows: Int) -> Plasticity? {
        guard champion.learner.settings.model == .network else { return nil }
        // Some of the newest are in the holdout.
        let since = labelled - min(labelled, UInt64(2 * rows))
        var block = Block()
        block.take(memory.rows(of: .recent, since: since), outputs: champion.learner.outputs)
        guard block.rows > 0 else { return nil }
        champion.preparation.apply(&block)
        return champion.learner.plasticity(of: &block, rows: rows)
    }
}
