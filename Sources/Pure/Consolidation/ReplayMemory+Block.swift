// SPDX-License-Identifier: Apache-2.0
//
// How the rows of a block come into memory: those that were learned into reservoir and recent
// window, those that were set aside into the holdout, those that were only tested nowhere.

package import Learning

extension ReplayMemory {
    /// Takes the labelled rows of a block that went through the champion; the first of them has
    /// the number `first`.
    ///
    /// - Returns: How many of them were trained on.
    package mutating func remember(_ block: Block, from first: UInt64) -> UInt64 {
        var index = first
        var trained: UInt64 = 0
        let width = block.width
        for row in 0..<block.rows {
            guard !block.losses[row].isNaN else { continue }
            defer { index += 1 }
            guard block.weights[row] > 0 else { continue }
            let features = block.raw.span.extracting(row * width..<(row + 1) * width)
            if block.uses[row] == .train {
                trained += 1
                insert(
                    features: features,
                    label: block.classes[row],
                    target: block.targets[row],
                    weight: block.weights[row],
                    at: index
                )
            } else {
                setAside(
                    features: features,
                    label: block.classes[row],
                    target: block.targets[row],
                    weight: block.weights[row],
                    at: index
                )
            }
        }
        return trained
    }
}
