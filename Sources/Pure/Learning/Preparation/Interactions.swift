// SPDX-License-Identifier: Apache-2.0
//
// Products of columns, so that a linear model can learn what two columns say only together. For
// columns z_0, z_1, ... the features are, column after column,
//
//     z_j,  z_0 z_j, ..., z_(j-1) z_j,  (z_j² - 1) / √2
//
// which for independent standard normal columns are uncorrelated, with mean 0 and variance 1 (the
// Hermite polynomials up to degree two), so that one rate goes on suiting all of them. A product
// stands with the later of its columns: a new column appends its features and moves no other.
//
// Not for many columns: n of them become n (n + 3) / 2 features.

import Kernels

/// Products of columns, as features of their own.
enum Interactions {
    /// How many features `width` columns become.
    static func featureWidth(of width: Int) -> Int { Preparing.widthWithProducts(width) }

    /// The most columns that become no more than `featuresMax` features.
    static func columnsMax(for featuresMax: Int) -> Int {
        var width = Int((2 * Double(featuresMax)).squareRoot())
        while featureWidth(of: width) > featuresMax { width -= 1 }
        return width
    }

    /// Replaces the scaled columns of each row by columns and products.
    static func expand(_ block: inout Block) {
        let width = block.featureWidth
        let wide = featureWidth(of: width)
        swap(&block.features, &block.spare)
        Copying.resize(&block.features, to: block.rows * wide)
        var features = Block.take(&block.features)
        expand(block, &features, width: width)
        block.features = features
        block.featureWidth = wide
    }

    private static func expand(
        _ block: borrowing Block,
        _ features: inout [Float],
        width: Int
    ) {
        var products = features.mutableSpan
        Preparing.interact(block.spare.span, width: width, to: &products, rows: block.rows)
    }
}
