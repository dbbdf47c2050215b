// SPDX-License-Identifier: Apache-2.0
//
// From the memory back to where models look.

package import Learning

extension Block {
    /// Takes rows of the memory, to be predicted or learned in their order.
    package mutating func take(_ rows: MemoryRows, outputs: Int) {
        reset(width: rows.width, outputs: outputs)
        append(rows)
    }

    /// Adds rows of the memory behind those that there are.
    package mutating func append(_ rows: MemoryRows) {
        self.rows += rows.count
        raw.append(contentsOf: rows.features)
        classes.append(contentsOf: rows.labels)
        targets.append(contentsOf: rows.targets)
        weights.append(contentsOf: rows.weights)
        contexts.append(contentsOf: rows.contexts)
        uses.append(contentsOf: repeatElement(.train, count: rows.count))
    }
}
