// SPDX-License-Identifier: Apache-2.0
//
// A model that wants to be champion, and how it was made.

package import Learning
package import Primitives

/// A model that wants to be champion.
package struct Challenger: Sendable {
    /// How it was made.
    package var recipe: Recipe
    /// The model.
    package var contender: Contender

    /// Makes a challenger.
    package init(recipe: Recipe, contender: Contender) {
        self.recipe = recipe
        self.contender = contender
    }
}

extension Challenger: ByteCodable {
    /// Appends recipe and model.
    package func encode(into writer: inout ByteWriter) {
        recipe.encode(into: &writer)
        contender.encode(into: &writer)
    }

    /// Reads recipe and model.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        recipe = try Recipe(from: &reader)
        contender = try Contender(from: &reader)
    }
}
