// SPDX-License-Identifier: Apache-2.0
//
// From the contexts of a micro-batch to those of the learner. A context is looked up once a batch,
// and gets a number only when a row that fits the learner has it: a refused sample changes nothing.

import Learning
import Samples

extension LearnerCore {
    /// Marks a context of the batch that no row has asked for yet.
    private static let unresolved = Int32.min

    /// Forgets what the contexts of the last batch were.
    mutating func beginContexts(_ batch: MicroBatch) {
        contextNumbers.removeAll(keepingCapacity: true)
        guard batch.contexts.count > 0 else { return }
        contextNumbers.append(ContextTable.unknown)
        for _ in 0..<batch.contexts.count { contextNumbers.append(LearnerCore.unresolved) }
    }

    /// Appends the contexts of a run of rows to the block.
    mutating func appendContexts(
        _ count: Int,
        from first: Int,
        of batch: MicroBatch,
        _ outcome: inout Outcome
    ) {
        guard batch.contexts.count > 0 else {
            block.contexts.append(contentsOf: repeatElement(ContextTable.unknown, count: count))
            return
        }
        for row in first..<first + count {
            block.contexts.append(context(of: batch.rows[row], in: batch, &outcome))
        }
    }

    /// The number of the row's context; it gets one when there is room.
    mutating func context(
        of row: MicroBatch.Row,
        in batch: MicroBatch,
        _ outcome: inout Outcome
    ) -> Int32 {
        guard row.context > 0 else { return ContextTable.unknown }
        let place = Int(row.context)
        if contextNumbers[place] == LearnerCore.unresolved {
            let name = batch.contexts.text(UInt32(place - 1))
            let wasOverflowing = contexts.isOverflowing
            contextNumbers[place] = contexts.intern(name)
            if contexts.isOverflowing, !wasOverflowing { outcome.contextBeyond = name }
        }
        return contextNumbers[place]
    }
}
