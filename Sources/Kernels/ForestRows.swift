// SPDX-License-Identifier: Apache-2.0
//
// Rows in bins, as trees grow on them: one byte for each input, input after input, and the edges
// between the bins as the numbers themselves, so that what a tree learned needs no bins any more.

import CKernels

/// Rows in bins.
package struct ForestRows: Sendable {
    /// The number of rows.
    package let count: Int
    /// The number of inputs.
    package let inputs: Int
    /// The number of classes; 0 where trees grow on values.
    package let classes: Int
    /// How many inputs are in bins.
    package private(set) var binned = 0
    private var bins: [UInt8]
    // The edges of each input, then the values, then the weights.
    private var numbers: [Float]
    // The number of bins of each input, then the labels.
    private var counts: [UInt16]
    private var scratch: [UInt64]

    /// The most rows, because a node says in 16 bits how far away its children are.
    package static let rowsMost = 1 << 14
    /// The most inputs.
    package static let inputsMost = Int(LEARND_FOREST_INPUTS)

    private static let stride = Int(LEARND_FOREST_STRIDE)
    private static let weightLeast: Float = 0x1p-20

    /// Makes rows of values.
    ///
    /// - Precondition: There are as many weights as values, at most ``rowsMost``, and at most
    ///   ``inputsMost`` inputs.
    package init(values: [Float], weights: [Float], inputs: Int) {
        self.init(values, [], weights, inputs, classes: 0)
    }

    /// Makes rows of labels; two classes are the values 0 and 1.
    ///
    /// - Precondition: There are as many weights as labels, which are below `classes`; at most
    ///   ``rowsMost``, and at most ``inputsMost`` inputs.
    package init(labels: [Int32], classes: Int, weights: [Float], inputs: Int) {
        precondition(
            classes > 1 && classes <= 1 << 16 && labels.allSatisfy { 0 <= $0 && $0 < classes },
            "a label is one of the classes"
        )
        let values = classes == 2 ? labels.map { Float($0) } : []
        let kept = classes == 2 ? [] : labels.map { UInt16($0) }
        self.init(values, kept, weights, inputs, classes: classes)
    }

    private init(
        _ values: [Float],
        _ labels: [UInt16],
        _ weights: [Float],
        _ inputs: Int,
        classes: Int
    ) {
        count = weights.count
        self.inputs = inputs
        self.classes = classes
        precondition(
            count > 0 && count <= ForestRows.rowsMost && values.count + labels.count == count
                && inputs > 0 && inputs <= ForestRows.inputsMost,
            "every row has a weight and a label or a value, within the limits"
        )
        bins = [UInt8](repeating: 0, count: inputs * count)
        counts = [UInt16](repeating: 1, count: inputs) + labels
        numbers = [Float](repeating: 0, count: inputs * ForestRows.stride)
        numbers += values.isEmpty ? [Float](repeating: 0, count: count) : values
        numbers += ForestRows.levelled(weights)
        scratch = [UInt64](repeating: 0, count: 2 * count)
    }

    /// Brings weights near 1 by a power of two, which keeps equal what was equal.
    private static func levelled(_ weights: [Float]) -> [Float] {
        let mean = weights.reduce(0.0) { $0 + Double($1) } / Double(weights.count)
        precondition(mean > 0 && mean.isFinite, "weights are positive")
        let scale = 1 / mean.binade
        return weights.map {
            min(max(Float(Double($0) * scale), weightLeast), 1 / weightLeast)
        }
    }

    /// Whether all inputs are in bins, and trees can grow.
    package var isReady: Bool { binned == inputs }

    /// Puts the next input into bins: the numbers at `column` of rows that are `width` wide.
    ///
    /// - Precondition: There are numbers for every row, all finite, and there is an input left.
    package mutating func binNext(_ numbers: Span<Float>, column: Int, width: Int) {
        precondition(
            binned < inputs && column >= 0 && column < width && numbers.count == count * width,
            "an input has a number for every row"
        )
        let (input, rows) = (binned, count)
        let found = bins.withUnsafeMutableBufferPointer { bins in
            self.numbers.withUnsafeMutableBufferPointer { edges in
                scratch.withUnsafeMutableBufferPointer { scratch in
                    numbers.withUnsafeBufferPointer { numbers in
                        learnd_forest_bins(
                            start(numbers) + column,
                            width,
                            rows,
                            start(bins) + input * rows,
                            start(edges) + input * ForestRows.stride,
                            start(scratch)
                        )
                    }
                }
            }
        }
        counts[input] = UInt16(found)
        binned += 1
    }

    /// The edges between the bins of an input.
    package func edges(of input: Int) -> ArraySlice<Float> {
        let first = input * ForestRows.stride
        return numbers[first..<first + Int(counts[input]) - 1]
    }

    /// The bin of each row.
    package func bins(of input: Int) -> ArraySlice<UInt8> {
        bins[input * count..<(input + 1) * count]
    }

    /// Calls a kernel with the rows in C's form.
    func withC<Result>(_ kernel: (UnsafePointer<learnd_forest_rows>) -> Result) -> Result {
        bins.withUnsafeBufferPointer { bins in
            numbers.withUnsafeBufferPointer { numbers in
                counts.withUnsafeBufferPointer { counts in
                    let values = start(numbers) + inputs * ForestRows.stride
                    let hasLabels = self.counts.count > inputs
                    var inC = learnd_forest_rows(
                        rows: count,
                        inputs: inputs,
                        bins: start(bins),
                        edges: start(numbers),
                        bin_counts: start(counts),
                        values: values,
                        labels: hasLabels ? start(counts) + inputs : nil,
                        weights: values + count
                    )
                    return kernel(&inC)
                }
            }
        }
    }
}

private func start<Number>(_ buffer: UnsafeBufferPointer<Number>) -> UnsafePointer<Number> {
    guard let first = buffer.baseAddress else { preconditionFailure("there are rows and inputs") }
    return first
}

private func start<Number>(
    _ buffer: UnsafeMutableBufferPointer<Number>
) -> UnsafeMutablePointer<Number> {
    guard let first = buffer.baseAddress else { preconditionFailure("there are rows and inputs") }
    return first
}
