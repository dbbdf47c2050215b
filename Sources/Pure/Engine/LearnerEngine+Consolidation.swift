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
        guard case .learning(let core) = phase else { return }
        let rules = settings.consolidation
        if let running = plan.running, !running.isRacing, now >= running.deadline {
            effects.cancelledJobs.append(running.id)
            decide(.expired, "the job was not done within \(rules.deadline)", effects: &effects)
        }
        if rules.everySamples > 0,
            core.labelled >= plan.lastAtSample + UInt64(rules.everySamples)
        {
            plan.lastAtSample = core.labelled
            plan.want(ConsolidationWish(trigger: .samples, onset: 0))
        }
        if rules.every > .zero, now >= plan.lastAt + rules.every {
            plan.lastAt = now
            plan.want(ConsolidationWish(trigger: .interval, onset: 0))
        }
        guard let wish = plan.wish, plan.running == nil, !isHeld else { return }
        let isOrdered = wish.trigger == .command
        guard isOrdered || now >= plan.restUntil else { return }
        let isReady =
            wish.trigger != .drift
            || core.labelled >= wish.onset + UInt64(rules.recipe.freshRowsMin)
        if isReady { start(wish, core: core, effects: &effects) }
    }

    private mutating func start(
        _ wish: ConsolidationWish,
        core: LearnerCore,
        effects: inout Effects
    ) {
        plan.wish = nil
        let rows = TrainingRows(memory: core.memory, task: core.schema.task, since: wish.onset)
        guard rows.count > 0 else { return }
        plan.lastID += 1
        plan.lastAt = now
        plan.running = RunningConsolidation(
            id: plan.lastID,
            wish: wish,
            deadline: now + settings.consolidation.deadline
        )
        effects.jobs.append(
            ConsolidationJob(
                id: plan.lastID,
                trigger: wish.trigger,
                champion: core.champion,
                fresh: settings.newContender(for: core.schema),
                rows: rows,
                memoryEnd: core.labelled,
                settings: settings.consolidation.recipe,
                seed: random.nextBits()
            )
        )
        effects.events.append(
            .consolidated(
                ConsolidationNews(
                    id: plan.lastID,
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
        guard let running = plan.running, running.id == id, !running.isRacing,
            case .learning(var core) = phase
        else { return }
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
                refused.append(
                    ChallengerFigures(
                        recipe: challenger.recipe,
                        finding: finding,
                        raced: 0,
                        advantage: 0
                    )
                )
            }
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
        core.race = Race(entries, settings: rules)
        phase = .learning(core)
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
            core.adopt(winner.contender)
            phase = .learning(core)
            plan.conclude(adopted: true, at: now, settings: settings.consolidation)
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
            phase = .learning(core)
            decide(
                .rejected,
                "worse than the champion on live samples",
                figures: figures,
                effects: &effects
            )
        case .expired:
            core.race = nil
            phase = .learning(core)
            decide(
                .expired,
                "no better than the champion within \(race.samples) live samples",
                figures: figures,
                effects: &effects
            )
        }
    }

    /// Records that the champion stays.
    private mutating func decide(
        _ verdict: ConsolidationVerdict,
        _ reason: String,
        figures: [ChallengerFigures] = [],
        effects: inout Effects
    ) {
        guard let running = plan.running else { return }
        plan.conclude(adopted: false, at: now, settings: settings.consolidation)
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

    /// Gives up whatever consolidation is under way.
    mutating func abandonConsolidation(_ reason: String, effects: inout Effects) {
        if let running = plan.running, !running.isRacing {
            effects.cancelledJobs.append(running.id)
        }
        if case .learning(var core) = phase, core.race != nil {
            core.race = nil
            phase = .learning(core)
        }
        plan.wish = nil
        if plan.running != nil { decide(.expired, reason, effects: &effects) }
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
}
