// SPDX-License-Identifier: Apache-2.0
//
// What no learner answers for: messages to learners that do not exist, topics that are none, too
// many frames, frames above the limit. Counted here, seen in status and log.

import Linux
import Primitives
import Samples

/// The daemon's own refusals.
final class DaemonAccount: Sendable {
    private struct Books: Sendable {
        var counts = [UInt64](repeating: 0, count: RefusalReason.allCases.count)
        var disconnects: UInt64 = 0
        var examples: [String] = []
    }

    private let books = Lock(Books())
    private static let examplesMax = 8

    /// Counts a refused message as the samples that it claims to hold.
    ///
    /// - Returns: How many there have been for this reason.
    func refuse(_ reason: RefusalReason, count: Int, detail: String) -> UInt64 {
        books.withLock { books in
            books.counts[Int(reason.rawValue)] += UInt64(count)
            let example = "\(reason.name): \(detail)"
            if !books.examples.contains(example) {
                books.examples.append(example)
                if books.examples.count > DaemonAccount.examplesMax { books.examples.removeFirst() }
            }
            return books.counts[Int(reason.rawValue)]
        }
    }

    /// Counts connections of producers that ended: they said goodbye, or libzmq threw them out for
    /// a frame above the limit, which it does not tell apart.
    func countDisconnects(_ count: Int) {
        guard count > 0 else { return }
        books.withLock { $0.disconnects += UInt64(count) }
    }

    /// The counts as they stand in a status.
    var json: JSONValue {
        books.withLock { books in
            var members: [JSONValue.Member] = []
            for reason in RefusalReason.allCases where books.counts[Int(reason.rawValue)] > 0 {
                members.append(
                    .init(reason.name, .int(Int64(books.counts[Int(reason.rawValue)])))
                )
            }
            return .object(
                members + [
                    .init("disconnects", .int(Int64(books.disconnects))),
                    .init("examples", .array(books.examples.map { .string($0) })),
                ]
            )
        }
    }
}
