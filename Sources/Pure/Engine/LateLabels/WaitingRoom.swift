// SPDX-License-Identifier: Apache-2.0
//
// Samples that came without a label but with an identifier. Each was predicted when it came, and
// keeps that prediction: it is the one that its label will test. Bounded in rows, bytes and age;
// the oldest leave first. Of those that left without a label the hashes of the newest identifiers
// are kept, so that a label that comes too late is told from one that belongs to nobody.
//
// The rows stand in the order of arrival, which is that of their tickets; one that leaves from the
// middle leaves a hole, and holes are closed when they outnumber the rows. So a row is found by a
// binary search, and everything is amortised O(log rows).

import Learning
import Primitives
import Samples

/// A sample that waits for its label.
package struct WaitingRow: Sendable {
    /// Its place in the order of arrival.
    package var ticket: UInt64 = 0
    /// What its label will call it.
    package var id: String
    /// The account of its producer.
    var account: Int
    /// The features as they came.
    var raw: [Float]
    /// Its weight.
    var weight: Float
    /// The number of its context.
    var context: Int32
    /// What was predicted when it came: probabilities of the classes, or the number.
    package var prediction: [Float]
    /// The ends of the prediction interval of then; NaN where there was none.
    var low = Float.nan
    var high = Float.nan
    /// What the trivial baselines said when it came.
    var baselines = BaselineOpinion()
    /// What the learner wants to know of that moment when the label comes.
    var memo: [Float]
    /// When it came.
    var arrivedAt: Instant
    /// How many samples had come before.
    var arrivedSample: UInt64

    /// What the row takes.
    var bytes: Int {
        WaitingRow.overhead + id.utf8.count + (raw.count + prediction.count + memo.count) * 4
    }

    /// The row itself, its arrays' headers, and its entry in the index.
    private static let overhead = 256
}

/// The samples that wait for their labels.
package struct WaitingRoom: Sendable {
    /// How many samples came so far, whether they wait or not.
    var seen: UInt64 = 0
    /// How long the labels were under way.
    package internal(set) var delay = LabelDelay()
    /// How many rows wait.
    package private(set) var count = 0
    /// What they take.
    package private(set) var bytes = 0

    private var rows: [WaitingRow?] = []
    /// The tickets of the rows and holes.
    private var tickets: [UInt64] = []
    /// The first place that is no hole, or the end.
    private var first = 0
    private var ticketOf: [String: UInt64] = [:]
    var nextTicket: UInt64 = 0
    /// Hashes of identifiers whose rows left without a label: a ring, the oldest at `goneNext`.
    private(set) var gone: [UInt64] = []
    private(set) var goneNext = 0

    /// How many of the identifiers that left are remembered.
    static let goneMax = 4096

    /// Makes an empty room.
    package init() {}

    /// Whether a row of this identifier waits.
    package func contains(_ id: String) -> Bool { ticketOf[id] != nil }

    /// The row of this identifier.
    func row(_ id: String) -> WaitingRow? { ticketOf[id].flatMap { rows[place(of: $0)] } }

    /// The rows in the order of arrival.
    var waiting: [WaitingRow] { rows[first...].compactMap { $0 } }

    /// Whether a row of this identifier left without a label not long ago.
    func hasLeft(_ id: String) -> Bool { gone.contains(WaitingRoom.hash(id)) }

    /// Takes a row in, as the newest.
    ///
    /// - Precondition: none of its identifier waits.
    /// - Returns: Its ticket.
    @discardableResult
    mutating func insert(_ row: WaitingRow) -> UInt64 {
        precondition(ticketOf[row.id] == nil, "an identifier waits once")
        var row = row
        row.ticket = nextTicket
        nextTicket += 1
        ticketOf[row.id] = row.ticket
        tickets.append(row.ticket)
        count += 1
        bytes += row.bytes
        rows.append(row)
        return row.ticket
    }

    /// Lets the row of an identifier go.
    mutating func remove(_ id: String) -> WaitingRow? {
        guard let ticket = ticketOf.removeValue(forKey: id) else { return nil }
        let place = place(of: ticket)
        guard let row = rows[place] else { return nil }
        rows[place] = nil
        count -= 1
        bytes -= row.bytes
        closeHoles()
        return row
    }

    /// Lets the oldest rows go until the bounds hold.
    mutating func expire(_ settings: LabelSettings, at now: Instant) -> [WaitingRow] {
        var leaving: [WaitingRow] = []
        while let oldest = oldest,
            count > settings.rowsMax || bytes > settings.bytesMax
                || now >= oldest.arrivedAt + settings.ageMax,
            let row = remove(oldest.id)
        {
            noteGone(row.id)
            leaving.append(row)
        }
        return leaving
    }

    /// Lets every row go.
    mutating func removeAll() -> [WaitingRow] {
        let leaving = waiting
        for row in leaving {
            _ = remove(row.id)
            noteGone(row.id)
        }
        return leaving
    }

    /// When the oldest row will have waited for too long.
    func nextExpiry(_ settings: LabelSettings) -> Instant? {
        oldest.map { $0.arrivedAt + settings.ageMax }
    }

    /// Takes the features from `width` on away from every row, as when an older schema comes back.
    mutating func shrink(width: Int) {
        for place in rows.indices {
            guard var row = rows[place], row.raw.count > width else { continue }
            bytes -= row.bytes
            row.raw.removeLast(row.raw.count - width)
            bytes += row.bytes
            rows[place] = row
        }
    }

    /// Remembers that a sample of this identifier left without a label.
    mutating func noteGone(_ id: String) {
        let hash = WaitingRoom.hash(id)
        guard gone.count == WaitingRoom.goneMax else {
            gone.append(hash)
            return
        }
        gone[goneNext] = hash
        goneNext = (goneNext + 1) % WaitingRoom.goneMax
    }

    private var oldest: WaitingRow? { first < rows.count ? rows[first] : nil }

    private func place(of ticket: UInt64) -> Int {
        var (low, high) = (first, tickets.count)
        while low < high {
            let middle = (low + high) / 2
            if tickets[middle] < ticket { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func closeHoles() {
        while first < rows.count, rows[first] == nil { first += 1 }
        guard rows.count - count > count + 64 else { return }
        var kept: [WaitingRow?] = []
        for row in rows where row != nil { kept.append(row) }
        rows = kept
        tickets = kept.compactMap { $0?.ticket }
        first = 0
    }

    private static func hash(_ id: String) -> UInt64 { StringTable.hash(Array(id.utf8).span) }
}

extension WaitingRoom {
    /// Puts back what a checkpoint held.
    mutating func restore(_ row: WaitingRow) throws(DecodeError) {
        guard row.ticket >= nextTicket, ticketOf[row.id] == nil else {
            throw .invalid("two samples wait with one identifier, or out of their order")
        }
        let end = nextTicket
        nextTicket = row.ticket
        insert(row)
        precondition(nextTicket > end, "tickets rise")
    }

    /// Puts back the identifiers that left.
    mutating func restore(gone hashes: [UInt64], next: Int) throws(DecodeError) {
        let isRing = hashes.count == WaitingRoom.goneMax
        guard hashes.count <= WaitingRoom.goneMax, next == 0 || isRing && hashes.indices ~= next
        else { throw .invalid("the identifiers that left are no ring") }
        gone = hashes
        goneNext = next
    }
}
