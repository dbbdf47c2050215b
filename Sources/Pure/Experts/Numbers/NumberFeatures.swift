// SPDX-License-Identifier: Apache-2.0
//
// What the lines for numbers make of the scaled columns z: a 1 and, while there are few columns,
// for each column j
//
//     z_j, 0.7 (z_j^2 - 1), z_i z_j for each i before j
//
// and the 1 and the columns alone when there are more. New columns thus come behind the old ones,
// until there are too many and only the plain features are left.

import Kernels

/// The features of a line for numbers.
struct NumberFeatures: Sendable, Equatable {
    /// The number of columns.
    let width: Int
    /// What is made of them.
    let form: LineForm

    /// Makes the features of so many columns, with products up to a width of `quadraticMost`.
    init(width: Int, quadraticMost: Int) {
        self.width = width
        form = width <= quadraticMost ? .quadratic : .plain
    }

    /// How many there are.
    var size: Int { form.size(width: width, classes: 1) }
    /// The same, as they lie in memory.
    var stride: Int { LineForm.stride(of: size) }

    /// Where the features of `old` that are left have come to lie: old places and new ones.
    func places(of old: NumberFeatures) -> [(old: Int, new: Int)] {
        guard form != old.form else { return (0..<old.size).map { ($0, $0) } }
        // From products to plain columns: column j comes behind j columns with their products.
        return [(0, 0)] + (0..<old.width).map { (1 + 2 * $0 + $0 * ($0 - 1) / 2, 1 + $0) }
    }
}
