// SPDX-License-Identifier: Apache-2.0
//
// How the rows of numbers of experts with one layer are packed for bytes and tensors, padded for
// kernels, and moved when columns and classes appear.
//
// Of two classes there is one row of weights: the margin of the second class. When a third appears
// it becomes two, of which the first is its opposite.

import Kernels
import Primitives

/// The places of numbers in rows that are padded.
struct LineLayout: Sendable {
    let form: LineForm
    let shape: ExpertShape

    /// The numbers in a row that mean something.
    var size: Int { form.size(width: shape.width, classes: shape.classes) }
    /// The numbers in a row.
    var stride: Int { LineForm.stride(of: size) }
    /// The rows of weights.
    var models: Int { LineForm.models(classes: shape.classes) }

    /// Rows without what pads them.
    func packed(_ rows: [Float]) -> [Float] {
        var packed: [Float] = []
        guard stride > 0 else { return packed }
        packed.reserveCapacity(rows.count / stride * size)
        for start in Swift.stride(from: 0, to: rows.count, by: stride) {
            packed += rows[start..<start + size]
        }
        return packed
    }

    /// Rows with what pads them; `filler` where nothing is.
    func padded(_ rows: [Float], filler: Float = 0) -> [Float] {
        var padded: [Float] = []
        guard size > 0 else { return padded }
        padded.reserveCapacity(rows.count / size * stride)
        for start in Swift.stride(from: 0, to: rows.count, by: size) {
            padded += rows[start..<start + size]
            padded += repeatElement(filler, count: stride - size)
        }
        return padded
    }

    /// The lower triangles, with the diagonals, of symmetric matrices of `size` rows.
    func triangles(_ matrices: [Float]) -> [Float] {
        var triangles: [Float] = []
        guard stride > 0 else { return triangles }
        for row in 0..<matrices.count / stride {
            triangles += matrices[row * stride...row * stride + row % size]
        }
        return triangles
    }

    /// The matrices of lower triangles.
    ///
    /// - Precondition: There are as many numbers as `count` triangles have.
    func matrices(_ triangles: [Float], count: Int) -> [Float] {
        precondition(triangles.count == count * triangle, "there is a number for every place")
        var matrices = [Float](repeating: 0, count: count * size * stride)
        var next = 0
        for matrix in 0..<count {
            let start = matrix * size * stride
            for row in 0..<size {
                for column in 0...row {
                    matrices[start + row * stride + column] = triangles[next]
                    matrices[start + column * stride + row] = triangles[next]
                    next += 1
                }
            }
        }
        return matrices
    }

    /// The numbers of a triangle.
    var triangle: Int { size * (size + 1) / 2 }

    /// Where a feature stands once the rows have grown.
    func place(of feature: Int, in grown: LineLayout) -> Int {
        guard form == .temporal, feature > shape.width else { return feature }
        let more = grown.shape.width - shape.width
        return feature + (feature > 2 * shape.width ? 2 * more : more)
    }

    /// Rows moved to the places that they have once they have grown, with `filler` where nothing
    /// was; `count` rows in all.
    func moved(
        _ rows: [Float],
        to grown: LineLayout,
        count: Int,
        filler: Float = 0
    ) -> [Float] {
        var moved = [Float](repeating: 0, count: count * grown.stride)
        let had = stride == 0 ? 0 : rows.count / stride
        for row in 0..<count {
            for feature in 0..<grown.size { moved[row * grown.stride + feature] = filler }
            guard row < had else { continue }
            for feature in 0..<size {
                moved[row * grown.stride + place(of: feature, in: grown)] =
                    rows[row * stride + feature]
            }
        }
        return moved
    }

    /// Symmetric matrices moved likewise, with zeros where nothing was.
    ///
    /// Of what lies above the diagonal kernels leave some as it is: it is made from the rest.
    func movedMatrices(_ matrices: [Float], to grown: LineLayout, count: Int) -> [Float] {
        let (area, grownArea) = (size * stride, grown.size * grown.stride)
        var moved = [Float](repeating: 0, count: count * grownArea)
        let had = area == 0 ? 0 : matrices.count / area
        for matrix in 0..<min(had, count) {
            for row in 0..<size {
                let target = place(of: row, in: grown)
                for column in 0...row {
                    let other = place(of: column, in: grown)
                    let number = matrices[matrix * area + row * stride + column]
                    moved[matrix * grownArea + target * grown.stride + other] = number
                    moved[matrix * grownArea + other * grown.stride + target] = number
                }
            }
        }
        return moved
    }

    /// Whether one row of weights becomes one for each class.
    func splits(into grown: LineLayout) -> Bool { models == 1 && grown.models > 1 }

    /// Weights moved to their places; where one row becomes two they have `share` of it each.
    func movedWeights(_ weights: [Float], to grown: LineLayout, share: Float) -> [Float] {
        var rows = weights
        if splits(into: grown) { rows = rows.map { -$0 * share } + rows.map { $0 * share } }
        return moved(rows, to: grown, count: grown.models)
    }
}

extension ByteReader {
    /// Takes an array of numbers, each of which lies in the range.
    ///
    /// - Throws: When there are fewer or more than `count`, or one does not.
    mutating func readFloats(
        _ count: Int,
        in range: ClosedRange<Float>
    ) throws(DecodeError) -> [Float] {
        let numbers = try readFloats()
        guard numbers.count == count, numbers.allSatisfy(range.contains) else {
            throw .invalid("\(numbers.count) numbers of an expert do not fill \(count) places")
        }
        return numbers
    }

    /// Takes an array of counts, one for each class.
    mutating func readCounts(_ count: Int) throws(DecodeError) -> [Double] {
        let numbers = try readDoubles()
        guard numbers.count == count, numbers.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .invalid("an expert has seen a class less than never")
        }
        return numbers
    }
}
