// SPDX-License-Identifier: Apache-2.0
//
// Labels that are under way. A sample's label comes when so many others have come after it, and
// before the next one: with a delay of 0 it would come with the sample. The sample goes ahead
// without it, under a name, and the label follows by that name, as they would over the wire.

import Samples

/// Labels between their samples and the engine.
struct LabelQueue: Sendable {
    private struct Entry: Sendable {
        var sample: Int
        var label: Double
        var kind: LabelKind
        var text: String
    }

    private let delay: Int
    private var entries: [Entry] = []
    /// The first entry that has not come.
    private var next = 0
    /// The samples so far.
    private var samples = 0

    init(delay: Int) {
        precondition(delay >= 0, "a label is never ahead of its sample")
        self.delay = delay
    }

    /// Whether all labels have come.
    var isEmpty: Bool { next == entries.count }

    /// Keeps the label of a row of the batch, if labels are late, and lets those come that are due
    /// behind it.
    mutating func hold(row: Int, of batch: inout MicroBatch) {
        guard delay > 0 else { return }
        let kind = batch.rows[row].labelKind
        if kind != .none {
            let label = batch.rows[row].label
            let text = kind == .text ? batch.strings.text(UInt32(label)) : ""
            entries.append(Entry(sample: samples, label: label, kind: kind, text: text))
            batch.rows[row].labelKind = .none
            batch.rows[row].label = 0
            batch.rows[row].id = batch.ids.intern(LabelQueue.name(samples)) + 1
        }
        while next < entries.count, entries[next].sample + delay <= samples {
            release(into: &batch, behind: row + 1)
        }
        samples += 1
    }

    /// Lets the next label come behind so many rows of the batch.
    mutating func release(into batch: inout MicroBatch, behind rows: Int) {
        let entry = entries[next]
        batch.labels.append(
            MicroBatch.LateLabel(
                id: batch.ids.intern(LabelQueue.name(entry.sample)),
                label: entry.kind == .text
                    ? Double(batch.strings.intern(entry.text)) : entry.label,
                labelKind: entry.kind,
                producer: 0,
                row: rows
            )
        )
        next += 1
        guard next > 2 * delay + 64 else { return }
        entries.removeFirst(next)
        next = 0
    }

    private static func name(_ sample: Int) -> String { String(sample) }
}
