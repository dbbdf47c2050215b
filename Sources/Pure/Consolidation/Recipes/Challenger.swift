// SPDX-License-Identifier: Apache-2.0
//
// A model that wants to be champion, and how it was made.

package import Learning
package import Primitives

/// How a challenger was made.
package enum Recipe: UInt8, Sendable, CaseIterable {
    /// From nothing, on the memory.
    case refit = 0
    /// From the champion, anchored.
    case continuation = 1

    /// The word in events and in the registry.
    package var name: String {
        switch self {
        case .refit: "refit"
        case .continuation: "continuation"
        }
    }
}

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
        writer.write(recipe.rawValue)
        contender.encode(into: &writer)
    }

    /// Reads recipe and model.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let recipe = Recipe(rawValue: try reader.read()) else {
            throw .invalid("a challenger has an unknown recipe")
        }
        self.recipe = recipe
        contender = try Contender(from: &reader)
    }
}
