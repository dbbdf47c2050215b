// SPDX-License-Identifier: Apache-2.0
//
// The systematic update: who asks for a consolidation, what the job is given, and how the gate
// decides. The champion's weights are not touched unless a challenger is adopted.

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

    /// The gate's first stage; who passes, races.
    mutating func judge(
        id: UInt64,
        memoryEnd: UInt64,
        challengers: [Challenger],
        effects: inout Effects
    ) {
        guard let running = plan.running, running.id == id, running.isTraining,
            case .learning(var core) = phase
        else { return }
        plan.endTraining(at: now)
        let rules = settings.consolidation.recipe
        // After a drift only the holdout from after its onset speaks for the world as it is; where
        // no detector saw the champion fail, all of the holdout is still valid.
        let holdout = core.memory.rows(of: .holdout, since: running.wish.onset)
        var entries: [(Challenger, HoldoutFinding)] = []
        var refused: [ChallengerFigures] = []
        for challenger in challengers {
            let challenger = core.caughtUp(challenger, from: memoryEnd)
            let finding = Gate.compare(
                champion: core.champion,
                challenger: challenger.contender,
                on: holdout,
                task: core.schema.task,
                tolerance: rules.tolerance
            )
            if finding.objection == nil {
                entries.append((challenger, finding))
            } else {
                refused.append(ChallengerFigures(challenger.recipe, finding))
            }
        }
        if running.isRacing {
            core.race?.renew(entries)
            keep(core)
            return
        }
        guard !entries.isEmpty else {
            let reason = refused.first?.finding.objection ?? "the job made no challenger"
            return decide(
                .rejected,
                "no challenger passed the holdout: \(reason)",
                figures: refused,
                effects: &effects
            )
        }
        core.race = Race(entries, settings: rules, isFollowUp: running.wish.isFollowUp)
        keep(core)
        plan.running?.isRacing = true
    }

    /// Acts on what a race has come to.
    mutating func conclude(_ verdict: RaceVerdict, effects: inout Effects) {
        guard verdict != .undecided, case .learning(var core) = phase, let race = core.race,
            let running = plan.running
        else { return }
        let figures = race.runners.map(ChallengerFigures.init)
        switch verdict {
        case .undecided:
            return
        case .won(let place):
            let winner = race.runners[place].challenger
            let losers = core.losers(to: winner.contender)
            effects.events += losers.map { .contextChanged($0) }
            core.adopt(winner.contender)
            keep(core)
            conclude(adopted: true, sample: core.labelled, effects: &effects)
            followUp(running)
            let news = ConsolidationNews(
                id: running.id,
                trigger: running.wish.trigger,
                verdict: .adopted,
                winner: winner.recipe,
                reason:
                    "better than the champion on \(race.runners[place].test.count) live samples",
                version: publication.last + 1,
                challengers: figures,
                sample: core.labelled
            )
            effects.events.append(.consolidated(news))
            give(.consolidated, note: .object(news.fields), effects: &effects)
        case .lost:
            core.race = nil
            keep(core)
            decide(
                .rejected,
                "worse than the champion on live samples",
                figures: figures,
                effects: &effects
            )
        case .expired:
            core.race = nil
            keep(core)
            decide(
                .expired,
                "no better than the champion within \(race.samples) live samples",
                figures: figures,
                effects: &effects
            )
        }
    }

    mutating func conclude(adopted: Bool, sample: UInt64, effects: inout Effects) {
        if let running = plan.running, running.isTraining {
            effects.cancelledJobs.append(running.id)
        }
        plan.conclude(
            adopted: adopted,
            at: now,
            sample: sample,
            settings: settings.consolidation
        )
    }

    /// What was adopted after a drift was made from few rows: it gets a rival when they have
    /// doubled.
    ///
    /// A drift that was seen during the race was this one.
    private mutating func followUp(_ adopted: RunningConsolidation) {
        guard adopted.wish.trigger == .drift else { return }
        if let wish = plan.wish, wish.trigger == .drift, wish.onset > labelled { return }
        plan.wish = nil
        let rows = 2 * adopted.rows
        guard rows <= UInt64(settings.consolidation.recipe.freshRowsMax) else { return }
        plan.wish = ConsolidationWish(
            trigger: .drift,
            onset: adopted.wish.onset,
            rowsMin: rows,
            isFollowUp: true
        )
    }

    /// Records that the champion stays.
    mutating func decide(
        _ verdict: ConsolidationVerdict,
        _ reason: String,
        figures: [ChallengerFigures] = [],
        effects: inout Effects
    ) {
        guard let running = plan.running else { return }
        if running.wish.trigger == .schedule {
            // A pool's routine says nothing of the next drift: nobody has to rest longer for it.
            plan.running = nil
        } else {
            conclude(adopted: false, sample: labelled, effects: &effects)
        }
        tell(verdict, running, reason, figures: figures, effects: &effects)
    }

    /// Gives up whatever consolidation is under way, without a longer rest: nobody lost.
    mutating func abandonConsolidation(_ reason: String, effects: inout Effects) {
        plan.wish = nil
        guard let running = plan.running else { return }
        if running.isTraining { effects.cancelledJobs.append(running.id) }
        if case .learning(var core) = phase, core.race != nil {
            core.race = nil
            keep(core)
        }
        plan.running = nil
        guard running.wish.trigger != .schedule else { return }
        tell(.expired, running, reason, effects: &effects)
    }

    /// Reports a consolidation that ended without an adoption.
    func tell(
        _ verdict: ConsolidationVerdict,
        _ running: RunningConsolidation,
        _ reason: String,
        figures: [ChallengerFigures] = [],
        effects: inout Effects
    ) {
        effects.events.append(
            .consolidated(
                ConsolidationNews(
                    id: running.id,
                    trigger: running.wish.trigger,
                    verdict: verdict,
                    reason: reason,
                    challengers: figures,
                    sample: labelled
                )
            )
        )
    }
}

extension ChallengerFigures {
    /// The figures of a challenger on the track.
    init(_ runner: Race.Runner) {
        self.init(
            recipe: runner.challenger.recipe,
            finding: runner.finding,
            raced: runner.test.count,
            advantage: runner.test.meanDifference
        )
    }

    /// The figures of a challenger that did not get onto it.
    init(_ recipe: Recipe, _ finding: HoldoutFinding) {
        self.init(recipe: recipe, finding: finding, raced: 0, advantage: 0)
    }
}
