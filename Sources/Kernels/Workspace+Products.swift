// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices in a workspace, by OpenBLAS.

import CKernels

/// A matrix in a workspace, row by row.
package struct Matrix: Sendable, BitwiseCopyable {
    /// Where it begins.
    package var address: Address
    /// The distance between the starts of two rows, as they lie in memory.
    package var stride: Int
    /// Whether its columns are taken for rows.
    package var isTransposed: Bool

    /// Makes a matrix.
    package init(_ address: Address, stride: Int, transposed isTransposed: Bool = false) {
        self.address = address
        self.stride = stride
        self.isTransposed = isTransposed
    }

    /// How many numbers it reaches over when it has so many rows and columns in a product.
    func reach(rows: Int, columns: Int) -> Int {
        let (lines, length) = isTransposed ? (columns, rows) : (rows, columns)
        precondition(stride >= length, "the rows of a matrix lie beside one another")
        return lines == 0 || length == 0 ? 0 : (lines - 1) * stride + length
    }
}

extension Workspace {
    /// Writes the product of `left` (of `rows` rows and `inner` columns) and `right` (of `columns`
    /// columns), or adds it to what is there.
    package mutating func multiply(
        _ left: Matrix,
        _ right: Matrix,
        rows: Int,
        columns: Int,
        inner: Int,
        into product: Address,
        stride: Int? = nil,
        adds: Bool
    ) {
        let target = Matrix(product, stride: stride ?? columns)
        withRooms { rooms in
            var a = learnd_matrix(
                numbers: rooms.read(left.address, left.reach(rows: rows, columns: inner)),
                stride: left.stride,
                is_transposed: left.isTransposed ? 1 : 0
            )
            var b = learnd_matrix(
                numbers: rooms.read(right.address, right.reach(rows: inner, columns: columns)),
                stride: right.stride,
                is_transposed: right.isTransposed ? 1 : 0
            )
            let reach = target.reach(rows: rows, columns: columns)
            let c = rooms.write(product, reach)
            learnd_multiply(&a, &b, rows, columns, inner, c, target.stride, adds ? 1 : 0)
        }
    }

    /// How many threads share the work of a product.
    package static var threads: Int { Int(learnd_blas_threads()) }

    /// The generation of processors whose products are used, as OpenBLAS calls it.
    package static var core: String { String(cString: learnd_blas_core()) }
}
