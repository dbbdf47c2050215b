// SPDX-License-Identifier: Apache-2.0
//
// The view of all classes as it predicts: a linear discriminant for each class, and rows to be
// compared with. ClassView.swift has the formulas.

import Kernels

/// What predicts one of all classes that ever were.
package struct ClassViewModel: Sendable, Equatable {
    /// The number of columns.
    package let width: Int
    /// The number of classes.
    package let classes: Int
    /// The weights of each class.
    package var weights: [Float]
    /// What is added to the score of each class.
    package var offsets: [Float]
    /// 1 for each class that was seen, 0 for those that were only declared.
    package var known: [Float]
    /// What columns are divided by before rows are compared.
    package var scales: [Float] = []
    /// What takes the place of missing values: the mean of each column.
    package var fill: [Float] = []
    /// The rows of memory.
    package var rows: [Float] = []
    /// Their classes.
    package var labels: [Int32] = []

    /// How many neighbours have a say.
    package static let neighbours = 3
    /// What the classes share of the neighbours' say.
    private static let prior: Double = 0.3

    init(width: Int, classes: Int) {
        self.width = width
        self.classes = classes
        weights = [Float](repeating: 0, count: width * classes)
        offsets = [Float](repeating: 0, count: classes)
        known = offsets
    }

    /// The probability of each class for a row.
    package func predict(_ row: ArraySlice<Float>) -> [Float] {
        precondition(row.count == width, "a row is as wide as the view")
        let columns = row.enumerated().map { $0.element.isFinite ? $0.element : fill[$0.offset] }
        let discriminants = self.discriminants(columns)
        let neighbours = self.neighbours(columns)
        var products = zip(discriminants, neighbours).map { $0 * $1 }
        let sum = products.reduce(0, +)
        for place in products.indices { products[place] /= sum }
        return products.map { Float($0) }
    }

    private func discriminants(_ columns: [Float]) -> [Double] {
        var scores = [Double](repeating: -.infinity, count: classes)
        for label in 0..<classes where known[label] == 1 {
            scores[label] = Double(offsets[label])
            for column in 0..<width {
                scores[label] += Double(weights[label * width + column]) * Double(columns[column])
            }
        }
        let top = scores.max() ?? 0
        // No class is ruled out by its discriminant alone.
        let likely = scores.map { max(Scalar.exp(max($0 - top, -700)), 1e-30) }
        let sum = likely.reduce(0, +)
        return likely.enumerated().map { known[$0.offset] == 1 ? $0.element / sum : 0 }
    }

    private func neighbours(_ columns: [Float]) -> [Double] {
        var nearest: [(distance: Double, row: Int)] = []
        for row in labels.indices {
            var square = 0.0
            for column in 0..<width {
                let difference = Double(rows[row * width + column]) - Double(columns[column])
                let scaled = difference / Double(scales[column])
                square += scaled * scaled
            }
            nearest.append((square.squareRoot(), row))
        }
        nearest.sort { ($0.distance, $0.row) < ($1.distance, $1.row) }
        let chosen = nearest.prefix(ClassViewModel.neighbours)
        let weights = chosen.map { 1 / ($0.distance + 1e-3) }
        let sum = weights.reduce(0, +)
        let count = Double(ClassViewModel.neighbours)
        var shares = [Double](repeating: ClassViewModel.prior / Double(classes), count: classes)
        for (neighbour, weight) in zip(chosen, weights) {
            shares[Int(labels[neighbour.row])] += count * weight / sum
        }
        return shares.map { $0 / (count + ClassViewModel.prior) }
    }
}
