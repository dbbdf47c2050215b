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
        bookLabels(batch, accountNumbers)
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
                let labels = UInt64(message.labels)
                guard count + labels > 0 else { continue }
                accounts.count(account) {
                    $0.waiting -= count
                    $0.refused[Int(RefusalReason.duplicate.rawValue)] += count
                    $0.labels.waiting -= labels
                    $0.labels.duplicate += labels
                }
                effects.events.append(
                    .refused(
                        reason: .duplicate,
                        producer: producer,
                        count: Int(count + labels),
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
        guard !batch.rows.isEmpty || !batch.labels.isEmpty else { return }
        switch phase {
        case .learning: learn(batch, accountNumbers, at: now, effects: &effects)
        case .voting(var queue):
            phase = .voting(VoteQueue())
            queue.append(batch, at: now)
            let votes = queue.votes(settings: settings, isTaskKnown: fixedTask != nil)
            if queue.since == nil, votes > 0 { queue.since = now }
            phase = .voting(queue)
            if votes >= settings.voteSamples { vote(on: queue, effects: &effects) }
        }
    }

    /// The task that no vote decides, if there is one.
    private var fixedTask: Task? { taskOrder ?? settings.task ?? settings.model?.task }

    /// Ends the vote and learns what waited.
    ///
    /// Without a single label there is nothing to vote on: what waited is scored, and the next
    /// samples vote.
    mutating func vote(on queue: VoteQueue, effects: inout Effects) {
        let fixedTask = fixedTask
        let vote = queue.count(settings: settings, isTaskKnown: fixedTask != nil)
        guard vote.hasLabels || fixedTask != nil else {
            var queue = queue
            let scored = queue.removeVoters(settings.labels)
            queue.since = nil
            phase = .voting(queue)
            for producer in scored {
                accounts.count(accounts.number(of: producer)) {
                    $0.waiting -= 1
                    $0.scored += 1
                }
            }
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
            .voted(verdict, model: settings.learnerSettings(for: verdict.task).modelName)
        )
        for item in queue.items { learn(item, effects: &effects) }
    }

    /// Learns what waited for the vote.
    mutating func learn(_ item: VoteQueue.Item, effects: inout Effects) {
        let accountNumbers = item.batch.producers.map { accounts.number(of: $0) }
        learn(item.batch, accountNumbers, at: item.arrivedAt, effects: &effects)
    }

    /// Learns rows, which were booked as waiting.
    mutating func learn(
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        at arrivedAt: Instant,
        effects: inout Effects
    ) {
        guard case .learning(var core) = phase else { return }
        // Phase and engine give up their copies, so that core and room are mutated in place.
        phase = .voting(VoteQueue())
        var waiting = Waiting(
            room: WaitingRoom(),
            settings: settings.labels,
            selector: selector,
            query: settings.query,
            accounts: accountNumbers,
            arrivedAt: arrivedAt,
            now: now,
            version: publication.last
        )
        swap(&waiting.room, &room)
        let outcome = core.take(batch, isHeld: isHeld, waiting: &waiting)
        swap(&waiting.room, &room)
        selector = waiting.selector
        keep(core)
        settleLabels(outcome, batch, accountNumbers, effects: &effects)
        settle(outcome, batch, accountNumbers, effects: &effects)
        if let context = outcome.contextBeyond {
            effects.events.append(
                .contextsFilled(context: context, limit: settings.contextsMax)
            )
        }
        effects.events += outcome.contextChanges.map { .contextChanged($0) }
        for news in outcome.reports {
            var report = news.report
            if let producer = news.producer {
                report.subject = .producer(accounts.producers[Int(producer)].name)
            }
            heed(report, news.sample, effects: &effects)
        }
        conclude(outcome.race, effects: &effects)
        concludeProbation(outcome.probation, effects: &effects)
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

    /// Takes what a detector said: it is told, counted, and a drift asks for a consolidation,
    /// unless it is one producer's alone.
    private mutating func heed(
        _ report: DriftReport,
        _ sample: UInt64,
        effects: inout Effects
    ) {
        effects.events.append(.drifted(report, sample: sample))
        driftHistory.add(DriftRecord(report, sample: sample))
        guard report.level == .drift else {
            warnings += 1
            return
        }
        guard report.concernsTheWorld else {
            producerDrifts += 1
            return
        }
        drifts += 1
        guard settings.consolidation.onDrift, consolidates else { return }
        plan.want(
            ConsolidationWish(
                trigger: .drift,
                onset: onset(of: report, at: sample),
                rowsMin: pace?.refits == RefitState.none
                    ? UInt64(settings.consolidation.recipe.freshRowsMin)
                    : LearnerEngine.freshRowsLeast,
                cause: "\(report.detector) on \(report.signal.name) at sample \(sample)"
            )
        )
    }

    /// Since when the champion has been losing more, by what it lost on each of the newest rows.
    ///
    /// Looked for in four times as many samples as the detector thinks that it has been.
    private func onset(of report: DriftReport, at sample: UInt64) -> UInt64 {
        let since = UInt64(max(0, report.samplesSinceOnset))
        let guess = sample - min(sample, since)
        guard report.signal == .error || report.signal == .loss,
            case .learning(let core) = phase
        else { return guess }
        let span = max(4 * since, LearnerEngine.onsetSpanLeast)
        let rows = core.memory.recentLosses(since: sample - min(sample, span))
        let scale = core.lossScale
        guard let place = ChangePoint.rise(in: rows.map { scale.bounded($0.loss) }) else {
            return guess
        }
        return rows[place].sample
    }

    /// The fewest samples in which the beginning of a drift is looked for.
    private static let onsetSpanLeast: UInt64 = 256
}
