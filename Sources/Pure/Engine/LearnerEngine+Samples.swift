// SPDX-License-Identifier: Apache-2.0
//
// The way of a micro-batch through the engine: the books first, then the vote or the core.

import Consolidation
import Drift
import Learning
import Primitives
import Samples

extension LearnerEngine {
    /// Books what arrived, then lets it wait or learns it.
    mutating func take(_ batch: MicroBatch, effects: inout Effects) {
        guard !batch.isEmpty else { return }
        let accountNumbers = batch.producers.map { accounts.number(of: $0) }
        book(batch, accountNumbers, effects: &effects)
        let duplicates = findDuplicates(batch, accountNumbers, effects: &effects)
        guard duplicates.isEmpty else {
            return admit(
                batch.without(messages: duplicates),
                accountNumbers,
                effects: &effects
            )
        }
        admit(batch, accountNumbers, effects: &effects)
    }

    /// Books rows as waiting and the decoder's refusals as refused.
    private mutating func book(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        var counts = [UInt64](repeating: 0, count: accountNumbers.count)
        if accountNumbers.count == 1 {
            counts[0] = UInt64(batch.rows.count)
        } else {
            for row in batch.rows { counts[Int(row.producer)] += 1 }
        }
        for (producer, count) in counts.enumerated() where count > 0 {
            accounts.count(accountNumbers[producer]) {
                $0.received += count
                $0.waiting += count
            }
        }
        bookLateLabels(batch, accountNumbers, effects: &effects)
        for refusal in batch.refusals {
            accounts.count(accountNumbers[Int(refusal.producer)]) {
                $0.received += UInt64(refusal.count)
                $0.refused[Int(refusal.reason.rawValue)] += UInt64(refusal.count)
            }
            effects.events.append(
                .refused(
                    reason: refusal.reason,
                    producer: batch.producers[Int(refusal.producer)],
                    count: refusal.count,
                    detail: refusal.detail
                )
            )
        }
    }

    /// Refuses the labels that came without their sample.
    private mutating func bookLateLabels(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        for label in batch.labels {
            accounts.count(accountNumbers[Int(label.producer)]) {
                $0.received += 1
                $0.refused[Int(RefusalReason.lateLabel.rawValue)] += 1
            }
            effects.events.append(
                .refused(
                    reason: .lateLabel,
                    producer: batch.producers[Int(label.producer)],
                    count: 1,
                    detail:
                        "a label without x; labels that come after their sample have no room yet"
                )
            )
        }
    }

    /// Judges the envelopes; gives the messages that came before, already booked as refused.
    private mutating func findDuplicates(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) -> [Int] {
        var duplicates: [Int] = []
        for (place, message) in batch.messages.enumerated() {
            let account = accountNumbers[Int(message.producer)]
            let producer = batch.producers[Int(message.producer)]
            switch accounts.arrive(message, account: account) {
            case .fresh(let gap) where gap > 0:
                effects.events.append(.gapFound(producer: producer, samples: gap))
            case .fresh, .overtaken:
                break
            case .duplicate:
                duplicates.append(place)
                let count = UInt64(message.rows)
                guard count > 0 else { continue }
                accounts.count(account) {
                    $0.waiting -= count
                    $0.refused[Int(RefusalReason.duplicate.rawValue)] += count
                }
                effects.events.append(
                    .refused(
                        reason: .duplicate,
                        producer: producer,
                        count: Int(count),
                        detail: "sequence \(message.sequence) was received before"
                    )
                )
            }
        }
        return duplicates
    }

    private mutating func admit(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        guard !batch.rows.isEmpty else { return }
        switch phase {
        case .learning: learn(batch, accountNumbers, effects: &effects)
        case .voting(var waiting, let since):
            waiting.append(batch)
            phase = .voting(waiting: waiting, since: since ?? now)
            let count = waiting.reduce(0) { $0 + $1.rows.count }
            if count >= settings.voteSamples { vote(on: waiting, effects: &effects) }
        }
    }

