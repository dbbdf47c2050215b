// SPDX-License-Identifier: Apache-2.0
//
// Messages that came before are taken out of a micro-batch, with their rows and their late labels.

extension MicroBatch {
    /// The batch without what came in the messages at the given places, which ascend.
    ///
    /// The envelopes have been judged by then, and go too.
    package func without(messages places: [Int]) -> MicroBatch {
        var rest = self
        for place in places.reversed() {
            let message = messages[place]
            let firstLabel = Int(message.firstLabel)
            rest.labels.removeSubrange(firstLabel..<firstLabel + Int(message.labels))
            let firstRow = Int(message.firstRow)
            rest.rows.removeSubrange(firstRow..<firstRow + Int(message.rows))
            for label in firstLabel..<rest.labels.count {
                rest.labels[label].row -= min(message.rows, rest.labels[label].row)
            }
        }
        rest.messages.removeAll()
        return rest
    }
}

extension MicroBatch {
    /// The batch with the rows that are kept; its envelopes go.
    package func filtered(_ isKept: (Row) -> Bool) -> MicroBatch {
        var rest = self
        rest.messages.removeAll()
        rest.rows.removeAll(keepingCapacity: true)
        var label = 0
        for (place, row) in rows.enumerated() {
            while label < labels.count, Int(labels[label].row) <= place {
                rest.labels[label].row = UInt32(rest.rows.count)
                label += 1
            }
            if isKept(row) { rest.rows.append(row) }
        }
        for label in label..<labels.count { rest.labels[label].row = UInt32(rest.rows.count) }
        return rest
    }

    /// About what the batch takes: its columns, whether its rows still use them or not.
    package var bytes: Int {
        rows.count * 32 + values.count * 4 + entries.count * 12 + labels.count * 32
            + strings.bytes + ids.bytes + contexts.bytes
    }
}
