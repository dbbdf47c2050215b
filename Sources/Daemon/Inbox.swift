// SPDX-License-Identifier: Apache-2.0
//
// The letter box of a thread that waits on a descriptor: the archivist and the outlet each
// have one.

import Linux

/// Messages for one thread.
final class Inbox<Message: Sendable>: Sendable {
    /// Signalled when a message is there.
    let wake: EventFD
    private let messages = Lock<[Message]>([])

    init() throws(SystemError) {
        wake = try EventFD()
    }

    /// Leaves a message.
    func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        wake.signal()
    }

    /// Takes all messages; the wake-up is cleared first, so that none is missed.
    func take() -> [Message] {
        _ = wake.clear()
        return messages.withLock { messages in
            let taken = messages
            messages.removeAll()
            return taken
        }
    }
}
