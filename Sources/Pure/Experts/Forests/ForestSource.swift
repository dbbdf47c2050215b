// SPDX-License-Identifier: Apache-2.0
//
// The rows of a history that a forest is made of, copied: the history goes on.

import Kernels
import Primitives

/// Rows for a forest.
struct ForestSource: Sendable {
    private let shape: ExpertShape
    private let isTemporal: Bool
    /// The number of rows.
    let count: Int
    private var raw: [Float] = []
    private var change: [Float] = []
    private var last: [Int32] = []
    private(set) var labels: [Int32] = []
    private(set) var weights: [Float] = []
    private var targets: [Double] = []

    /// Copies the rows that have a label, or a number, and a weight.
    ///
    /// - Returns: nil when there are too few, or all of one class.
    init?(
        _ shape: ExpertShape,
        _ recipe: ForestRecipe,
        _ history: ExpertHistory,
        from first: Int
    ) {
        guard history.width == shape.width, recipe.inputs(shape) > 0 else { return nil }
        self.shape = shape
        isTemporal = recipe.isTemporal
        let first = max(0, first, history.count - history.capacity)
        for row in first..<max(first, history.count) {
            let label = Int(history.labels[row])
            let isKnown =
                shape.isNumber
                ? history.targets[row].isFinite : label >= 0 && label < shape.classes
            guard isKnown, history.weights[row] > 0, history.weights[row].isFinite else { continue }
            let columns = row * shape.width..<(row + 1) * shape.width
            raw.append(contentsOf: history.raw[columns])
            weights.append(history.weights[row])
            if shape.isNumber {
                targets.append(Double(history.targets[row]))
            } else {
                labels.append(history.labels[row])
            }
            guard isTemporal else { continue }
            change.append(contentsOf: history.change[columns])
            last.append(history.last[row])
        }
        count = weights.count
        guard count >= ForestRecipe.rowsLeast,
            shape.isNumber || labels.contains(where: { $0 != labels[0] })
        else { return nil }
    }

    /// Numbers measured by what they are on average.
    struct Measure {
        var values: [Float]
        var centre: Double
        var spread: Double
        /// The mean of the values, which is not 0 where some were cut off.
        var base: Float
    }

    /// Measures the numbers by their mean and deviation, cut off as all that is measured.
    func measureTargets() -> Measure {
        let weights = weights.map { Double($0) }
        let sum = weights.reduce(0, +)
        func mean(_ numbers: [Double]) -> Double {
            zip(numbers, weights).reduce(0) { $0 + $1.0 * ($1.1 / sum) }
        }
        let centre = mean(targets)
        let variance = mean(targets.map { ($0 - centre) * ($0 - centre) })
        let spread = variance > 1e-12 ? variance.squareRoot() : 1
        let clip = Double(RowForms.clip)
        let values = targets.map { min(max(($0 - centre) / spread, -clip), clip) }
        return Measure(
            values: values.map { Float($0) },
            centre: centre,
            spread: spread,
            base: Float(mean(values))
        )
    }

    /// Puts the next input into bins.
    func fill(_ rows: inout ForestRows) {
        let input = rows.binned
        if input < shape.width {
            rows.binNext(raw.span, column: input, width: shape.width)
        } else if input < 2 * shape.width {
            rows.binNext(change.span, column: input - shape.width, width: shape.width)
        } else {
            let label = Int32(input - 2 * shape.width)
            let isLast = last.map { $0 == label ? Float(1) : 0 }
            rows.binNext(isLast.span, column: 0, width: 1)
        }
    }

    /// Lets the columns go, once they are in bins.
    mutating func forget() {
        raw = []
        change = []
        last = []
    }
}
