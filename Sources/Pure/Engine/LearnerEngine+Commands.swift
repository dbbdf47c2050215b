// SPDX-License-Identifier: Apache-2.0
//
// What an operator can do to a learner. Each command is answered in words, and says what to do when
// it can't be done.

import Consolidation
import Learning
import Primitives
import Versions

extension LearnerEngine {
    /// Does what was asked and leaves the answer in `effects`.
    mutating func obey(_ command: Command, effects: inout Effects) {
        switch command {
        case .consolidate: orderConsolidation(effects: &effects)
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

    private mutating func orderConsolidation(effects: inout Effects) {
        guard case .learning(let core) = phase else {
            effects.outcome = .refused(
                "\(name) has no task yet",
                remedy: "send labelled samples first"
            )
            return
        }
        guard plan.running == nil else {
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
        guard core.memory.count(of: .training) > 0 else {
            effects.outcome = .refused("the memory is empty", remedy: "send labelled samples")
            return
        }
        // What a detector knows of the new world's beginning stays known.
        plan.wish = ConsolidationWish(trigger: .command, onset: plan.wish?.onset ?? 0)
        effects.outcome = .done("consolidation \(plan.lastID + 1) starts")
    }

    /// Makes the state of an earlier version the champion. Without `keepMemory` the memory younger
    /// than it is dropped, and schema and memory go back to what it knew.
    private mutating func rollback(
        to state: VersionState,
        keepMemory: Bool,
        hold: Bool,
        effects: inout Effects
    ) {
        guard case .learning(var core) = phase else {
            effects.outcome = .refused(
                "\(name) has no task yet, so there is nothing to roll back",
                remedy: "send labelled samples first"
            )
            return
        }
        let fits = core.schema.extends(state.schema)
        guard fits || !keepMemory else {
            effects.outcome = .refused(
                "version \(state.number) has other columns or another task than the memory",
                remedy: "roll back without --keep-memory"
            )
            return
        }
        abandonConsolidation("rolled back to version \(state.number)", effects: &effects)
        if case .learning(let current) = phase { core = current }
        var champion = state.contender
        champion.learner.restartMoments()
        if keepMemory {
            champion.grow(width: core.schema.width, outputs: core.schema.outputs)
        } else if fits {
            core.schema = state.schema
            core.memory.drop(from: state.sampleIndex)
            core.memory.shrink(width: state.schema.width)
        } else {
            let labelled = core.labelled
            core = LearnerCore(schema: state.schema, settings: settings)
            core.labelled = labelled
        }
        core.adopt(champion)
        phase = .learning(core)
        if hold { isHeld = true }
        publication.parent = state.number
        effects.events.append(.steered("rolled back to version \(state.number)"))
        give(.rollback, note: ["to": .int(Int64(state.number))], effects: &effects)
        effects.wantsCheckpoint = true
        effects.outcome = .done(
            "version \(publication.last) is version \(state.number)"
                + (isHeld ? "; learning is held until resume" : "")
        )
    }

    /// Forgets what was learned. Books and version numbers go on; the next samples vote.
    private mutating func reset(task: Task?, effects: inout Effects) {
        if let task, let model = settings.model, model.task != task {
            effects.outcome = .refused(
                "the model \(model.name) is configured, and it does not predict \(task.name)",
                remedy: "change model in the configuration, or reset without --task"
            )
            return
        }
        abandonConsolidation("the learner was reset", effects: &effects)
        settings.task = task ?? settings.task
        let position = publication.last
        publication = Publication()
        publication.last = position
        // Samples that wait for a vote have not been learned: they vote anew.
        if case .learning = phase { phase = .voting(waiting: [], since: nil) }
        verdict = nil
        isHeld = false
        plan = ConsolidationPlan(after: plan)
        effects.wantsCheckpoint = true
        effects.events.append(.steered("reset"))
        effects.outcome = .done("\(name) starts anew; the next samples vote")
    }
}
