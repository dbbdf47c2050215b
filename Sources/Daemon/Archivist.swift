// SPDX-License-Identifier: Apache-2.0
//
// One thread does everything that waits for the disk: it gives versions their durable number, files
// and place in the registry before anyone hears of them, and it keeps checkpoints. Of several
// checkpoints of one learner that wait, only the newest is written.

import Engine
import Linux
import Primitives
import Storage
import Synchronization
import Versions

/// The thread that keeps what must survive.
final class Archivist: Sendable {
    /// What the archivist can be asked for.
    enum Request: Sendable {
        /// Make a version durable, then have it announced.
        case version(VersionDraft, learner: Int, seconds: Double)
        /// Keep the state.
        case checkpoint(LearnerEngine, learner: Int)
        /// Record a consolidation's start or verdict.
        case consolidation(ConsolidationNews, learner: Int)
        /// Pin or unpin a version; the answer goes to the outlet.
        case pin(version: UInt64, learner: Int, isPinned: Bool, request: UInt64)
        /// Make a backup of the state directory; the answer goes to the outlet.
        case backup(request: UInt64)
    }

    private let inbox: Inbox<Request>
    private let isStopping = Atomic<Bool>(false)

    init() throws(SystemError) {
        inbox = try Inbox()
    }

    /// Leaves a request.
    func post(_ request: Request) {
        inbox.post(request)
    }

    /// Ends the thread once all that was asked for is done.
    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        inbox.wake.signal()
    }

    /// The thread's body.
    func run(_ archive: Archive) {
        while true {
            let isLast = isStopping.load(ordering: .sequentiallyConsistent)
            for request in Archivist.withoutSuperseded(inbox.take()) { archive.fulfil(request) }
            if isLast { return }
            _ = inbox.wake.wait(timeout: .seconds(1))
        }
    }

    private static func withoutSuperseded(_ requests: [Request]) -> [Request] {
        var seen: Set<Int> = []
        var kept: [Request] = []
        for request in requests.reversed() {
            // A backup holds the checkpoints that were asked for before it.
            if case .backup = request { seen.removeAll() }
            if case .checkpoint(_, let learner) = request, !seen.insert(learner).inserted {
                continue
            }
            kept.append(request)
        }
        return kept.reversed()
    }
}
