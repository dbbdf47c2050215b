// SPDX-License-Identifier: Apache-2.0
//
// What an operator can do to a learner. Each command is answered in words, and says what to do when
// it can't be done.

import Consolidation
import Experts
import Learning
import Primitives
import Samples
import Versions

extension LearnerEngine {
    /// Does what was asked and leaves the answer in `effects`.
    mutating func obey(_ command: Command, effects: inout Effects) {
        switch command {
        case .consolidate(let recipes): orderConsolidation(by: recipes, effects: &effects)
        case .rollback(let state, let keepMemory, let hold):
            rollback(to: state, keepMemory: keepMemory, hold: hold, effects: &effects)
        case .pause:
            isHeld = true
            effects.outcome = .done("learning is paused; samples are only tested")
            effects.events.append(.steered("paused"))
        case .resume:
            isHeld = false
            effects.outcome = .done("learning goes on")
            effects.events.append(.steered("resumed"))
        case .reset(let task):
            reset(task: task, effects: &effects)
        }
    }

    private mutating func orderConsolidation(
        by recipes: [Recipe],
        effects: inout Effects
    ) {
        guard case .learning(let core) = phase else {
            effects.outcome = .refused(
                "\(name) has no task yet",
                remedy: "send labelled samples first"
            )
            return
        }
        guard consolidates else {
            effects.outcome = .refused(
                "nothing can be made of the model \(core.champion.learner.settings.model.name) "
                    + "from memory: no recipe of consolidation applies to it",
                remedy: "learnctl reset begins afresh; learnctl rollback goes back"
            )
            return
        }
        // What a pool does by itself has no verdict to wait for; an order comes after it.
        guard plan.running == nil || plan.running?.wish.trigger == .schedule else {
            effects.outcome = .refused(
                "a consolidation is under way",
                remedy: "wait for its verdict: learnctl consolidations"
            )
            return
        }
        guard !isHeld else {
            effects.outcome = .refused("learning is paused", remedy: "learnctl resume")
            return
        }
        let isPool = core.champion.learner.refitState != .none
        guard isPool || core.memory.count(of: .training) > 0 else {
            effects.outcome = .refused("the memory is empty", remedy: "send labelled samples")
            return
        }
        guard !isPool || core.labelled >= Pool.refitRowsLeast else {
            effects.outcome = .refused(
                "a pool makes nothing anew of fewer than \(Pool.refitRowsLeast) labelled samples",
                remedy: "send labelled samples"
            )
            return
        }
        if let outcome = objection(to: recipes, core) {
            effects.outcome = outcome
            return
        }
        // What a detector knows of the new world's beginning stays known.
        plan.wish = ConsolidationWish(
            trigger: .command,
            onset: plan.wish?.onset ?? 0,
            recipes: recipes
        )
        effects.outcome = .done("consolidation \(plan.lastID + 1) starts")
    }

    /// Why no challenger can be made by the recipes that were asked for, if one cannot.
    private func objection(to recipes: [Recipe], _ core: LearnerCore) -> CommandOutcome? {
        let learner = core.champion.learner
        guard learner.refitState == .none else {
            guard !recipes.isEmpty else { return nil }
            return .refused(
                "a pool makes its experts anew in its own way, and has no recipes",
                remedy: "leave out the recipe"
            )
        }
        let able = learner.settings.model.recipes
        for recipe in recipes {
            if !able.contains(recipe) || (recipe == .average && !learner.averages) {
                let names = able.map(\.name).joined(separator: ", ")
                return .refused(
                    "the recipe \(recipe.name) does not apply to the model "
                        + learner.settings.modelName,
                    remedy: "choose another of \(names)"
                )
            }
            if recipe == .average, core.average == nil {
                return .refused(
                    "nobody keeps an average of this model",
                    remedy: "name ema in consolidate.recipes_on_command, and reload"
                )
            }
            if recipe == .warning, plan.wish?.onset ?? 0 == 0 {
                return .refused(
                    "no drift is waiting, so no window has begun",
                    remedy: "choose another recipe"
                )
            }
        }
        return nil
    }

