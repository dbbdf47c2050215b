// SPDX-License-Identifier: Apache-2.0
//
// One recipe at work, as a closed type: passes over the memory, a single pass in the order of the
// stream, or a model that is ready and only has to catch up with what came since. What a recipe
// does before and after stands in its own file (Refit.swift, Continuation.swift, ...).

import Learning
import Primitives

/// The work on one challenger.
enum RecipeRun: Sendable {
    /// Passes over the memory.
    case passes(Passes)
    /// One pass over rows in the order of the stream.
    case once(SinglePass)
    /// Earlier champions, each once over what came since the drift.
    case recall(Recall)
    /// Nothing is left to do.
    case ready(Contender)

    /// The most rows of one slice.
    static let sliceRowsMost = 256
    /// About how many multiplications a slice may take, so that a job can be stopped soon.
    static let sliceWork = 1 << 24

    /// Begins a recipe; nil where there is nothing to make a challenger of.
    init?(
        _ recipe: Recipe,
        _ ingredients: Ingredients,
        _ settings: RecipeSettings,
        random: RandomSource
    ) {
        switch recipe {
        case .refit: self = Refit.begin(ingredients, settings, random)
        case .continuation: self = Continuation.begin(ingredients, settings, random)
        case .shrinkPerturb: self = ShrinkPerturb.begin(ingredients, settings, random)
        case .average:
            guard let run = AverageRecipe.begin(ingredients) else { return nil }
            self = run
        case .recalled:
            guard let recall = Recall(ingredients) else { return nil }
            self = .recall(recall)
        case .warning:
            guard let run = WarningWindow.begin(ingredients) else { return nil }
            self = run
        }
    }

    /// Whether no slice is left.
    var isDone: Bool {
        switch self {
        case .passes(let passes): passes.isDone
        case .once(let pass): pass.isDone
        case .recall(let recall): recall.isDone
        case .ready: true
        }
    }

    /// Works on one slice.
    mutating func advance() {
        switch consume self {
        case .passes(var passes):
            passes.advance()
            self = .passes(passes)
        case .once(var pass):
            pass.advance()
            self = .once(pass)
        case .recall(var recall):
            recall.advance()
            self = .recall(recall)
        case .ready(let contender): self = .ready(contender)
        }
    }

    /// Ends with the best there is.
    ///
    /// - Returns: Whether that is anything.
    mutating func hurry() -> Bool {
        switch consume self {
        case .passes(var passes):
            let isAny = passes.hurry()
            self = .passes(passes)
            return isAny
        case .once(var pass):
            let isAny = pass.hurry()
            self = .once(pass)
            return isAny
        case .recall(var recall):
            let isAny = recall.hurry()
            self = .recall(recall)
            return isAny
        case .ready(let contender):
            self = .ready(contender)
            return true
        }
    }

    /// How many rows of a learner make one slice.
    ///
    /// Never less than what it learns in one step, or the slices would decide the steps.
    static func sliceRows(of learner: any Learner) -> Int {
        let together = min(learner.rowsTogether, sliceRowsMost)
        let rows = min(sliceWork / max(1, learner.rowWork), sliceRowsMost)
        return max(together, rows / together * together, 1)
    }
}
