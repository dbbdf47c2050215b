// SPDX-License-Identifier: Apache-2.0
//
// Which challengers each rule has made. A drift wants models of the new world; a night's routine
// may ask for something else.

package import Primitives

/// A list of recipes for each rule.
package struct RuleRecipes: Sendable, Equatable {
    /// Those of rules that have none of their own.
    package var usual: [Recipe] = [.recalled, .refit, .continuation, .warning]
    /// The rules' own, by the number of the trigger; nil: the usual.
    private var own = [[Recipe]?](repeating: nil, count: ConsolidationTrigger.allCases.count)

    /// Makes the defaults.
    package init() {}

    /// The recipes of a rule; nil puts it back to the usual.
    package subscript(trigger: ConsolidationTrigger) -> [Recipe] {
        own[Int(trigger.rawValue)] ?? usual
    }

    /// Gives a rule recipes of its own; nil takes them away.
    package mutating func set(_ recipes: [Recipe]?, for trigger: ConsolidationTrigger) {
        own[Int(trigger.rawValue)] = recipes
    }

    /// Whether any rule has the recipe.
    package func contains(_ recipe: Recipe) -> Bool {
        usual.contains(recipe) || own.contains { $0?.contains(recipe) ?? false }
    }

    /// What is wrong with the lists, if anything.
    package var complaint: String? {
        for list in [usual] + own.compactMap({ $0 }) {
            if list.isEmpty { return "a list of recipes is empty" }
            if Set(list).count < list.count { return "a recipe stands twice in a list" }
        }
        return nil
    }
}

extension RuleRecipes: ByteCodable {
    /// Appends every list.
    package func encode(into writer: inout ByteWriter) {
        writer.write(items: usual)
        for list in own {
            writer.write(list != nil)
            if let list { writer.write(items: list) }
        }
    }

    /// Reads every list.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        usual = try reader.readItems()
        for place in own.indices {
            own[place] = try reader.readFlag() ? try reader.readItems() : nil
        }
        if let complaint { throw .invalid(complaint) }
    }
}
