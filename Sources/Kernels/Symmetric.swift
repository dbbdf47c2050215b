// SPDX-License-Identifier: Apache-2.0
//
// Symmetric matrices in double precision, row by row.

import CKernels

/// Sums of products, and systems of equations.
package enum Symmetric {
    /// Adds `weight` times the product of two columns of numbers to a matrix.
    package static func add(
        _ weight: Double,
        times left: [Double],
        _ right: [Double],
        to matrix: inout [Double]
    ) {
        precondition(
            left.count == right.count && matrix.count == left.count * left.count,
            "a matrix has a row for each number"
        )
        matrix.withUnsafeMutableBufferPointer {
            guard let first = $0.baseAddress else { return }
            learnd_scatter(first, left, right, weight, left.count)
        }
    }

    /// The lower factor of a positive definite matrix; nil when it is none.
    package static func factor(_ matrix: [Double], size: Int) -> [Double]? {
        precondition(matrix.count == size * size, "a matrix is a square")
        var factor = matrix
        let isDone = factor.withUnsafeMutableBufferPointer {
            $0.baseAddress.map { learnd_cholesky($0, size) } ?? 1
        }
        return isDone == 1 ? factor : nil
    }

    /// The column that the factored matrix turns into `column`.
    package static func solve(_ factor: [Double], _ column: [Double]) -> [Double] {
        precondition(factor.count == column.count * column.count, "a matrix is a square")
        var solved = column
        solved.withUnsafeMutableBufferPointer {
            guard let first = $0.baseAddress else { return }
            learnd_cholesky_solve(factor, first, column.count)
        }
        return solved
    }
}
