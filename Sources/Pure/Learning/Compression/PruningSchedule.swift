// SPDX-License-Identifier: Apache-2.0
//
// How the share of weights that are 0 rises while a model goes on learning: fast at first, while
// there is much to spare, and ever slower (Zhu and Gupta, "To prune, or not to prune: exploring the
// efficacy of pruning for model compression", 2017):
//
//     s(t) = final + (initial - final) (1 - t / steps)³

/// A share that rises in steps.
package struct PruningSchedule: Sendable, Equatable {
    /// The share before the first step.
    package var initial: Double
    /// The share after the last.
    package var final: Double
    /// How many steps there are.
    package var steps: Int

    /// Makes a schedule from none.
    package init(initial: Double = 0, final: Double, steps: Int) {
        self.initial = initial
        self.final = final
        self.steps = steps
    }

    /// The share after step `step` of 1 to ``steps``.
    package func share(after step: Int) -> Double {
        guard step < steps else { return final }
        let left = 1 - Double(step) / Double(steps)
        return final + (initial - final) * left * left * left
    }

    /// The share after the first step that goes beyond `share`; the last one where none does.
    package func next(after share: Double) -> Double {
        for step in 1...max(1, steps) {
            let own = self.share(after: step)
            // Whole numbers of zeros are a little less than their share.
            if own > share + 0.01 { return own }
        }
        return final
    }
}
