// SPDX-License-Identifier: Apache-2.0
//
// The ways to make a challenger. Each has a file of its own, and RecipeRun.swift puts them into one
// closed type. ModelKind+Recipes.swift says which go with which model.

package import Primitives

/// How a challenger was made.
package enum Recipe: UInt8, Sendable, CaseIterable {
    /// From nothing, in passes over the memory.
    case refit = 0
    /// From the champion, held near it, in passes over the memory.
    case continuation = 1
    /// From the champion, made smaller and disturbed, in passes over the memory.
    case shrinkPerturb = 2
    /// The mean of what the champion was lately; nothing is trained.
    case average = 3
    /// From nothing, once over what came since the change began.
    case warning = 4
    /// A champion of an earlier world; it only catches up.
    case recalled = 5

    /// The word in the configuration, in events and in the registry.
    package var name: String {
        switch self {
        case .refit: "refit"
        case .continuation: "continuation"
        case .shrinkPerturb: "shrink_perturb"
        case .average: "ema"
        case .warning: "warning"
        case .recalled: "recalled"
        }
    }

    /// The recipe of a name.
    package init?(name: String) {
        guard let recipe = Recipe.allCases.first(where: { $0.name == name }) else { return nil }
        self = recipe
    }

    /// Whether what it shows on remembered rows can be enough for its adoption.
    ///
    /// A model that has gone over the rows only once has not made of them what there is in them.
    var canBeTrusted: Bool { self == .refit || self == .recalled }

    /// Whether it makes nothing that would have to be waited for.
    var isInstant: Bool { self == .average }
}

extension Recipe: ByteCodable {
    /// Appends the number.
    package func encode(into writer: inout ByteWriter) { writer.write(rawValue) }

    /// Reads the number.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let recipe = Recipe(rawValue: try reader.read()) else {
            throw .invalid("a challenger has an unknown recipe")
        }
        self = recipe
    }
}
