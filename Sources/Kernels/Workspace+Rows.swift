// SPDX-License-Identifier: Apache-2.0
//
// Functions of single numbers, of rows and of planes in a workspace.

import CKernels

/// A function of one number with a gradient that follows from its value.
package enum ActivationFunction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The larger of 0 and x.
    case relu = 0
    /// The hyperbolic tangent.
    case tanh = 1
    /// 1 / (1 + exp(-x)).
    case sigmoid = 2
}

extension Workspace {
    /// Writes f(x); the two places may be one.
    package mutating func activate(
        _ function: ActivationFunction,
        _ from: Address,
        to: Address,
        _ count: Int
    ) {
        withRooms {
            learnd_activate(
                Int32(function.rawValue),
                $0.read(from, count),
                $0.write(to, count),
                count
            )
        }
    }

    /// Adds the gradient by x, from the values of f.
    package mutating func activateBack(
        _ function: ActivationFunction,
        values: Address,
        gradient: Address,
        to: Address,
        _ count: Int
    ) {
        withRooms {
            let y = $0.read(values, count)
            let dy = $0.read(gradient, count)
            let dx = $0.write(to, count)
            if UnsafePointer(dx) == dy {
                learnd_activate_back_here(Int32(function.rawValue), y, dx, count)
            } else {
                learnd_activate_back(Int32(function.rawValue), y, dy, dx, count)
            }
        }
    }

    /// Adds numbers to others.
    package mutating func add(_ from: Address, to: Address, _ count: Int) {
        withRooms { learnd_add($0.read(from, count), $0.write(to, count), count) }
    }

    /// Writes products of pairs, or adds them.
    package mutating func product(
        _ left: Address,
        _ right: Address,
        to: Address,
        _ count: Int,
        adds: Bool
    ) {
        withRooms {
            let (a, b, y) = ($0.read(left, count), $0.read(right, count), $0.write(to, count))
            if adds { learnd_add_product(a, b, y, count) } else { learnd_product(a, b, y, count) }
        }
    }

    /// Writes 0 with probability `share`, and 1 / (1 - share) else.
    package mutating func dropoutMask(seed: UInt64, share: Float, to: Address, _ count: Int) {
        withRooms { learnd_dropout_mask(seed, share, $0.write(to, count), count) }
    }

    /// Keeps numbers finite and within the limit.
    package mutating func bound(_ at: Address, _ count: Int, limit: Float) {
        withRooms { learnd_bound($0.read(at, count), $0.write(at, count), count, limit) }
    }

    /// Adds the same `count` numbers to each row.
    package mutating func addToRows(_ numbers: Address, _ to: Address, rows: Int, count: Int) {
        withRooms {
            learnd_add_to_rows($0.read(numbers, count), $0.write(to, rows * count), rows, count)
        }
    }

    /// Adds the sum of the rows to `count` numbers.
    package mutating func addRowSums(_ from: Address, to: Address, rows: Int, count: Int) {
        withRooms {
            learnd_add_row_sums($0.read(from, rows * count), $0.write(to, count), rows, count)
        }
    }

    /// Adds one number to each plane of `count` numbers.
    package mutating func addToPlanes(_ numbers: Address, _ to: Address, planes: Int, count: Int) {
        withRooms {
            learnd_add_to_planes(
                $0.read(numbers, planes),
                $0.write(to, planes * count),
                planes,
                count
            )
        }
    }

    /// Adds the sum of each plane to its number.
    package mutating func addPlaneSums(_ from: Address, to: Address, planes: Int, count: Int) {
        withRooms {
            learnd_add_plane_sums(
                $0.read(from, planes * count),
                $0.write(to, planes),
                planes,
                count
            )
        }
    }

    /// Writes the softmax of each row times `scale`.
    package mutating func softmax(
        _ from: Address,
        to: Address,
        rows: Int,
        count: Int,
        scale: Float
    ) {
        withRooms {
            let (x, y) = ($0.read(from, rows * count), $0.write(to, rows * count))
            learnd_softmax_rows(x, y, rows, count, scale)
        }
    }

    /// Adds the gradient of the softmax of each row.
    package mutating func softmaxBack(
        values: Address,
        gradient: Address,
        to: Address,
        rows: Int,
        count: Int,
        scale: Float
    ) {
        let total = rows * count
        withRooms {
            let (y, dy) = ($0.read(values, total), $0.read(gradient, total))
            learnd_softmax_rows_back(y, dy, $0.write(to, total), rows, count, scale)
        }
    }
}

/// Where the numbers of a layer normalisation lie.
package struct Normalisation: Sendable {
    /// How many rows there are.
    package var rows: Int
    /// How many numbers each has.
    package var count: Int
    /// The gain of each number.
    package var gain: Address
    /// The shift of each number.
    package var shift: Address
    /// Room for the normalised numbers.
    package var normal: Address
    /// Room for one over the deviation of each row.
    package var inverse: Address

    /// Makes a place.
    package init(
        rows: Int,
        count: Int,
        gain: Address,
        shift: Address,
        normal: Address,
        inverse: Address
    ) {
        self.rows = rows
        self.count = count
        self.gain = gain
        self.shift = shift
        self.normal = normal
        self.inverse = inverse
    }
}

extension Workspace {
    /// Writes each row with mean 0 and variance 1, times gain, plus shift.
    package mutating func normalise(_ place: Normalisation, _ from: Address, to: Address) {
        let total = place.rows * place.count
        withRooms {
            learnd_normalise_rows(
                $0.read(from, total),
                $0.read(place.gain, place.count),
                $0.read(place.shift, place.count),
                $0.write(to, total),
                $0.write(place.normal, total),
                $0.write(place.inverse, place.rows),
                place.rows,
                place.count
            )
        }
    }

    /// Adds the gradients of a normalisation; nil for an input that needs none.
    package mutating func normaliseBack(
        _ place: Normalisation,
        gradient: Address,
        to: Address?,
        gain: Address,
        shift: Address
    ) {
        let total = place.rows * place.count
        withRooms { rooms in
            learnd_normalise_rows_back(
                rooms.read(gradient, total),
                rooms.read(place.gain, place.count),
                rooms.read(place.normal, total),
                rooms.read(place.inverse, place.rows),
                to.map { rooms.write($0, total) },
                rooms.write(gain, place.count),
                rooms.write(shift, place.count),
                place.rows,
                place.count
            )
        }
    }
}
