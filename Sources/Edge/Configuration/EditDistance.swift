// SPDX-License-Identifier: Apache-2.0
//
// How far a misspelt word is from one that exists (V. I. Levenshtein, 1966).

/// Finds what somebody probably meant.
package enum EditDistance {
    /// The fewest insertions, removals and replacements that make one text the other.
    static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (character == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }

    /// The candidate that is nearest to `text`, when it is near enough to be meant.
    package static func suggestion(for text: String, among candidates: [String]) -> String? {
        let begun = candidates.filter { text.count >= 3 && $0.hasPrefix(text) }
        if begun.count == 1 { return begun.first }
        let near = candidates.map { (distance: between(text, $0), name: $0) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let near, near.distance <= max(2, text.count / 3) else { return nil }
        return near.name
    }
}
