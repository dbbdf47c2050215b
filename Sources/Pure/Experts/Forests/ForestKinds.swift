// SPDX-License-Identifier: Apache-2.0
//
// The kinds of forests.

import Kernels
import Primitives

extension ExpertKind {
    /// A random forest on the columns.
    static let forest = kind("forest", ForestRecipe(kind: 80), use: .classes)
    /// A random forest on the columns, their changes and the last label.
    static let forestTemporal = kind(
        "forest_temporal",
        ForestRecipe(kind: 81, isTemporal: true),
        use: .classes
    )
    /// Gradient boosting of the squared error.
    static let boostedTrees = kind(
        "boosted_trees",
        ForestRecipe(kind: 82, isBoosted: true),
        use: .numbers
    )
    /// A random forest for numbers.
    static let forestNumbers = kind("forest_numbers", ForestRecipe(kind: 83), use: .numbers)

    private static func kind(_ name: String, _ recipe: ForestRecipe, use: Use) -> ExpertKind {
        ExpertKind(
            name,
            number: recipe.kind,
            use: use,
            fits: recipe.fits,
            make: { shape, _ in ForestExpert(shape, recipe) },
            read: { reader, shape throws(DecodeError) in
                try ForestExpert(from: &reader, shape, recipe)
            }
        )
    }
}
