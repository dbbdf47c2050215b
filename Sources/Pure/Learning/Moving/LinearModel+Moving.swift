// SPDX-License-Identifier: Apache-2.0
//
// The linear family starts at 0, so it is made smaller, and there is no spread for a noise.

package import Primitives

extension LinearModel {
    /// Yes.
    package var canShrink: Bool { true }

    /// Makes every parameter smaller.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {
        let before = frozen.isAny ? values : []
        Moving.scale(&values, by: share)
        if frozen.isAny { restoreFrozen(from: before) }
    }

    /// Yes.
    package var averages: Bool { true }

    /// Moves every parameter towards those of another model of the same shape.
    package mutating func approach(_ other: any Learner, share: Float) {
        guard let other = other as? LinearModel, other.kind == kind else { return }
        Moving.approach(&values, other.values, share: share)
    }
}
