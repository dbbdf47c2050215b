// SPDX-License-Identifier: Apache-2.0
//
// Columns that stand under one another, without lines or colours: it reads the same in a terminal,
// in a mail and under grep.

/// Rows of texts in aligned columns.
struct TextTable {
    /// On which side a column's texts stand.
    enum Side {
        /// Texts.
        case left
        /// Figures.
        case right
    }

    private let sides: [Side]
    private var rows: [[String]]

    /// Makes a table, whose heading stands first if it has one.
    init(_ columns: [(heading: String, side: Side)], hasHeading: Bool = true) {
        sides = columns.map(\.side)
        rows = hasHeading ? [columns.map(\.heading)] : []
    }

    /// A table without heading.
    init(sides: [Side]) {
        self.init(sides.map { ("", $0) }, hasHeading: false)
    }

    /// Adds a row; missing texts are empty.
    mutating func add(_ texts: [String]) {
        precondition(texts.count <= sides.count, "a row has no more texts than the table columns")
        rows.append(texts + Array(repeating: "", count: sides.count - texts.count))
    }

    /// The lines, each cut after its last letter.
    func lines(indent: Int = 0) -> [String] {
        var widths = Array(repeating: 0, count: sides.count)
        for row in rows {
            for (column, text) in row.enumerated() {
                widths[column] = max(widths[column], text.count)
            }
        }
        return rows.map { row in
            var line = String(repeating: " ", count: indent)
            for (column, text) in row.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - text.count)
                line += column == 0 ? "" : "  "
                line += sides[column] == .left ? text + gap : gap + text
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
