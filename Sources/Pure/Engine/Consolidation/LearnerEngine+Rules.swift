// SPDX-License-Identifier: Apache-2.0
//
// The systematic update: who asks for a consolidation, when it may start, and what the job is
// given.

import Consolidation
import Learning
import Primitives
import Versions

extension LearnerEngine {
    /// Starts a job when one is wanted and may start, and gives up one that is late.
    mutating func considerConsolidation(effects: inout Effects) {
        guard let pace, consolidates else { return }
        giveUpLateJob(effects: &effects)
        askByCounts(pace)
        guard !isHeld else { return }
        if pace.refits != .none { return considerRefit(pace, effects: &effects) }
        if plan.running != nil { return renew(at: pace.labelled, effects: &effects) }
        guard let wish = plan.wish else { return }
        guard wish.trigger == .command || now >= plan.breatherUntil else { return }
        let mustRest = wish.trigger != .command && !wish.isFollowUp
        guard !mustRest || !plan.isResting(at: now, sample: pace.labelled) else { return }
        guard pace.labelled >= wish.onset + wish.rowsMin else { return }
        plan.wish = nil
        plan.lastID += 1
        plan.lastAt = now
        train(wish, id: plan.lastID, effects: &effects)
    }

    /// Lets samples, time and plasticity ask.
    private mutating func askByCounts(_ pace: Pace) {
        let rules = settings.consolidation
        if rules.everySamples > 0,
            pace.labelled >= plan.lastAtSample + UInt64(rules.everySamples)
        {
            plan.lastAtSample = pace.labelled
            plan.want(ConsolidationWish(trigger: .samples, onset: 0))
        }
        if rules.every > .zero, now >= plan.lastAt + rules.every {
            plan.lastAt = now
            plan.want(ConsolidationWish(trigger: .interval, onset: 0))
        }
        guard let rule = rules.plasticity, pace.hasRecipes,
            pace.labelled >= plan.plasticity.lookedAtSample + UInt64(rule.everySamples),
            case .learning(let core) = phase
        else { return }
        plan.plasticity.lookedAtSample = pace.labelled
        guard let found = core.plasticity(rows: PlasticityRule.rows),
            let cause = plan.plasticity.look(found, rule: rule)
        else { return }
        plan.want(ConsolidationWish(trigger: .plasticity, onset: 0, cause: cause))
    }

    /// Takes what the wall clock shows, in seconds since 1970 UTC.
    ///
    /// The calendar asks when one of its moments has passed since, once if several have.
    ///
    /// So a time that passed while nobody was there to show the clock is made up for.
    mutating func follow(clock second: Int64) {
        let times = settings.consolidation.at
        let last = plan.clockAt
        plan.clockAt = times.isEmpty ? nil : second
        guard let last, let due = times.next(after: last), due <= second, consolidates,
            pace != nil
        else { return }
        plan.want(ConsolidationWish(trigger: .calendar, onset: 0))
    }

    /// Whether the engine wants to be shown the wall clock, which stands at `second`.
    package func wantsClock(at second: Int64) -> Bool {
        let times = settings.consolidation.at
        guard !times.isEmpty else { return false }
        // A clock that was set back is followed, too.
        guard let last = plan.clockAt, second >= last, let due = times.next(after: last) else {
            return true
        }
        return second >= due
    }

    /// Whether there is any way to make challengers of the model.
    var consolidates: Bool { pace.map { $0.hasRecipes || $0.refits != .none } ?? true }

    private mutating func giveUpLateJob(effects: inout Effects) {
        guard let running = plan.running, running.isTraining, now >= running.deadline else {
            return
        }
        effects.cancelledJobs.append(running.id)
        if pace?.refits == RefitState.none {
            plan.endTraining(at: now)
        } else {
            plan.endRefit(at: now, busy: now - plan.trainedFrom)
        }
        guard !running.isRacing else { return }
        let patience = settings.consolidation.deadline
        decide(.expired, "the job was not done within \(patience)", effects: &effects)
    }

