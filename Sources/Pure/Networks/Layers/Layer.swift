// SPDX-License-Identifier: Apache-2.0
//
// The role of a layer: it reads a slot of values and fills another, and on the way back adds to the
// gradient of the first from that of the second. One dynamic call for each layer and pass.

import Kernels

/// The values of one place between two layers, for every row of a pass.
struct Slot: Sendable {
    /// Where it begins, in numbers per row.
    var at: Int
    /// How its numbers are to be read.
    var shape: [Int]
    /// Where its gradient begins, in numbers per row; nil where nobody needs one.
    var gradientAt: Int?
    /// Whether the layer that reads it may write over it.
    var isFree = false

    /// How many numbers a row has.
    var count: Int { shape.reduce(1, *) }
    /// How many times a layer over the last dimension is applied to a row.
    var repeats: Int { shape.dropLast().reduce(1, *) }
    /// The size of the last dimension.
    var width: Int { shape.last ?? 1 }
}

/// One walk over the layers.
struct Pass {
    /// How many rows there are.
    let rows: Int
    /// Whether layers behave as while learning.
    let isTraining: Bool
    /// What decides the masks of this pass.
    let seed: UInt64
    /// Where values begin.
    let valuesAt: Int
    /// Where gradients begin.
    let gradientsAt: Int

    /// Where the values of a slot lie.
    func values(_ slot: Slot) -> Address { .values(valuesAt + slot.at * rows) }

    /// Where the gradient of a slot lies; nil where nobody needs it.
    func gradient(_ slot: Slot) -> Address? {
        slot.gradientAt.map { .values(gradientsAt + $0 * rows) }
    }
}

/// What happens between two slots.
protocol Layer: Sendable {
    /// Fills the output from the input.
    func forward(_ work: inout Workspace, _ pass: Pass)
    /// Adds to the gradients of input and parameters from that of the output.
    func backward(_ work: inout Workspace, _ pass: Pass)
}
