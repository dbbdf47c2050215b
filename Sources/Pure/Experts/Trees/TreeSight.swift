// SPDX-License-Identifier: Apache-2.0
//
// What trees of an expert have in common: the rule by which they grow, and what is known of the
// columns that have few values. Once that is known, leaves begin to count those.

import Kernels
import Primitives

/// The rule of trees, and what it is made of.
struct TreeSight: Sendable {
    private(set) var rule: TreeRule
    private let recipe: TreeRecipe
    private var shown: ShownValues?

    init(_ recipe: TreeRecipe, _ shape: ExpertShape) {
        self.recipe = recipe
        rule = recipe.rule(shape)
        shown = ShownValues(width: shape.width)
    }

    /// Looks at the rows from `first` on.
    ///
    /// - Returns: Up to which row trees grow by the rule as it is.
    mutating func look(_ rows: ExpertRows, from first: Int) -> Int {
        guard shown != nil else { return rows.count }
        return shown?.note(rows, from: first) ?? rows.count
    }

    /// The rule from here on, if another one is due.
    mutating func learned() -> TreeRule? {
        guard let few = shown?.few else { return nil }
        shown = nil
        rule.few = few
        return few.columns.isEmpty ? nil : rule
    }

    /// Widens the rule.
    mutating func grow(to shape: ExpertShape) {
        let few = rule.few
        rule = recipe.rule(shape)
        rule.few = few
        shown?.grow(width: shape.width)
    }
}

extension TreeSight {
    func encode(into writer: inout ByteWriter) {
        writer.write(numbers: rule.few.columns)
        writer.write(rule.few.values)
        writer.write(shown != nil)
        guard let shown else { return }
        writer.write(UInt32(shown.rows))
        writer.write(shown.values)
        writer.write(numbers: shown.counts)
    }

    init(
        _ recipe: TreeRecipe,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.init(recipe, shape)
        let columns: [Int32] = try reader.readNumbers()
        let values = try reader.readFloats()
        shown = nil
        if try reader.readFlag() {
            let rows = Int(try reader.read(UInt32.self))
            let values = try reader.readFloats()
            let counts: [Int32] = try reader.readNumbers()
            shown = ShownValues(rows: rows, values: values, counts: counts)
            guard shown != nil, counts.count == shape.width else {
                throw .invalid("columns cannot have shown such values")
            }
        }
        guard let few = FewValues(columns: columns, values: values, width: shape.width) else {
            throw .invalid("columns cannot have few such values")
        }
        rule.few = few
    }
}
