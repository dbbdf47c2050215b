// SPDX-License-Identifier: Apache-2.0
//
// How the steps of a consolidation fall while it passes over its rows. With `done` the share of its
// work that is done, and 1 / fall the share of a step that is left at the end:
//
//     decay     1 / (1 + (fall - 1) done), the same for all rows of a pass
//     cosine    1 / fall + (1 - 1 / fall) (1 + cos(pi u)) / 2, with u the share of the cycle that
//               is done; each cycle is twice as long as the one before, and begins in full again
//
// The second is SGDR (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm
// restarts", 2017): restarts leave a bad valley, which matters for networks; for the convex losses
// of linear models the decay is as good. Neither is for an endless stream, which has no end to fall
// towards.

import Kernels

/// How the steps of a consolidation become smaller.
package enum StepSchedule: UInt8, Sendable, CaseIterable {
    /// Smaller with each pass.
    case decay = 0
    /// In cosines that begin anew.
    case cosine = 1

    /// The word in the configuration.
    package var name: String {
        switch self {
        case .decay: "decay"
        case .cosine: "cosine"
        }
    }

    /// The most cycles of cosines.
    package static let cyclesMost = 8

    /// The share of a full step in a cycle of which `done` is behind it.
    package static func cosineShare(done: Double, fall: Double) -> Double {
        let least = 1 / fall
        return least + (1 - least) * (1 + Scalar.cos(.pi * done)) / 2
    }

    /// The share of the cycle that is done, when `done` of all `cycles` cycles is.
    package static func doneInCycle(done: Double, cycles: Int) -> Double {
        // In lengths of the first cycle, which sum up to 2^cycles - 1.
        var place = done * Double((1 << cycles) - 1)
        var length = 1.0
        for _ in 1..<max(1, cycles) where place >= length {
            place -= length
            length *= 2
        }
        return min(place / length, 1)
    }
}
