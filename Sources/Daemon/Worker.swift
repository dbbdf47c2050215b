// SPDX-License-Identifier: Apache-2.0
//
// One thread turns the crank of consolidations, slice after slice. Learning never waits for it.
//
// 1. A job that was cancelled stops at its next slice; one that has taken four fifths of its
//    deadline is told to hurry.
// 2. A slice that does not come back `grace` after its job was cancelled has hung: its thread is
//    left to itself, another takes its place, and whatever the old one brings is thrown away. The
//    main thread looks for that now and then.
// 3. A stop waits `patience` for the slice at work, and then leaves the thread behind: the end of
//    the process is its end.

import Consolidation
import Linux
import Primitives
import Synchronization

/// The thread that makes challengers.
final class Worker: Sendable {
    private struct Order: Sendable {
        var job: Job
        var learner: Int
        /// When it was given, on the monotonic clock.
        var postedAt: Int64
    }

    private struct Ticket: Hashable {
        var learner: Int
        var id: UInt64
    }

    private struct State {
        var orders: [Order] = []
        /// What was taken back, and when.
        var cancelled: [Ticket: Int64] = [:]
        /// What is being worked on.
        var current: Ticket?
        /// The number of the thread that does the work; others have been left behind.
        var hand: UInt64 = 0
        var thread: Thread?
        var abandoned = 0
    }

    /// A thread that has hung.
    struct Hang: Equatable {
        /// Whose job it was.
        var learner: Int
        /// The job.
        var id: UInt64
    }

    /// How long a slice may go on after its job was cancelled.
    static let grace: Duration = .seconds(10)
    /// How long a stop waits for the slice at work.
    static let patience: Duration = .seconds(5)

    private let state = Lock(State())
    private let wake: EventFD
    private let ended: EventFD
    private let isStopping = Atomic<Bool>(false)
    private let ports: [LearnerPort]
    private let advance: @Sendable (inout Job) -> Void

    /// Makes a worker without a thread.
    ///
    /// - Parameters:
    ///   - ports: Where the results go.
    ///   - advance: What works on one slice.
    /// - Throws: The system's error when there are no descriptors left.
    init(
        ports: [LearnerPort],
        advance: @escaping @Sendable (inout Job) -> Void = { $0.advance() }
    ) throws(SystemError) {
        wake = try EventFD()
        ended = try EventFD()
        self.ports = ports
        self.advance = advance
    }

    /// How many threads were left behind.
    var abandoned: Int { state.withLock { $0.abandoned } }

    /// Starts the thread.
    func start() throws(SystemError) {
        let hand = state.withLock { state in
            state.hand += 1
            return state.hand
        }
        let thread = try Thread("worker") { [self] in run(as: hand) }
        state.withLock { $0.thread = thread }
    }

    /// Gives the worker a job.
    func post(_ job: Job, learner: Int) {
        let now = Clock.monotonicNanoseconds()
        state.withLock {
            $0.orders.append(Order(job: job, learner: learner, postedAt: now))
        }
        wake.signal()
    }

    /// Takes a job back.
    func cancel(_ id: UInt64, learner: Int) {
        let now = Clock.monotonicNanoseconds()
        let ticket = Ticket(learner: learner, id: id)
        state.withLock { $0.cancelled[ticket] = $0.cancelled[ticket] ?? now }
    }

    /// Leaves a thread to itself that has hung, and starts another.
    ///
    /// - Returns: What it hung on; nil when all is well.
    /// - Throws: The system's error when there can be no more threads.
    func replaceHungThread(
        at now: Int64 = Clock.monotonicNanoseconds()
    ) throws(SystemError) -> Hang? {
        let hung = state.withLock { state -> Ticket? in
            guard let current = state.current, let since = state.cancelled[current],
                .nanoseconds(now - since) > Worker.grace
            else { return nil }
            state.cancelled[current] = nil
            state.current = nil
            // From here on the old thread is nobody's.
            state.hand += 1
            state.thread = nil
            state.abandoned += 1
            return current
        }
        guard let hung else { return nil }
        try start()
        wake.signal()
        return Hang(learner: hung.learner, id: hung.id)
    }

    /// Gives up what is being worked on and ends the thread.
    ///
    /// - Returns: Whether it has ended.
    @discardableResult
    func stop(patience: Duration = Worker.patience) -> Bool {
        isStopping.store(true, ordering: .relaxed)
        wake.signal()
        let thread = state.withLock { $0.thread }
        guard let thread else { return true }
        guard ended.wait(timeout: patience) else {
            state.withLock {
                $0.hand += 1
                $0.thread = nil
                $0.abandoned += 1
            }
            return false
        }
        thread.join()
        return true
    }

    private func run(as hand: UInt64) {
        while let order = next(hand) { work(on: order, hand) }
        let isMine = state.withLock { $0.hand == hand }
        if isMine { ended.signal() }
    }

    /// Waits for the next order; nil when this thread has nothing more to do.
    private func next(_ hand: UInt64) -> Order? {
        while !isStopping.load(ordering: .relaxed) {
            // Cleared before the orders are looked at, so that none is missed.
            let isMine = state.withLock { $0.hand == hand }
            guard isMine else { return nil }
            _ = wake.clear()
            let order = state.withLock { state -> Order? in
                guard state.hand == hand, !state.orders.isEmpty else { return nil }
                let order = state.orders.removeFirst()
                state.current = Ticket(learner: order.learner, id: order.job.id)
                return order
            }
            if let order { return order }
            _ = wake.wait(timeout: .seconds(1))
        }
        return nil
    }

    private func work(on order: Order, _ hand: UInt64) {
        var job = order.job
        let ticket = Ticket(learner: order.learner, id: job.id)
        let before = Clock.threadNanoseconds()
        var hurryAt = job.hurryAfter.map { order.postedAt + $0.wholeNanoseconds }
        while !job.isDone {
            let isWanted = state.withLock { $0.hand == hand && $0.cancelled[ticket] == nil }
            if !isWanted || isStopping.load(ordering: .relaxed) { break }
            if let at = hurryAt, Clock.monotonicNanoseconds() >= at {
                job.hurry()
                hurryAt = nil
            }
            advance(&job)
        }
        job.note(busy: .nanoseconds(Clock.threadNanoseconds() - before))
        let isWanted = state.withLock { state in
            guard state.hand == hand else { return false }
            state.current = nil
            let isWanted = state.cancelled[ticket] == nil && job.isDone
            // A learner has one job at a time, so what was cancelled before this one has ended.
            state.cancelled = state.cancelled.filter {
                $0.key.learner != order.learner || $0.key.id > job.id
            }
            return isWanted
        }
        if isWanted { ports[order.learner].post(.jobFinished(job)) }
    }
}
