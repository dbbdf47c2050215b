// SPDX-License-Identifier: Apache-2.0
//
// The books of late labels, and of the samples that leave without one.

import Learning
import Primitives
import Samples

extension LearnerEngine {
    /// Books the labels of a micro-batch as waiting.
    mutating func bookLabels(_ batch: MicroBatch, _ accountNumbers: [Int]) {
        for label in batch.labels {
            accounts.count(accountNumbers[Int(label.producer)]) {
                $0.labels.received += 1
                $0.labels.waiting += 1
            }
        }
    }

    /// Books what became of late labels and of the samples that they found, and tells what was
    /// predicted of samples without labels.
    mutating func settleLabels(
        _ outcome: LearnerCore.Outcome,
        _ batch: MicroBatch,
        _ accountNumbers: [Int],
        effects: inout Effects
    ) {
        for (producer, fate) in outcome.labels {
            accounts.count(accountNumbers[Int(producer)]) {
                $0.labels.waiting -= 1
                switch fate {
                case .joined: $0.labels.joined += 1
                case .late: $0.labels.late += 1
                case .unmatched: $0.labels.unmatched += 1
                case .refused: $0.labels.refused += 1
                }
            }
            guard case .refused(let reason) = fate else { continue }
            effects.events.append(
                .refused(
                    reason: reason,
                    producer: batch.producers[Int(producer)],
                    count: 1,
                    detail: "a late label that this learner cannot learn; its sample waits on"
                )
            )
        }
        for (account, use) in outcome.joined {
            accounts.count(account) {
                $0.waiting -= 1
                switch use {
                case .train: $0.trained += 1
                case .holdout: $0.holdout += 1
                case .scored: $0.scored += 1
                }
            }
        }
        effects.events += outcome.news
    }

    /// Lets the samples go that have waited for too long, or are too many.
    mutating func expireWaiting(effects: inout Effects) {
        if pace == nil, case .voting(var queue) = phase {
            phase = .voting(VoteQueue())
            for (producer, id) in queue.expire(settings.labels, at: now) {
                room.noteGone(id)
                bookExpired(accounts.number(of: producer), "no task is known yet", &effects)
            }
            phase = .voting(queue)
        }
        for row in room.expire(settings.labels, at: now) {
            let why =
                now >= row.arrivedAt + settings.labels.ageMax
                ? "labels.wait is over" : "labels.wait_rows or labels.wait_bytes is full"
            bookExpired(row.account, why, &effects)
        }
    }

    /// Lets every waiting sample go, because the learner that predicted it is no more.
    mutating func emptyRoom(_ why: String, effects: inout Effects) {
        for row in room.removeAll() { bookExpired(row.account, why, &effects) }
        room.delay = LabelDelay()
    }

    private mutating func bookExpired(_ account: Int, _ why: String, _ effects: inout Effects) {
        accounts.count(account) {
            $0.waiting -= 1
            $0.refused[Int(RefusalReason.expired.rawValue)] += 1
        }
        effects.events.append(
            .refused(
                reason: .expired,
                producer: accounts.producers[account].name,
                count: 1,
                detail: "no label came for the oldest of the waiting samples: \(why)"
            )
        )
    }
}
