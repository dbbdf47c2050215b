// SPDX-License-Identifier: Apache-2.0
//
// Where other threads reach a learner: a mailbox for what is few, and a count of what the intake
// has decoded for it. Samples themselves do not come this way.

import Consolidation
import Engine
import Linux
import Primitives
import Synchronization

/// What other threads have to tell a learner.
enum HostMessage: Sendable {
    /// A job has made its challengers.
    case jobFinished(Job)
    /// A version was stored, or could not be.
    case stored(version: UInt64, isDurable: Bool)
    /// An operator's command; the answer goes to the outlet under the request's number.
    case command(Command, request: UInt64)
    /// Somebody wants to see the status.
    case status(request: UInt64)
    /// Somebody wants the state as it is now to be on the disk.
    case keep(request: UInt64)
    /// The configuration was loaded anew.
    case settings(EngineSettings)
}

/// One learner as other threads see it.
final class LearnerPort: Sendable {
    /// The learner's place in the configuration.
    let index: Int
    /// The learner's name.
    let name: Name
    /// Wakes the thread that the learner lives on.
    let wake: EventFD
    /// What the intake has decoded for it, refused samples included.
    let decoded = Atomic<UInt64>(0)
    private let messages = Lock<[HostMessage]>([])

    init(index: Int, name: Name, wake: EventFD) {
        self.index = index
        self.name = name
        self.wake = wake
    }

    /// Leaves a message and wakes the learner's thread.
    func post(_ message: HostMessage) {
        messages.withLock { $0.append(message) }
        wake.signal()
    }

    /// Takes the messages that are there.
    func takeMessages() -> [HostMessage] {
        messages.withLock { messages in
            guard !messages.isEmpty else { return [] }
            let taken = messages
            messages.removeAll()
            return taken
        }
    }
}
