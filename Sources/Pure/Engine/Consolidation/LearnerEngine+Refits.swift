// SPDX-License-Identifier: Apache-2.0
//
// The systematic update of a pool: experts that are made anew from remembered rows, by the pool's
// own schedule and whenever a consolidation is asked for. There is no race: a refit replaces a part
// of the champion, which goes on weighing it by what it says, and what is clearly worse on rows
// that were set aside is not taken at all.
//
// A refit on schedule is routine: it is counted, and told only when it was not taken. One that was
// asked for is told, and a version follows it.

import Consolidation
import Experts
import Learning
package import Primitives
import Versions

extension LearnerEngine {
    /// After a drift only rows of the new world are of use, from so many on.
    static let freshRowsLeast: UInt64 = 250
    /// Up to so many a refit follows each time that they have doubled.
    private static let freshRowsMost: UInt64 = 4000

    /// Starts a refit when one is wanted or due and may start.
    mutating func considerRefit(_ pace: Pace, effects: inout Effects) {
        guard plan.running == nil else { return }
        let mayWork = now >= plan.breatherUntil
        if let wish = plan.wish, pace.labelled >= wish.onset + wish.rowsMin {
            // What the end of the process interrupted is made up for, as what is due is made.
            let needsNoRest = wish.trigger == .schedule || wish.isFollowUp
            let mayStart =
                mayWork && (needsNoRest || !plan.isResting(at: now, sample: pace.labelled))
            if wish.trigger == .command || mayStart {
                plan.wish = nil
                return startRefit(wish, effects: &effects)
            }
        }
        guard pace.refits == .due, mayWork else { return }
        startRefit(ConsolidationWish(trigger: .schedule, onset: 0), effects: &effects)
    }

    private mutating func startRefit(_ wish: ConsolidationWish, effects: inout Effects) {
        guard case .learning(var core) = phase else { return }
        phase = .voting(VoteQueue())
        let fresh = core.labelled - min(core.labelled, wish.onset)
        let rows = wish.trigger == .drift ? max(fresh, LearnerEngine.freshRowsLeast) : .max
        let refit = core.champion.learner.makeRefit(
            rows: Int(clamping: rows),
            seed: random.nextBits()
        )
        keep(core)
        guard var refit else {
            guard wish.trigger != .schedule else { return }
            effects.events.append(.steered("nothing in the pool can be made anew yet"))
            return
        }
        if wish.trigger == .drift { refit.newRows = Int(clamping: fresh) }
        plan.lastID += 1
        plan.lastAt = now
        plan.trainedFrom = now
        plan.running = RunningConsolidation(
            id: plan.lastID,
            wish: wish,
            deadline: now + settings.consolidation.deadline,
            rows: UInt64(refit.rows)
        )
        effects.jobs.append(.refit(RefitJob(id: plan.lastID, refit: refit)))
        guard wish.trigger != .schedule else { return }
        effects.events.append(
            .consolidated(
                ConsolidationNews(
                    id: plan.lastID,
                    trigger: wish.trigger,
                    cause: wish.cause,
                    reason: "\(refit.rows) rows of the pool's history",
                    sample: labelled
                )
            )
        )
    }

    /// Lets experts that were made anew take their places, unless they are worse.
    mutating func judge(
        id: UInt64,
        _ refit: PoolRefit,
        busy: Duration,
        effects: inout Effects
    ) {
        guard let running = plan.running, running.id == id, running.isTraining,
            case .learning(var core) = phase
        else { return }
        plan.endRefit(at: now, busy: busy)
        phase = .voting(VoteQueue())
        let findings = core.champion.learner.adopt(refit)
        core.refits.add(findings)
        keep(core)
        let adopted = findings.filter(\.isAdopted)
        followNewWorld(running, rows: refit.newRows)
        let isRoutine = running.wish.trigger == .schedule
        let reason = LearnerEngine.reason(of: findings)
        guard !adopted.isEmpty else {
            return decide(.rejected, reason, effects: &effects)
        }
        if isRoutine {
            plan.running = nil
            return
        }
        conclude(adopted: true, sample: labelled, effects: &effects)
        let news = ConsolidationNews(
            id: id,
            trigger: running.wish.trigger,
            verdict: .adopted,
            cause: running.wish.cause,
            winner: .refit,
            reason: reason,
            version: publication.last + 1,
            sample: labelled
        )
        effects.events.append(.consolidated(news))
        give(.consolidated, note: .object(news.fields), effects: &effects)
    }

    /// What was made anew of few rows of a new world is made anew when there are twice as many.
    private mutating func followNewWorld(_ running: RunningConsolidation, rows: Int?) {
        guard let rows, plan.wish?.trigger != .drift else { return }
        let next = 2 * UInt64(rows)
        guard next <= LearnerEngine.freshRowsMost else { return }
        plan.wish = ConsolidationWish(
            trigger: .drift,
            onset: running.wish.onset,
            rowsMin: next,
            isFollowUp: true,
            cause: running.wish.cause
        )
    }

    private static func reason(of findings: [RefitFinding]) -> String {
        let parts = findings.map { finding in
            let verdict = finding.isAdopted ? "made anew" : "not taken"
            guard finding.rows > 0, !finding.loss.isNaN else {
                return "\(finding.expert) \(verdict)"
            }
            return "\(finding.expert) \(verdict): loss \(finding.loss.short) after "
                + "\(finding.oldLoss.short) on \(finding.rows) rows set aside"
        }
        return parts.isEmpty
            ? "the pool has no such expert any more" : parts.joined(separator: "; ")
    }
}

/// How refits of a pool ended.
package struct RefitCounts: Sendable, Equatable {
    /// Models that took the places of older ones.
    package private(set) var adopted: UInt64 = 0
    /// Models that were worse than what they would have replaced.
    package private(set) var rejected: UInt64 = 0

    mutating func add(_ findings: [RefitFinding]) {
        for finding in findings {
            if finding.isAdopted { adopted += 1 } else { rejected += 1 }
        }
    }

    /// Both, as in status.
    var json: JSONValue {
        ["adopted": .int(Int64(clamping: adopted)), "rejected": .int(Int64(clamping: rejected))]
    }
}

extension RefitCounts: ByteCodable {
    /// Appends both counts.
    package func encode(into writer: inout ByteWriter) {
        writer.write(adopted)
        writer.write(rejected)
    }

    /// Reads both counts.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        adopted = try reader.readCounter()
        rejected = try reader.readCounter()
    }
}