    /// While a race after a drift is undecided, the challengers are made anew each time that the
    /// rows of the new world have doubled: the first ones had too few to be good.
    ///
    /// When the world changes again they know nothing of the newest one, and what has been bet on
    /// them says nothing of it: the race ends, and the newest drift gets one of its own.
    private mutating func renew(at labelled: UInt64, effects: inout Effects) {
        guard let running = plan.running, running.isRacing, !running.isTraining,
            running.wish.trigger == .drift, now >= plan.breatherUntil
        else { return }
        var wish = running.wish
        if let newer = plan.wish, newer.trigger == .drift {
            // The challengers were made of rows from both sides of a change that is seen only now:
            // those from after it count.
            guard labelled >= newer.onset + newer.rowsMin else { return }
            guard newer.onset < wish.onset + running.rows else {
                return endOvertakenRace(effects: &effects)
            }
            wish.onset = newer.onset
            plan.wish = nil
        } else {
            let rows = labelled - min(labelled, wish.onset)
            guard rows >= 2 * running.rows,
                rows <= UInt64(settings.consolidation.recipe.freshRowsMax)
            else { return }
        }
        train(wish, id: running.id, effects: &effects)
    }

    /// Ends a race about a world that is gone.
    private mutating func endOvertakenRace(effects: inout Effects) {
        guard case .learning(var core) = phase, let running = plan.running else { return }
        let figures = (core.race?.runners ?? []).map(ChallengerFigures.init)
        core.race = nil
        keep(core)
        plan.endOvertaken(at: now, sample: labelled, settings: settings.consolidation)
        let reason = "the world has changed again"
        tell(.expired, running, reason, figures: figures, effects: &effects)
    }

    /// Gives the worker a job.
    private mutating func train(
        _ wish: ConsolidationWish,
        id: UInt64,
        effects: inout Effects
    ) {
        guard case .learning(var core) = phase else { return }
        let rows = TrainingRows(memory: core.memory, task: core.schema.task, since: wish.onset)
        let isRacing = plan.running?.isRacing ?? false
        guard rows.count > 0 else { return }
        var recipes =
            wish.recipes.isEmpty ? settings.consolidation.recipes[wish.trigger] : wish.recipes
        if isRacing, let race = core.race {
            // Who is not on the track any more needs no successor.
            recipes.removeAll { recipe in
                !race.runners.contains { $0.challenger.recipe == recipe && !$0.isOut }
            }
        }
        if wish.trigger == .drift, !isRacing, !wish.isFollowUp {
            core.archive.worldChanged(at: wish.onset, sample: core.labelled)
            keep(core)
        }
        plan.trainedFrom = now
        plan.running = RunningConsolidation(
            id: id,
            wish: wish,
            deadline: now + settings.consolidation.deadline,
            isRacing: isRacing,
            rows: core.labelled - min(core.labelled, wish.onset)
        )
        effects.jobs.append(
            .challengers(
                ConsolidationJob(
                    id: id,
                    trigger: wish.trigger,
                    recipes: recipes,
                    ingredients: ingredients(of: core, rows, wish, recipes),
                    memoryEnd: core.labelled,
                    settings: settings.consolidation.recipe,
                    deadline: settings.consolidation.deadline,
                    seed: random.nextBits()
                )
            )
        )
        guard !isRacing else { return }
        effects.events.append(
            .consolidated(
                ConsolidationNews(
                    id: id,
                    trigger: wish.trigger,
                    cause: wish.cause,
                    reason: "\(rows.count) rows of memory",
                    recipes: recipes,
                    sample: core.labelled
                )
            )
        )
    }

    /// What challengers are made of.
    ///
    /// After a drift only holdout from after its onset speaks for the new world.
    private func ingredients(
        of core: LearnerCore,
        _ rows: TrainingRows,
        _ wish: ConsolidationWish,
        _ recipes: [Recipe]
    ) -> Ingredients {
        var ingredients = Ingredients(
            champion: core.champion,
            fresh: settings.newContender(for: core.schema),
            average: core.average?.learner,
            rows: rows,
            holdout: TrainingRows(core.memory.rows(of: .holdout, since: wish.onset))
        )
        if wish.trigger == .drift, !(plan.running?.isRacing ?? false) {
            ingredients.arrived = TrainingRows(core.rowsOfChampion(.recent, since: wish.onset))
            ingredients.earlier = core.archive.champions
        }
        ingredients.pruning = PruningSettings(settings.publish.compression)
        if wish.onset > 0, recipes.contains(.warning) {
            ingredients.warned = TrainingRows(core.rowsOfChampion(.training, since: wish.onset))
        }
        return ingredients
    }
}
