// SPDX-License-Identifier: Apache-2.0
//
// A thread on which learners live when there is more than one: it takes closed micro-batches from
// their rings, answers their mail, and lets their deadlines act.

import Linux
import Samples
import Synchronization

/// One learner of a thread and the ring that leads to it.
struct Tenant {
    let host: LearnerHost
    let ring: Ring<MicroBatch>
}

/// The body of a learner thread.
struct LearnerThread {
    let tenants: [Tenant]
    let wake: EventFD

    /// Batches of one learner before the others have their turn.
    private static let batchesPerTurn = 16

    /// Runs until `isStopping`, then finishes what is on the rings.
    func run(beat: Beat, isStopping: borrowing Atomic<Bool>) {
        while true {
            beat.mark()
            let isLast = isStopping.load(ordering: .sequentiallyConsistent)
            var isBusy = false
            for tenant in tenants where drain(tenant, all: isLast, beat: beat) { isBusy = true }
            if isLast { break }
            for tenant in tenants { tenant.host.turn() }
            if isBusy { continue }
            waitForMore()
        }
        for tenant in tenants { tenant.host.stop() }
    }

    /// - Returns: Whether there may be more.
    private func drain(_ tenant: Tenant, all: Bool, beat: Beat) -> Bool {
        var count = 0
        while all || count < LearnerThread.batchesPerTurn {
            guard let batch = tenant.ring.pop() else { return count > 0 }
            tenant.host.take(batch)
            // A learner that is slow is at work, not stuck.
            beat.mark()
            count += 1
        }
        return true
    }

    private func waitForMore() {
        var patience: Duration = .seconds(1)
        for tenant in tenants {
            guard tenant.ring.consumerMaySleep() else { return }
            patience = min(patience, tenant.host.patience ?? patience)
        }
        _ = wake.wait(timeout: patience)
        // Cleared before rings and mail are looked at, so that what comes now wakes again.
        wake.clear()
    }
}
