// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way to features, apart from running statistics: gaps filled, products of columns.

import CKernels

/// Fills gaps and multiplies columns.
package enum Preparing {
    /// Copies numbers; what is not finite becomes 0.
    package static func fill(_ raw: Span<Float>, to features: inout MutableSpan<Float>) {
        checkRange(0, raw.count, features.count)
        guard raw.count > 0 else { return }
        raw.withUnsafeBufferPointer { raw in
            features.withUnsafeMutableBufferPointer { features in
                learnd_fill_missing(raw.baseAddress, features.baseAddress, raw.count)
            }
        }
    }

    /// How many features `width` columns and their products are.
    package static func widthWithProducts(_ width: Int) -> Int { width + width * (width + 1) / 2 }

    /// Writes each column, followed by its products with those before it and by (z² - 1) / √2.
    package static func interact(
        _ columns: Span<Float>,
        width: Int,
        to features: inout MutableSpan<Float>,
        rows: Int
    ) {
        checkRange(0, rows * width, columns.count)
        checkRange(0, rows * widthWithProducts(width), features.count)
        guard rows > 0, width > 0 else { return }
        columns.withUnsafeBufferPointer { columns in
            features.withUnsafeMutableBufferPointer { features in
                learnd_interact(columns.baseAddress, width, features.baseAddress, rows)
            }
        }
    }
}
