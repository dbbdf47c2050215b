// SPDX-License-Identifier: Apache-2.0
//
// Weights that are left out: set to 0, and not stored where that takes fewer bytes.
//
//     prune   the smallest weights of a matrix, a share of all of it: an output may lose all, and
//             another none. This is what a consolidation trains for, step by step.
//     top_k   of the weights of each output all but the largest, so that each keeps as many: at
//             least one. This is of the version alone; nothing is trained for it.
//
// With both, what is left after pruning counts for top_k.

import Learning

/// Which weights are left out.
enum Sparsification {
    /// The weights of a matrix with what is left out as 0.
    static func apply(
        _ settings: CompressionSettings,
        to weights: [Float],
        rows: Int
    ) -> [Float] {
        var left = weights
        let zeros = Magnitudes.zeros(of: weights.count, share: settings.prune)
        for place in Magnitudes.smallest(zeros, of: left, in: left.indices) { left[place] = 0 }
        guard settings.topK < 1, rows > 0 else { return left }
        let width = left.count / rows
        let kept = max(1, Int((settings.topK * Double(width)).rounded(.up)))
        for row in 0..<rows {
            let places = row * width..<(row + 1) * width
            for place in Magnitudes.smallest(width - min(width, kept), of: left, in: places) {
                left[place] = 0
            }
        }
        return left
    }
}
