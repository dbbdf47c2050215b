// SPDX-License-Identifier: Apache-2.0
//
// Rows of a learner that reads texts itself: one text by its name, and nothing beside it.

import Samples

extension Admission {
    mutating func judgeText(
        _ row: MicroBatch.Row,
        of batch: MicroBatch,
        under schema: Schema
    ) -> Judgement {
        var found = 0
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            guard resolve(feature: entry.name, of: batch, under: schema) >= 0 else {
                culprit = batch.strings.text(entry.name)
                return .refused(.features)
            }
            guard !entry.value.isNaN else { continue }
            guard entry.kind == .category else {
                culprit = batch.strings.text(entry.name)
                return .refused(.kind)
            }
            found += 1
        }
        return found == 1 ? .fits : .refused(.features)
    }

    func appendText(_ row: MicroBatch.Row, of batch: MicroBatch, to block: inout Block) {
        for place in Int(row.start)..<Int(row.start) + Int(row.count) {
            let entry = batch.entries[place]
            if entry.kind == .category, !entry.value.isNaN {
                batch.strings.append(UInt32(entry.value), to: &block.texts)
            }
        }
        block.textEnds.append(block.texts.count)
    }
}
