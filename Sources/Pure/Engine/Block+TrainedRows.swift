// SPDX-License-Identifier: Apache-2.0
//
// What counts as trained where no memory counts it.

import Learning

extension Block {
    /// How many rows were trained on: those for training that have a loss and a positive weight.
    var trainedRows: UInt64 {
        var count: UInt64 = 0
        for row in 0..<rows where uses[row] == .train && weights[row] > 0 && !losses[row].isNaN {
            count += 1
        }
        return count
    }
}
