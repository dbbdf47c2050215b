// SPDX-License-Identifier: Apache-2.0
//
// What a pool is given of a block, and what it gives back: columns, shared or taken on loan, never
// copied.

/// What a pool does with a row.
package enum RowFate: UInt8, Sendable, BitwiseCopyable {
    /// Predicts it.
    case predicted = 0
    /// Predicts and learns it.
    case learned = 1
    /// Predicts it and sets it aside: no expert and no weight learns from its label.
    case heldOut = 2
}

/// Rows on their way into a pool.
package struct PoolInput: Sendable {
    /// The columns, row after row; NaN means missing.
    package var columns: [Float] = []
    /// The class of each row; -1 where there is none.
    package var labels: [Int32] = []
    /// The number of each row; NaN where there is none.
    package var targets: [Float] = []
    /// The weight of each row.
    package var weights: [Float] = []
    /// What is done with each row.
    package var fates: [RowFate] = []

    /// Makes no rows.
    package init() {}
}

/// What a pool says of rows.
package struct PoolOutput: Sendable {
    /// Probabilities of the classes or the number, row after row.
    package var predictions: [Float] = []
    /// Where the interval of each row begins; empty for classes.
    package var lows: [Float] = []
    /// Where the interval of each row ends; empty for classes.
    package var highs: [Float] = []
    /// What is remembered of rows whose labels are late; empty when no row is waiting.
    ///
    /// ``Pool/memoWidth`` numbers a row: written for rows that are only predicted, read for rows
    /// that come a second time, where the first number is not NaN.
    package var memos: [Float] = []

    /// Makes nothing.
    package init() {}
}
