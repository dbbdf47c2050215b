// SPDX-License-Identifier: Apache-2.0
//
// How busy a learner is: the time that its batches took, of the time that went by.

import Experts

/// Sums up batches until there is something to report.
struct LoadMeter {
    private var rows = 0
    private var busy: Int64 = 0
    private var since: Int64 = 0

    /// A report is made of at least so much time.
    private static let span: Int64 = 250_000_000
    /// Time in which nothing came for so long says nothing of the load.
    private static let idle: Int64 = 5_000_000_000

    /// Takes the rows of a batch and how long they took.
    mutating func add(rows: Int, nanoseconds: Int64) {
        self.rows += rows
        busy += nanoseconds
    }

    /// The report of the time since the last one, if it is long enough and something came.
    mutating func report(at now: Int64, waiting: Int) -> Load? {
        let span = now - since
        guard span >= LoadMeter.span else { return nil }
        defer { (rows, busy, since) = (0, 0, now) }
        guard rows > 0, span <= LoadMeter.idle else { return nil }
        return Load(
            rows: rows,
            busy: .nanoseconds(busy),
            span: .nanoseconds(span),
            waiting: waiting
        )
    }
}
