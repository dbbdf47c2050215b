// SPDX-License-Identifier: Apache-2.0
//
// A linear model of which some weights are 0 and stay so. It learns by gradients that are written
// out, one product a weight more than without, so this is no way to learn faster.

extension LinearModel: Prunable {
    /// Sets the smallest weights to 0 and keeps them there.
    package mutating func prune(share: Double) {
        let weights = values.indices.filter { $0 % (width + 1) != width }
        let zeros = Magnitudes.zeros(of: weights.count, share: share)
        let numbers = weights.map { values[$0] }
        mask = PruningMask(
            count: values.count,
            pruned: Magnitudes.smallest(zeros, of: numbers, in: numbers.indices).map { weights[$0] }
        )
        mask.apply(to: &values)
    }
}
