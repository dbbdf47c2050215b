// SPDX-License-Identifier: Apache-2.0
//
// The way from the intake to one learner: its open micro-batch, and where a closed one goes.

import Linux
import Primitives
import Samples
import Synchronization

/// One learner as the intake sees it.
struct Lane {
    /// Where a closed micro-batch goes.
    enum Destination {
        /// The learner lives on the intake's thread.
        case here(LearnerHost)
        /// The learner lives on another thread.
        case ring(Ring<MicroBatch>)
    }

    /// The learner's name.
    let name: Name
    /// The micro-batch that is being filled.
    var open = MicroBatch()
    /// The longest text of a sample, in bytes.
    let textBytesMax: Int
    private let port: LearnerPort
    private let destination: Destination
    private let rowsMax: Int
    private let delay: Duration
    private var openedAt: Int64 = 0
    private var hasWaitedATurn = false
    private var handedOver: UInt64
    /// A closed micro-batch that found the ring full.
    private var stuck: MicroBatch?

    init(
        port: LearnerPort,
        destination: Destination,
        rowsMax: Int,
        delay: Duration,
        textBytesMax: Int,
        received: UInt64
    ) {
        name = port.name
        self.port = port
        self.destination = destination
        self.rowsMax = rowsMax
        self.delay = delay
        self.textBytesMax = textBytesMax
        handedOver = received
    }

    /// Whether the ring is full, so that nothing more must be read.
    var isBlocked: Bool { stuck != nil }

    /// Closes the open micro-batch when it is full.
    mutating func closeIfFull() {
        if open.arrived >= rowsMax { close() }
    }

    /// Closes the open micro-batch when nothing more is waiting and it has waited long enough.
    ///
    /// A flood to another learner keeps it open for one turn of the loop at most.
    mutating func closeIfDue(hasMore: Bool) {
        if stuck != nil { push() }
        guard !open.isEmpty, stuck == nil else { return }
        port.decoded.store(handedOver + UInt64(open.received), ordering: .relaxed)
        if delay > .zero {
            let now = Clock.monotonicNanoseconds()
            if openedAt == 0 { openedAt = now }
            guard now - openedAt >= delay.wholeNanoseconds else { return }
        } else if hasMore, !hasWaitedATurn {
            hasWaitedATurn = true
            return
        }
        close()
    }

    /// Lets a learner that lives here answer its mail.
    func turn() {
        if case .here(let host) = destination { host.turn() }
    }

    /// Hands over what is open, and ends a learner that lives here.
    mutating func finish() {
        waitForRoom()
        if !open.isEmpty { close() }
        waitForRoom()
        if case .here(let host) = destination { host.stop() }
    }

    /// Waits until the ring has taken what it had no room for.
    private mutating func waitForRoom() {
        guard case .ring(let ring) = destination else { return }
        while stuck != nil {
            push()
            if stuck != nil, ring.producerMaySleep() {
                _ = ring.freed.wait(timeout: .milliseconds(100))
                ring.freed.clear()
            }
        }
    }

    /// How long the intake may sleep for this lane's sake.
    var patience: Duration? {
        var patience: Duration?
        if case .here(let host) = destination { patience = host.patience }
        if delay > .zero, openedAt != 0 {
            let waited = Clock.monotonicNanoseconds() - openedAt
            let rest = max(.zero, delay - .nanoseconds(waited))
            patience = min(patience ?? rest, rest)
        }
        return patience
    }

    /// Whether the intake may sleep: not when the ring has room for what it had none for.
    ///
    /// A full ring wakes the intake when it has room again.
    func maySleep() -> Bool {
        guard stuck != nil, case .ring(let ring) = destination else { return true }
        return ring.producerMaySleep()
    }

    private mutating func close() {
        precondition(stuck == nil, "nothing is read while a closed micro-batch waits for room")
        openedAt = 0
        hasWaitedATurn = false
        handedOver += UInt64(open.received)
        port.decoded.store(handedOver, ordering: .relaxed)
        switch destination {
        case .here(let host):
            host.take(open)
            open.removeAll()
        case .ring:
            stuck = open
            open = MicroBatch()
            push()
        }
    }

    private mutating func push() {
        guard case .ring(let ring) = destination, let batch = stuck else { return }
        stuck = ring.push(batch)
    }
}
