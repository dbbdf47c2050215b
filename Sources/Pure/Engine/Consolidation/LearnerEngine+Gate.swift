// SPDX-License-Identifier: Apache-2.0
//
// How the gate decides, and what comes of it. The champion's weights are not touched unless a
// challenger is adopted.

import Consolidation
import Learning
import Primitives
import Versions

extension LearnerEngine {
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
