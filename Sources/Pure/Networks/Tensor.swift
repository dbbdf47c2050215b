// SPDX-License-Identifier: Apache-2.0
//
// Where each tensor of a network lies in the one flat vector of its parameters, and how it starts.
// Gradient, moments, anchors and whatever else has a number for each parameter share the layout, so
// that they can be worked on without knowing of layers.
//
// Shapes and meanings are those of PyTorch: weights have a row for each output, the gates of a GRU
// are reset, update, new.

import Primitives

/// One tensor of a network.
package struct Tensor: Sendable, Equatable {
    /// The name in artifacts.
    package var name: String
    /// The sizes; the last varies fastest.
    package var shape: [Int]
    /// Where it begins in the flat vector.
    package var at: Int
    /// How its numbers start.
    package var start: TensorStart
    /// Whether it shifts rather than weighs; such are not made smaller by regularisers.
    package var isBias: Bool

    /// How many numbers it has.
    package var count: Int { shape.reduce(1, *) }
    /// Its place in the flat vector.
    package var range: Range<Int> { at..<at + count }
}

/// How the numbers of a tensor start.
package enum TensorStart: Sendable, Equatable {
    /// All the same.
    case constant(Float)
    /// Uniform within ± `limit`.
    case uniform(limit: Float)
}

extension Tensor {
    /// Fills the tensor's part of `vector` from column `first` on.
    ///
    /// Each column has a generator of
    /// its own, so that one that comes later is drawn like those that were there.
    func fill(_ vector: inout [Float], seed: UInt64, number: Int, from first: Int = 0) {
        guard case .uniform(let limit) = start else {
            if case .constant(let value) = start, first == 0 {
                for place in range { vector[place] = value }
            }
            return
        }
        let columns = shape.count == 2 ? shape[1] : 1
        let rows = count / max(1, columns)
        for column in first..<columns {
            var random = Tensor.generator(seed: seed, number: number, column: column)
            for row in 0..<rows {
                vector[at + row * columns + column] = Tensor.draw(&random, limit)
            }
        }
    }

    /// A number within ± `limit`.
    static func draw(_ random: inout RandomSource, _ limit: Float) -> Float {
        (2 * Float(random.unit()) - 1) * limit
    }

    private static func generator(seed: UInt64, number: Int, column: Int) -> RandomSource {
        RandomSource(seed: seed &+ UInt64(number) &* 0x1_0000_0001 &+ UInt64(column) << 40)
    }

    /// Carries a vector over to another layout of the same tensors: what was there keeps its place
    /// in its tensor, what is new is 0.
    package static func carry(_ vector: [Float], from old: [Tensor], to new: [Tensor]) -> [Float] {
        precondition(old.count == new.count, "a network keeps its tensors when it grows")
        var carried = [Float](repeating: 0, count: new.last.map { $0.range.upperBound } ?? 0)
        for (before, after) in zip(old, new) {
            let width = before.shape.last ?? 1
            let newWidth = after.shape.last ?? 1
            let lines = width == 0 ? 0 : before.count / width
            for line in 0..<lines {
                let from = before.at + line * width
                let to = after.at + line * newWidth
                for place in 0..<width { carried[to + place] = vector[from + place] }
            }
        }
        return carried
    }
}
