// SPDX-License-Identifier: Apache-2.0
//
// The name and the meaning of a feature, for streams that can be sent as named features.

/// A feature that has a name.
package struct SyntheticColumn: Sendable, Equatable {
    /// What its number means.
    package enum Kind: Sendable, Equatable {
        /// Itself.
        case number
        /// The place of a category in this list.
        case category([String])
        /// The place of a word in this list; neighbours of the same name are one text.
        case word([String])
    }

    /// What it is called.
    package let name: String
    /// What its number means.
    package let kind: Kind

    /// Makes a column.
    package init(_ name: String, _ kind: Kind = .number) {
        self.name = name
        self.kind = kind
    }
}
