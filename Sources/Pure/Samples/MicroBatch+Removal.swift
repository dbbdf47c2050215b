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
