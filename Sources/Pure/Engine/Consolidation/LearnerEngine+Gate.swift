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
        let holdout = ValidHoldout(
            of: core.memory,
            since: running.wish.onset,
            scale: core.lossScale
        )
        let names = GroupNames(
            contexts: core.contexts.names,
            classes: core.schema.classes.labels.map { $0.json.jsonText }
        )
        var entries: [(Challenger, HoldoutFinding)] = []
        var refused: [ChallengerFigures] = []
        for challenger in challengers {
            let challenger = core.caughtUp(challenger, from: memoryEnd)
            let finding = Gate.compare(
                champion: core.champion,
                challenger: challenger.contender,
                on: holdout,
                task: core.schema.task,
                tolerance: rules.tolerance,
                names: names
            )
            let isOpen = settings.consolidation.gate == .open && challenger.contender.isFinite
            if finding.objection == nil || isOpen {
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
        if settings.consolidation.gate != .full {
            return adoptUnraced(entries, core, running, effects: &effects)
        }
        core.race = Race(
            entries,
            settings: rules,
            scale: core.lossScale,
            usual: core.memory.usualLoss(before: running.wish.onset, scale: core.lossScale),
            isFollowUp: running.wish.isFollowUp
        )
        keep(core)
        plan.running?.isRacing = true
        // What some have to show may be enough.
        if let verdict = core.race?.verdict { conclude(verdict, effects: &effects) }
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
            adopt(
                race.runners[place].challenger,
                core,
                running,
                LearnerEngine.reason(of: race.runners[place]),
                figures: figures,
                effects: &effects
            )
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

    private static func reason(of winner: Race.Runner) -> String {
        let (live, shown) = (winner.test.live, winner.challenger.record.count)
        let before = shown > 0 ? "\(shown) remembered" : ""
        if live == 0 { return "better than the champion on \(before) samples" }
        return "better than the champion on \(live) live"
            + (shown > 0 ? " and \(before) samples" : " samples")
    }

    /// Without a race the first challenger wins, or the one with the lowest loss on the holdout.
    private mutating func adoptUnraced(
        _ entries: [(challenger: Challenger, finding: HoldoutFinding)],
        _ core: LearnerCore,
        _ running: RunningConsolidation,
        effects: inout Effects
    ) {
        var best = entries[0]
        if settings.consolidation.gate == .holdout {
            for entry in entries.dropFirst()
            where entry.finding.challengerLoss < best.finding.challengerLoss {
                best = entry
            }
        }
        adopt(
            best.challenger,
            core,
            running,
            settings.consolidation.gate == .open
                ? "the gate is open"
                : "not worse than the champion on \(best.finding.rows) held out rows",
            figures: entries.map { ChallengerFigures($0.challenger.recipe, $0.finding) },
            effects: &effects
        )
    }

    /// Makes a challenger champion, and publishes it.
    private mutating func adopt(
        _ winner: Challenger,
        _ core: consuming LearnerCore,
        _ running: RunningConsolidation,
        _ reason: String,
        figures: [ChallengerFigures],
        effects: inout Effects
    ) {
        let losers = core.losers(to: winner.contender)
        effects.events += losers.map { .contextChanged($0) }
        let before = core.probation
        let parent = core.champion
        core.adopt(winner.contender)
        let sample = core.labelled
        if let place = winner.world { core.archive.didRecall(place, sample: sample) }
        if settings.consolidation.hasProbation {
            core.probation = Race.probation(of: parent, before, settings.consolidation.recipe)
        }
        keep(core)
        conclude(adopted: true, sample: sample, effects: &effects)
        followUp(running)
        let news = ConsolidationNews(
            id: running.id,
            trigger: running.wish.trigger,
            verdict: .adopted,
            cause: running.wish.cause,
            winner: winner.recipe,
            reason: reason,
            version: publication.last + 1,
            challengers: figures,
            sample: sample
        )
        effects.events.append(.consolidated(news))
        let isRecall = winner.recipe == .recalled
        give(isRecall ? .recalled : .consolidated, note: .object(news.fields), effects: &effects)
    }

    /// Brings the model back that was champion before, if it was better after all.
    mutating func concludeProbation(_ verdict: RaceVerdict, effects: inout Effects) {
        guard verdict != .undecided, case .learning(var core) = phase,
            let probation = core.probation
        else { return }
        core.probation = nil
        guard case .won(let place) = verdict else { return keep(core) }
        let runner = probation.runners[place]
        let sample = core.labelled
        abandonConsolidation("the champion before it came back", effects: &effects)
        core.race = nil
        let losers = core.losers(to: runner.challenger.contender)
        effects.events += losers.map { .contextChanged($0) }
        core.adopt(runner.challenger.contender)
        core.archive.forgetCopies(sample: sample)
        keep(core)
        plan.lastID += 1
        plan.conclude(adopted: false, at: now, sample: sample, settings: settings.consolidation)
        let news = ConsolidationNews(
            id: plan.lastID,
            trigger: .probation,
            verdict: .adopted,
            winner: .recalled,
            reason: "the champion before the last adoption was better on "
                + "\(runner.test.live) live samples",
            version: publication.last + 1,
            challengers: [ChallengerFigures(runner)],
            sample: sample
        )
        effects.events.append(.consolidated(news))
        give(.recalled, note: .object(news.fields), effects: &effects)
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
                    cause: running.wish.cause,
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
            remembered: runner.challenger.record.count,
            raced: runner.test.live,
            advantage: runner.test.liveDifference
        )
    }

    /// The figures of a challenger that did not get onto it.
    init(_ recipe: Recipe, _ finding: HoldoutFinding) {
        self.init(recipe: recipe, finding: finding, remembered: 0, raced: 0, advantage: 0)
    }
}
