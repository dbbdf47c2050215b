// SPDX-License-Identifier: Apache-2.0
//
// A consolidation: a pure value that makes challengers from the champion and the memory, in slices,
// so that a worker can turn its crank and stop at any slice. Same ingredients and seed give the
// same challengers, and a challenger is the same whichever others are made beside it.
//
// 1. Choose the rows: reservoir and recent window, each sample once; when a drift asked, only those
//    from after its onset, because the older ones teach the old world.
// 2. Weigh them so that the classes have the frequencies of the stream again: the reservoir is
//    balanced, and a model refitted on balanced rows ships the wrong prior.
// 3. One recipe after the other; what is ready at once comes first.
// 4. Where versions are to be pruned, each challenger learns to do with fewer weights
//    (PruningStage.swift).
// 5. When time runs out (`hurry`), the recipe at work ends with the best it has, and those that
//    have not begun make nothing.

import Learning
import Primitives

/// A consolidation's work, as a value that advances in slices.
package struct ConsolidationJob: Sendable {
    /// The job's number within its learner.
    package let id: UInt64
    /// What asked for it.
    package let trigger: ConsolidationTrigger
    /// The number of the first sample after the memory was copied.
    package let memoryEnd: UInt64
    /// The longest that it may take; at four fifths of it, it is to hurry.
    package let deadline: Duration
    /// The challengers that are done.
    package private(set) var challengers: [Challenger] = []

    private let ingredients: Ingredients
    private let settings: RecipeSettings
    private let seed: UInt64
    private var waiting: [Recipe]
    private var current: (recipe: Recipe, run: RecipeRun)?
    private var pruning: (challenger: Challenger, stage: PruningStage)?
    private var isHurried = false
    private var proof: Proof?
    private var record = TrackRecord()

    /// Makes the job; nothing is trained yet.
    ///
    /// - Parameters:
    ///   - id: The job's number.
    ///   - trigger: What asked for it.
    ///   - recipes: How challengers are made; those that do not apply to the model make none.
    ///   - ingredients: What they are made of.
    ///   - memoryEnd: The number of the first sample that the ingredients do not know.
    ///   - settings: The recipes' settings.
    ///   - deadline: The longest that it may take.
    ///   - seed: What decides all that is drawn.
    package init(
        id: UInt64,
        trigger: ConsolidationTrigger,
        recipes: [Recipe],
        ingredients: Ingredients,
        memoryEnd: UInt64,
        settings: RecipeSettings,
        deadline: Duration = .seconds(30),
        seed: UInt64
    ) {
        self.id = id
        self.trigger = trigger
        self.memoryEnd = memoryEnd
        self.deadline = deadline
        self.ingredients = ingredients
        self.settings = settings
        self.seed = seed
        let able = ingredients.champion.learner.settings.model.recipes
        let wanted = recipes.filter(able.contains)
        waiting = wanted.filter(\.isInstant) + wanted.filter { !$0.isInstant }
    }

    /// How many rows the challengers learn from.
    package var rowCount: Int { ingredients.rows.count }

    /// Whether all challengers are done.
    package var isDone: Bool { waiting.isEmpty && current == nil && pruning == nil }

    /// Works on one slice; beginning a recipe is one, and so is ending it.
    package mutating func advance() {
        if proof != nil { return prove() }
        if case (let challenger, var stage)? = pruning.take() {
            stage.advance()
            return prune(challenger, stage)
        }
        guard case (let recipe, var run)? = current.take() else { return begin() }
        if run.isDone {
            finish(recipe, run)
        } else {
            run.advance()
            current = (recipe, run)
        }
    }

    /// Lets the job end soon, with the best that it has.
    package mutating func hurry() {
        guard !isHurried else { return }
        isHurried = true
        waiting.removeAll { !$0.isInstant }
        proof = nil
        if case (let challenger, var stage)? = pruning.take() {
            stage.giveUp()
            prune(challenger, stage)
        }
        guard case (let recipe, var run)? = current.take(), run.hurry() else { return }
        current = (recipe, run)
    }

    private mutating func begin() {
        guard !waiting.isEmpty else { return }
        let recipe = waiting.removeFirst()
        record = TrackRecord()
        // Each recipe has draws of its own, so that it does not matter which others there are.
        let random = RandomSource(seed: seed &+ UInt64(recipe.rawValue) &* 0x9E37_79B9_7F4A_7C15)
        guard let run = RecipeRun(recipe, ingredients, settings, random: random) else { return }
        current = (recipe, run)
        guard recipe == .refit else { return }
        proof = Proof(ingredients, settings, random: random)
    }

    /// Works on what the next challenger can show.
    private mutating func prove() {
        proof?.advance()
        guard let record = proof?.record else { return }
        self.record = record
        proof = nil
    }

    /// Takes away what held the challenger, and sees to its buffer.
    private mutating func finish(_ recipe: Recipe, _ run: consuming RecipeRun) {
        var contender: Contender
        var place: Int?
        switch consume run {
        case .ready(let made): contender = made
        case .once(let pass):
            contender = pass.contender
            record = pass.record
        case .recall(let recall):
            guard let winner = recall.winner else { return }
            contender = winner.pass.contender
            record = winner.pass.record
            place = winner.place
        case .passes(let passes):
            contender = passes.contender
            switch recipe {
            case .refit: Refit.end(&contender, ingredients.rows, learned: passes.learned)
            case .continuation: passes.teacher?.end(&contender)
            case .shrinkPerturb: ShrinkPerturb.end(&contender, ingredients.champion)
            case .average, .warning, .recalled: break
            }
            // Moments belong to the passes; how certain parameters are belongs to what was learned.
            if contender.learner.settings.model.followsGradients {
                contender.learner.restartMoments()
            }
            contender.learner.rehearse(false)
        }
        var stage = PruningStage(
            contender,
            rows: ingredients.rows,
            holdout: ingredients.holdout,
            settings: ingredients.pruning,
            seed: seed &+ UInt64(recipe.rawValue)
        )
        if isHurried { stage.giveUp() }
        prune(
            Challenger(recipe: recipe, contender: contender, record: record, world: place),
            stage
        )
    }

    /// Goes on with the pruning of a challenger, or ends it.
    private mutating func prune(_ challenger: Challenger, _ stage: PruningStage) {
        guard stage.isDone else {
            pruning = (challenger, stage)
            return
        }
        var done = challenger
        done.contender = stage.contender
        challengers.append(done)
    }
}
