// SPDX-License-Identifier: Apache-2.0
//
// Where other threads leave what is to go out.

import Linux
import Primitives

/// What the outlet is asked to send.
enum OutletMessage: Sendable {
    /// A version that is durable.
    case version(PublishedVersion)
    /// An event under its topic.
    case event(topic: String, JSONValue)
    /// One part of the answer to a control request.
    case answer(request: UInt64, part: Int, JSONValue)
    /// A backup, the answer to a control request.
    case backup(request: UInt64, [UInt8])
}

/// The outlet's letter box.
final class OutletDoor: Sendable {
    let inbox: Inbox<OutletMessage>

    init() throws(SystemError) {
        inbox = try Inbox()
    }

    /// Leaves a message for the outlet.
    func post(_ message: OutletMessage) {
        inbox.post(message)
    }
}
