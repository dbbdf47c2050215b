// SPDX-License-Identifier: Apache-2.0
//
// What waits for the vote: micro-batches in the order of arrival. A sample whose label will come
// later cannot say what the task is, so it does not vote; it waits until its label does. The bounds
// of the waiting room hold here, too.

import Primitives
import Samples

/// The samples and labels that wait for the vote.
struct VoteQueue: Sendable {
    /// What came together.
    struct Item: Sendable {
        var batch: MicroBatch
        var arrivedAt: Instant
        /// The rows that wait for a label.
        fileprivate(set) var open: Int

        init(_ batch: MicroBatch, at arrivedAt: Instant) {
            self.batch = batch
            self.arrivedAt = arrivedAt
            open = batch.rows.reduce(0) { $0 + ($1.isOpen ? 1 : 0) }
        }
    }

    /// What waits, oldest first.
    private(set) var items: [Item] = []
    /// When the first came that has a vote.
    var since: Instant?

    /// How many rows wait.
    var rows: Int { items.reduce(0) { $0 + $1.batch.rows.count } }

    /// How many votes there are: samples that have a label or will not get one, and late labels;
    /// when the task is known, every sample.
    func votes(settings: EngineSettings, isTaskKnown: Bool) -> Int {
        if isTaskKnown || settings.labels.rowsMax == 0 { return rows }
        return items.reduce(0) { $0 + $1.batch.rows.count - $1.open + $1.batch.labels.count }
    }

    /// Counts the votes, as many as are asked for; what waits for a label says its shape on the
    /// way.
    func count(settings: EngineSettings, isTaskKnown: Bool) -> Vote {
        var vote = Vote()
        var left = settings.voteSamples
        let allVote = isTaskKnown || settings.labels.rowsMax == 0
        for item in items {
            for row in item.batch.rows where left > 0 {
                vote.count(row)
                if allVote || !row.isOpen { left -= 1 }
            }
            for label in item.batch.labels where left > 0 {
                vote.count(label)
                left -= 1
            }
        }
        return vote
    }

    /// Takes a micro-batch.
    mutating func append(_ batch: MicroBatch, at now: Instant) {
        items.append(Item(batch, at: now))
    }

    /// Puts back what a checkpoint held.
    init(items: [Item] = [], since: Instant? = nil) {
        self.items = items
        self.since = since
    }

    /// Takes the rows out that have waited for a label for too long, or are too many.
    ///
    /// - Returns: Their producers and identifiers, the oldest first.
    mutating func expire(
        _ settings: LabelSettings,
        at now: Instant
    ) -> [(producer: String, id: String)] {
        guard settings.rowsMax > 0 else { return [] }
        var excess = items.reduce(0) { $0 + $1.open } - settings.rowsMax
        var bytes = items.reduce(0) { $0 + $1.batch.bytes } - settings.bytesMax
        var leaving: [(producer: String, id: String)] = []
        for place in items.indices {
            let isOld = now >= items[place].arrivedAt + settings.ageMax
            guard isOld || excess > 0 || bytes > 0 else { break }
            guard items[place].open > 0 else { continue }
            var left = isOld || bytes > 0 ? items[place].open : min(excess, items[place].open)
            let before = items[place].batch
            excess -= left
            items[place].open -= left
            items[place].batch = before.filtered { row in
                guard row.isOpen, left > 0 else { return true }
                left -= 1
                leaving.append(
                    (before.producers[Int(row.producer)], before.ids.text(row.id - 1))
                )
                return false
            }
            bytes -= before.bytes - items[place].batch.bytes
        }
        items.removeAll { $0.batch.rows.isEmpty && $0.batch.labels.isEmpty }
        return leaving
    }

    /// When the oldest row that waits for a label will have waited for too long.
    func nextExpiry(_ settings: LabelSettings) -> Instant? {
        guard settings.rowsMax > 0 else { return nil }
        return items.first { $0.open > 0 }.map { $0.arrivedAt + settings.ageMax }
    }

    /// Takes the rows out that wait for no label.
    ///
    /// - Returns: Their producers, one for each row.
    mutating func removeVoters(_ settings: LabelSettings) -> [String] {
        var producers: [String] = []
        for place in items.indices {
            let before = items[place].batch
            items[place].batch = before.filtered { row in
                if row.isOpen, settings.rowsMax > 0 { return true }
                producers.append(before.producers[Int(row.producer)])
                return false
            }
        }
        items.removeAll { $0.batch.rows.isEmpty && $0.batch.labels.isEmpty }
        return producers
    }
}

extension MicroBatch.Row {
    /// Whether a label may come for it.
    fileprivate var isOpen: Bool { labelKind == .none && id > 0 }
}
