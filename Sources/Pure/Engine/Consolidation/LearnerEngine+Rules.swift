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
        let rules = settings.consolidation
        giveUpLateJob(effects: &effects)
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
    private mutating func renew(at labelled: UInt64, effects: inout Effects) {
        guard let running = plan.running, running.isRacing, !running.isTraining,
            running.wish.trigger == .drift, now >= plan.breatherUntil
        else { return }
        var wish = running.wish
        if let newer = plan.wish, newer.trigger == .drift {
            // The world has changed again under the race: only rows from after that count.
            guard labelled >= newer.onset + newer.rowsMin else { return }
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

    /// Gives the worker a job.
    private mutating func train(
        _ wish: ConsolidationWish,
        id: UInt64,
        effects: inout Effects
    ) {
        guard case .learning(let core) = phase else { return }
        let rows = TrainingRows(memory: core.memory, task: core.schema.task, since: wish.onset)
        let isRacing = plan.running?.isRacing ?? false
        guard rows.count > 0 else { return }
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
                    champion: core.champion,
                    fresh: settings.newContender(for: core.schema),
                    rows: rows,
                    memoryEnd: core.labelled,
                    settings: settings.consolidation.recipe,
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
                    reason: "\(rows.count) rows of memory",
                    sample: core.labelled
                )
            )
        )
    }
}