    /// Makes the state of an earlier version the champion.
    ///
    /// Without `keepMemory` the memory younger than it is dropped, and schema and memory go back to
    /// what it knew. A learner that has lost its state and is voting gets it back, and learns what
    /// waited for the vote.
    private mutating func rollback(
        to state: VersionState,
        keepMemory: Bool,
        hold: Bool,
        effects: inout Effects
    ) {
        if let objection = objection(to: state, keepMemory: keepMemory) {
            effects.outcome = objection
            return
        }
        abandonConsolidation("rolled back to version \(state.number)", effects: &effects)
        var champion = state.contender
        champion.learner.restartMoments()
        champion.learner.configure(settings.learnerSettings(for: state.schema.task))
        champion.configure(settings.retention, seed: settings.retentionSeed)
        var core = LearnerCore(schema: state.schema, settings: settings)
        var waiting: [VoteQueue.Item] = []
        switch phase {
        case .voting(let queue):
            waiting = queue.items
            core.labelled = state.sampleIndex
            core.recollection = state.recollection
            verdict = Verdict(rollingBackTo: state)
            plan.lastAt = now
        case .learning(var current) where keepMemory:
            champion.grow(width: current.schema.width, outputs: current.schema.outputs)
            swap(&core, &current)
        case .learning(var current)
        where current.schema.extends(state.schema) && current.contexts.extends(state.contexts):
            current.schema = state.schema
            current.memory.drop(from: state.sampleIndex)
            current.memory.shrink(width: state.schema.width)
            current.examiner.drop(from: state.sampleIndex, width: state.schema.width)
            current.recollection.shrink(
                width: state.schema.width,
                classes: state.schema.classes.count
            )
            room.shrink(width: state.schema.width)
            current.anomaly?.grow(width: state.schema.width)
            swap(&core, &current)
        case .learning(let current):
            core.labelled = current.labelled
            emptyRoom("the learner was rolled back to other columns", effects: &effects)
        }
        if !core.contexts.extends(state.contexts) {
            core.contexts = ContextTable(limit: settings.contextsMax, names: state.contexts)
        }
        core.adopt(champion)
        core.archive.forgetCopies(sample: core.labelled)
        keep(core)
        plan.plasticity.rankMost = 0
        if hold { isHeld = true }
        publication.parent = state.number
        effects.events.append(.steered("rolled back to version \(state.number)"))
        give(.rollback, note: ["to": .int(Int64(state.number))], effects: &effects)
        effects.outcome = .done(
            "version \(publication.last) is version \(state.number)"
                + (isHeld ? "; learning is held until resume" : "")
        )
        for item in waiting { learn(item, effects: &effects) }
    }

    /// Why the state cannot become the champion, if it cannot.
    private func objection(to state: VersionState, keepMemory: Bool) -> CommandOutcome? {
        let task = state.schema.task
        let wanted = settings.learnerSettings(for: task)
        let made = state.contender.learner.settings
        if let fixed = settings.task ?? settings.model?.task, fixed != task {
            return .refused(
                "version \(state.number) predicts \(task.name), and the task is \(fixed.name)",
                remedy: "choose another version, or reset the learner with that task first"
            )
        }
        if !made.isForSameLearner(as: wanted) {
            return .refused(
                "version \(state.number) was made with \(made.makings); configured are "
                    + wanted.makings,
                remedy: "choose another version, or configure these"
            )
        }
        guard keepMemory, case .learning(let core) = phase,
            !(core.schema.extends(state.schema) && core.contexts.extends(state.contexts))
        else { return nil }
        return .refused(
            "version \(state.number) has other columns, contexts or another task than the "
                + "memory",
            remedy: "roll back without --keep-memory"
        )
    }

    /// Forgets what was learned.
    ///
    /// Books and version numbers go on; the next samples vote.
    private mutating func reset(task: Task?, effects: inout Effects) {
        if let task, let model = settings.model, !model.predicts(task) {
            effects.outcome = .refused(
                "the model \(model.name) is configured, and it does not predict \(task.name)",
                remedy: "change model in the configuration, or reset without --task"
            )
            return
        }
        if let task, let fixed = settings.task, fixed != task {
            effects.outcome = .refused(
                "the task \(fixed.name) is configured",
                remedy: "reset without --task, then start with another task in the configuration"
            )
            return
        }
        abandonConsolidation("the learner was reset", effects: &effects)
        taskOrder = task
        let position = publication.last
        publication = Publication()
        publication.last = position
        // Samples that wait for a vote have not been learned: they vote anew.
        if case .learning = phase {
            phase = .voting(VoteQueue())
            pace = nil
            emptyRoom("the learner was reset", effects: &effects)
        }
        verdict = nil
        isHeld = false
        plan = ConsolidationPlan(after: plan)
        effects.wantsCheckpoint = true
        effects.events.append(.steered("reset"))
        effects.outcome = .done("\(name) starts anew; the next samples vote")
    }
}

extension LearnerSettings {
    /// What a learner keeps for life, in words.
    fileprivate var makings: String {
        "\(model.name) and \(optimiser.name)" + (isolation == nil ? "" : ", an expert a context")
    }
}

extension Verdict {
    /// What a learner is that had no state and was given a version's.
    init(rollingBackTo state: VersionState) {
        self.init(
            task: state.schema.task,
            shape: state.schema.shape,
            width: state.schema.sampleWidth,
            reason: "rolled back to version \(state.number)"
        )
    }
}