    /// Ends the vote and learns what waited.
    ///
    /// Without a single label there is nothing to vote on: what waited is scored, and the next
    /// samples vote.
    mutating func vote(on waiting: [MicroBatch], effects: inout Effects) {
        var vote = Vote()
        var left = settings.voteSamples
        for batch in waiting {
            for row in batch.rows.prefix(left) { vote.count(row) }
            left = max(0, left - batch.rows.count)
        }
        let fixedTask = taskOrder ?? settings.task ?? settings.model?.task
        guard vote.hasLabels || fixedTask != nil else {
            phase = .voting(waiting: [], since: nil)
            for batch in waiting { scoreUnlabelled(batch) }
            return
        }
        var verdict = settings.bounded(
            vote.verdict(
                task: fixedTask,
                shape: settings.features.declared.isEmpty ? nil : .named,
                width: settings.fixedWidth
            )
        )
        if settings.model == .embedding { verdict = Verdict(text: settings.text) }
        self.verdict = verdict
        keep(LearnerCore(schema: settings.newSchema(verdict), settings: settings))
        publication.askedAt = now
        plan.lastAt = now
        effects.wantsCheckpoint = true
        effects.events.append(
            .voted(verdict, model: settings.learnerSettings(for: verdict.task).model)
        )
        for batch in waiting {
            learn(batch, batch.producers.map { accounts.number(of: $0) }, effects: &effects)
        }
    }

    private mutating func scoreUnlabelled(_ batch: MicroBatch) {
        for row in batch.rows {
            accounts.count(accounts.number(of: batch.producers[Int(row.producer)])) {
                $0.waiting -= 1
                $0.scored += 1
            }
        }
    }

    /// Learns rows, which were booked as waiting.
    mutating func learn(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        guard case .learning(var core) = phase else { return }
        // The phase gives up its copy, so that the core is mutated in place.
        phase = .voting(waiting: [], since: nil)
        let outcome = core.take(batch, isHeld: isHeld)
        keep(core)
        settle(outcome, batch, accountNumbers, effects: &effects)
        if let context = outcome.contextBeyond {
            effects.events.append(
                .contextsFilled(context: context, limit: settings.contextsMax)
            )
        }
        effects.events += outcome.contextChanges.map { .contextChanged($0) }
        for (report, sample) in outcome.reports { heed(report, sample, effects: &effects) }
        conclude(outcome.race, effects: &effects)
    }

    /// Books what became of the rows.
    private mutating func settle(
        _ outcome: LearnerCore.Outcome,
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        for (producer, account) in accountNumbers.enumerated() {
            let trained = UInt64(outcome.trained[producer])
            let holdout = UInt64(outcome.holdout[producer])
            let scored = UInt64(outcome.scored[producer])
            guard trained + holdout + scored > 0 else { continue }
            accounts.count(account) {
                $0.waiting -= trained + holdout + scored
                $0.trained += trained
                $0.holdout += holdout
                $0.scored += scored
            }
        }
        for refusal in outcome.refusals {
            accounts.count(accountNumbers[Int(refusal.producer)]) {
                $0.waiting -= UInt64(refusal.count)
                $0.refused[Int(refusal.reason.rawValue)] += UInt64(refusal.count)
            }
            effects.events.append(
                .refused(
                    reason: refusal.reason,
                    producer: batch.producers[Int(refusal.producer)],
                    count: refusal.count,
                    detail: refusal.detail
                )
            )
        }
    }

    /// Takes what a detector said: it is told, counted, and a drift asks for a consolidation.
    private mutating func heed(
        _ report: DriftReport,
        _ sample: UInt64,
        effects: inout Effects
    ) {
        effects.events.append(.drifted(report, sample: sample))
        lastDriftEvent = DriftRecord(report, sample: sample)
        guard report.level == .drift else {
            warnings += 1
            return
        }
        drifts += 1
        guard settings.consolidation.onDrift, hasRecipes else { return }
        let since = UInt64(report.samplesSinceOnset)
        plan.want(
            ConsolidationWish(
                trigger: .drift,
                onset: sample > since ? sample - since : 0,
                rowsMin: UInt64(settings.consolidation.recipe.freshRowsMin)
            )
        )
    }
}
