// SPDX-License-Identifier: Apache-2.0
//
// How the rows of a block come into memory: those that were learned into reservoir and recent
// window, those that were set aside into the holdout, those that were only tested nowhere. Runs of
// rows of one kind go in together, which leaves the same state as one row after the other.

package import Learning

extension ReplayMemory {
    /// Where a row goes.
    private enum Place {
        case training
        case holdout
        case nowhere
    }

    /// Takes the labelled rows of a block that went through the champion; the first of them has
    /// the number `first`.
    ///
    /// - Returns: How many of them were trained on.
    package mutating func remember(_ block: Block, from first: UInt64) -> UInt64 {
        precondition(block.width <= width, "the memory grows before a wider row comes")
        var index = first
        var trained: UInt64 = 0
        var row = 0
        while row < block.rows {
            guard !block.losses[row].isNaN else {
                row += 1
                continue
            }
            let place = ReplayMemory.place(of: row, in: block)
            var end = row + 1
            while end < block.rows && !block.losses[end].isNaN
                && ReplayMemory.place(of: end, in: block) == place
            { end += 1 }
            switch place {
            case .training:
                trained += UInt64(end - row)
                insert(row..<end, of: block, at: index)
            case .holdout: setAside(row..<end, of: block, at: index)
            case .nowhere: break
            }
            index += UInt64(end - row)
            row = end
        }
        return trained
    }

    /// Keeps the rows of a block that were set aside, and no others; the first of them has the
    /// number `first`.
    package mutating func rememberHoldout(_ block: Block, from first: UInt64) {
        var index = first
        for row in 0..<block.rows where !block.losses[row].isNaN {
            if ReplayMemory.place(of: row, in: block) == .holdout {
                setAside(row..<row + 1, of: block, at: index)
            }
            index += 1
        }
    }

    private static func place(of row: Int, in block: Block) -> Place {
        guard block.weights[row] > 0 else { return .nowhere }
        return block.uses[row] == .train ? .training : .holdout
    }
}

extension Block {
    /// What the memory keeps of a row besides its features.
    func header(of row: Int, at index: UInt64) -> MemoryHeader {
        MemoryHeader(
            index: index,
            label: classes[row],
            target: targets[row],
            weight: weights[row],
            context: contexts[row],
            loss: losses[row]
        )
    }
}
