// SPDX-License-Identifier: Apache-2.0
//
// Samples of a file as rows of a kept learner: each column of the learner gets its raw value, by
// place for a positional learner, by name for a named one. An absent feature is missing (NaN), and
// so are all columns of an absent category; a category that the learner does not know is none of
// those that it knows.

import Learning
import Primitives
import Samples

/// Finds the columns of a learner in names of features.
struct ColumnFinder {
    /// What the learner's columns are.
    let schema: Schema
    private var byFeature: [String: [Int]] = [:]

    init(_ schema: Schema) {
        self.schema = schema
        for (index, column) in schema.columns.enumerated() {
            byFeature[column.name, default: []].append(index)
        }
    }

    /// The columns of a feature; none when the learner does not have it.
    func columns(of feature: String) -> [Int] { byFeature[feature] ?? [] }

    /// Writes a feature's value into a row.
    func put(_ value: JSONValue, of feature: String, into row: inout [Float]) {
        for column in columns(of: feature) {
            switch schema.columns[column].kind {
            case .category:
                if value == .null { continue }
                row[column] =
                    schema.columns[column].category == (value.text ?? value.jsonText) ? 1 : 0
            case .number, .boolean:
                if let number = value.double {
                    row[column] = Float(number)
                } else if let flag = value.flag ?? ColumnFinder.flag(value.text) {
                    row[column] = flag ? 1 : 0
                }
            }
        }
    }

    /// The truth that a text spells, for files that have no other way to write it.
    private static func flag(_ text: String?) -> Bool? {
        switch text?.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }
}
