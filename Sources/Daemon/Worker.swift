// SPDX-License-Identifier: Apache-2.0
//
// One thread turns the crank of consolidations, slice after slice; a job that was cancelled stops
// at its next slice. Learning never waits for it.

import Consolidation
import Linux
import Synchronization

/// The thread that makes challengers.
final class Worker: Sendable {
    private struct Order: Sendable {
        var job: Job
        var learner: Int
    }

    private struct Ticket: Hashable {
        var learner: Int
        var id: UInt64
    }

    private let inbox: Inbox<Order>
    private let cancelled = Lock<Set<Ticket>>([])
    private let isStopping = Atomic<Bool>(false)
    private let ports: [LearnerPort]

    init(ports: [LearnerPort]) throws(SystemError) {
        inbox = try Inbox()
        self.ports = ports
    }

    /// Gives the worker a job.
    func post(_ job: Job, learner: Int) {
        inbox.post(Order(job: job, learner: learner))
    }

    /// Takes a job back.
    func cancel(_ id: UInt64, learner: Int) {
        _ = cancelled.withLock { $0.insert(Ticket(learner: learner, id: id)) }
    }

    /// Gives up what is being worked on and ends the thread.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        inbox.wake.signal()
    }

    /// The thread's body.
    func run() {
        while !isStopping.load(ordering: .relaxed) {
            for order in inbox.take() { work(on: order) }
            _ = inbox.wake.wait(timeout: .seconds(1))
        }
    }

    private func work(on order: Order) {
        var job = order.job
        let ticket = Ticket(learner: order.learner, id: job.id)
        let before = Clock.threadNanoseconds()
        while !job.isDone {
            let isCancelled = cancelled.withLock { $0.contains(ticket) }
            if isCancelled || isStopping.load(ordering: .relaxed) { break }
            job.advance()
        }
        // A learner has one job at a time, so what was cancelled before this one has ended, too.
        cancelled.withLock { cancelled in
            cancelled = cancelled.filter { $0.learner != order.learner || $0.id > job.id }
        }
        guard job.isDone else { return }
        job.note(busy: .nanoseconds(Clock.threadNanoseconds() - before))
        ports[order.learner].post(.jobFinished(job))
    }
}
