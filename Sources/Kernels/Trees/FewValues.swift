// SPDX-License-Identifier: Apache-2.0
//
// Which columns have few values. A column that has shown 3 to 16 different whole values, and no
// others, in the first thousand rows may be split by one of them against all others: they may be
// names of kinds, whose order says nothing. (Of two values, one limit tells as much.) Nothing has
// to be said about a column, and what was decided stays: a value that comes later is one of the
// others.

import CKernels

/// Columns that have few values, and those.
package struct FewValues: Sendable, Equatable {
    /// The columns, in their order.
    package private(set) var columns: [Int32] = []
    /// The values of each, as they come, filled up with NaN.
    package private(set) var values: [Float] = []

    /// The most values of a column.
    package static let valuesMost = Int(LEARND_TREE_VALUES)
    /// The most columns; those behind are split by limits only.
    package static let columnsMost = Int(LEARND_TREE_TABLES_MOST)

    /// Makes no columns.
    package init() {}

    /// Makes columns of what they were.
    ///
    /// - Returns: nil when they cannot be columns of rows of that width.
    package init?(columns: [Int32], values: [Float], width: Int) {
        guard columns.count <= FewValues.columnsMost,
            values.count == columns.count * FewValues.valuesMost,
            zip(columns, columns.dropFirst()).allSatisfy({ $0 < $1 }),
            columns.allSatisfy({ (0..<width).contains(Int($0)) })
        else { return nil }
        self.columns = columns
        self.values = values
    }

    fileprivate mutating func append(_ column: Int, _ own: ArraySlice<Float>) {
        columns.append(Int32(column))
        values += own
        let missing = FewValues.valuesMost - own.count
        values.append(contentsOf: repeatElement(.nan, count: missing))
    }

    /// Two are equal when they name the same values.
    package static func == (left: FewValues, right: FewValues) -> Bool {
        left.columns == right.columns
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }
}

/// The values that columns have shown so far.
package struct ShownValues: Sendable {
    /// How many rows were looked at.
    package private(set) var rows = 0
    /// Up to ``FewValues/valuesMost`` values of each column.
    package private(set) var values: [Float]
    /// How many there are; one more: too many, or others than whole ones.
    package private(set) var counts: [Int32]

    /// How many rows are looked at.
    package static let rowsMost = 1000

    /// Makes columns that have shown nothing.
    package init(width: Int) {
        values = [Float](repeating: 0, count: width * FewValues.valuesMost)
        counts = [Int32](repeating: 0, count: width)
    }

    /// Makes columns of what they had shown.
    ///
    /// - Returns: nil when columns cannot have shown that.
    package init?(rows: Int, values: [Float], counts: [Int32]) {
        guard (0..<ShownValues.rowsMost).contains(rows),
            values.count == counts.count * FewValues.valuesMost,
            counts.allSatisfy({ (0...FewValues.valuesMost + 1).contains(Int($0)) })
        else { return nil }
        self.rows = rows
        self.values = values
        self.counts = counts
    }

    /// Adds columns; they have shown too much already, since they were not there from the start.
    package mutating func grow(width: Int) {
        let more = max(0, width - counts.count)
        values.append(contentsOf: repeatElement(0, count: more * FewValues.valuesMost))
        counts.append(contentsOf: repeatElement(Int32(FewValues.valuesMost + 1), count: more))
    }

    /// Looks at rows from `first` on that are learned, until enough were.
    ///
    /// - Returns: The first row that was not looked at.
    package mutating func note(_ rows: ExpertRows, from first: Int) -> Int {
        precondition(rows.width == counts.count, "rows are as wide as what is looked at")
        var row = first
        while row < rows.count, self.rows < ShownValues.rowsMost {
            if rows.learns[row] == 1 {
                self.rows += 1
                rows.raw.withUnsafeBufferPointer { raw in
                    guard let start = raw.baseAddress else { return }
                    let own = start + row * rows.width
                    learnd_tree_note(own, rows.width, &values, &counts)
                }
            }
            row += 1
        }
        return row
    }

    /// The columns with few values; nil until enough rows were looked at.
    package var few: FewValues? {
        guard rows == ShownValues.rowsMost else { return nil }
        var few = FewValues()
        for (column, count) in counts.enumerated()
        where (3...FewValues.valuesMost).contains(Int(count))
            && few.columns.count < FewValues.columnsMost
        {
            let first = column * FewValues.valuesMost
            few.append(column, values[first..<first + Int(count)])
        }
        return few
    }
}
