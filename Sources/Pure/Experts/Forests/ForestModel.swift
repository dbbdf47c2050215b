// SPDX-License-Identifier: Apache-2.0
//
// A forest and how it is read. What trees say of numbers is in the units in which they were grown:
//
//     number = centre + slope * (the sum of the trees)

import Kernels
import Primitives

/// Trees, and what their words mean.
struct ForestModel: Sendable {
    var forest: Forest
    var reading: Forest.Reading

    init(_ forest: Forest, _ recipe: ForestRecipe) {
        self.forest = forest
        reading = Forest.Reading(
            isTemporal: recipe.isTemporal,
            clip: RowForms.clip,
            trust: ForestRecipe.trust
        )
    }

    /// Gives the inputs the places that they have in wider rows.
    mutating func grow(from old: ExpertShape, to new: ExpertShape, _ recipe: ForestRecipe) {
        guard recipe.isTemporal, old.width != new.width else { return }
        forest.move { recipe.place(of: $0, from: old, to: new) }
    }

    /// What a consumer needs.
    var tensors: [ExpertTensor] {
        let parts = forest.parts
        func places<Number: BinaryInteger>(_ name: String, _ numbers: [Number]) -> ExpertTensor {
            ExpertTensor(name, [numbers.count], .places(numbers.map { Float($0) }))
        }
        var tensors = [
            places("sizes", parts.sizes),
            places("features", parts.features),
            ExpertTensor("values", [parts.values.count], parts.values),
        ]
        if forest.classes == 0 {
            let numbers = [reading.centre, reading.slope]
            tensors.append(ExpertTensor("measure", [2], .doubles(numbers)))
        }
        if forest.classes > 2 {
            tensors.append(places("leaf_starts", parts.leafStarts))
            tensors.append(places("leaf_classes", parts.leafClasses))
            tensors.append(
                ExpertTensor("leaf_shares", [parts.leafShares.count], parts.leafShares)
            )
        }
        return tensors
    }
}
