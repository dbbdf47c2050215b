// SPDX-License-Identifier: Apache-2.0
//
// The population stability index of columns: how far the shares of a column's bins in the newest
// window (q) are from those of its reference (p),
//
//   PSI = sum (q - p) ln(q / p),  p = (a + 1/2) / (n + B/2),  q = (c + 1/2) / (m + B/2)
//
// for B bins with a of n values in the reference and c of m in the window. It is a figure, and asks
// for nothing. Where nothing has changed it is about chi-squared with B - 1 degrees of freedom,
// times 1/n + 1/m (Yurdakul and Naranjo, "Statistical properties of the population stability
// index", 2020), so the usual bounds of 0.1 and 0.25 mean one thing for many rows and another for
// few. Beside the largest index therefore stands the threshold that it exceeds by chance once in a
// hundred windows, all columns together (Bonferroni).
//
// A window is 4,096 rows, of which every eighth counts: neighbours in a stream are alike.

import Kernels
package import Primitives

/// The index of the column that has the largest.
package struct StabilityFigure: Sendable, Equatable {
    /// The column's number among those that are watched.
    package var column: Int
    /// The index.
    package var index: Double
    /// What it exceeds by chance once in a hundred windows.
    package var threshold: Double
    /// How many of the columns are above their thresholds.
    package var above: Int
    /// How many columns were compared.
    package var columns: Int
    /// How many values of the column the window had.
    package var values: Int
}

/// Compares windows of columns with their references.
package struct StabilityIndex: Sendable {
    /// Every which row counts.
    static let step = 8
    /// How many blocks are a window.
    static let blocks = 16
    /// The chance that any column is above its threshold in a window without change.
    static let level = 0.01
    /// The fewest values that are compared.
    static let least: Float = 64

    private var bins = ColumnBins()
    /// The counts of the references: those of a column one after the other.
    private var expected: [Float] = []
    private var blocksSeen = 0
    /// The largest index of the newest window, if there was any.
    private(set) var largest: StabilityFigure?

    init() {}

    mutating func grow(to columns: Int) {
        bins.grow(to: columns)
        let more = columns * ColumnReference.bins - expected.count
        if more > 0 { expected += repeatElement(0, count: more) }
    }

    /// Gives a column its reference, unless it has one.
    mutating func settle(_ reference: ColumnReference, of column: Int) {
        let first = column * ColumnReference.bins
        guard expected[first] == 0 else { return }
        bins.setEdges(reference.edges, of: column)
        for (bin, count) in reference.counts.enumerated() { expected[first + bin] = count }
    }

    /// Counts the rows among some of a block that count, of which `passed` went before.
    mutating func count(
        _ raw: Span<Float>,
        width: Int,
        rows: Range<Int>,
        passed: Int,
        run: ColumnRun
    ) {
        let first = (StabilityIndex.step - passed % StabilityIndex.step) % StabilityIndex.step
        bins.count(
            raw,
            width: width,
            from: rows.lowerBound + first,
            to: rows.upperBound,
            step: StabilityIndex.step,
            place: run.place,
            columns: run.columns
        )
    }

    /// Ends a block, and with enough of them the window.
    mutating func endBlock() {
        blocksSeen += 1
        guard blocksSeen >= StabilityIndex.blocks else { return }
        blocksSeen = 0
        compare()
        bins.clear()
    }

    private mutating func compare() {
        var figure: StabilityFigure?
        var largestFreedom = 1
        var (all, compared) = ([(index: Double, freedom: Int, unit: Double)](), 0)
        for column in 0..<bins.columns {
            guard let (index, freedom, unit) = index(of: column) else { continue }
            compared += 1
            guard freedom > 0 else { continue }
            all.append((index, freedom, unit))
            guard index > figure?.index ?? -1 else { continue }
            figure = StabilityFigure(
                column: column,
                index: index,
                threshold: unit,
                above: 0,
                columns: 0,
                values: Int(bins.there[column])
            )
            largestFreedom = freedom
        }
        guard compared > 0 else { return largest = nil }
        var quantiles = [Double?](repeating: nil, count: ColumnReference.bins)
        func quantile(_ freedom: Int) -> Double {
            if let known = quantiles[freedom] { return known }
            let chance = StabilityIndex.level / Double(compared)
            let value = ChiSquared.quantile(tail: chance, freedom: freedom)
            quantiles[freedom] = value
            return value
        }
        figure?.columns = compared
        figure?.threshold *= quantile(largestFreedom)
        figure?.above = all.count { $0.index > $0.unit * quantile($0.freedom) }
        largest = figure
    }

    /// The index of a column, its degrees of freedom, and 1/n + 1/m.
    private func index(of column: Int) -> (Double, Int, Double)? {
        let there = bins.there[column]
        var reference: [Double] = []
        var values = 0.0
        for bin in 0..<ColumnReference.bins {
            let count = Double(expected[column * ColumnReference.bins + bin])
            // Bins of a reference are never empty, so the first empty one is the end.
            if count == 0 { break }
            reference.append(count)
            values += count
        }
        guard there >= StabilityIndex.least, !reference.isEmpty else { return nil }
        var window: [Double] = []
        var rest = there
        for edge in 0..<reference.count - 1 {
            let above = bins.above[edge * bins.columns + column]
            window.append(Double(rest - above))
            rest = above
        }
        window.append(Double(rest))
        return (
            StabilityIndex.index(of: window, against: reference), reference.count - 1,
            1 / values + 1 / Double(there)
        )
    }

    /// The index of the counts of a window against those of a reference.
    package static func index(of window: [Double], against reference: [Double]) -> Double {
        let half = Double(reference.count) / 2
        let (n, m) = (reference.reduce(0, +) + half, window.reduce(0, +) + half)
        var sum = 0.0
        for (a, c) in zip(reference, window) {
            let (p, q) = ((a + 0.5) / n, (c + 0.5) / m)
            sum += (q - p) * Scalar.log(q / p)
        }
        return sum
    }
}

extension StabilityFigure: ByteCodable {
    /// Appends the figure.
    package func encode(into writer: inout ByteWriter) {
        for number in [column, above, columns, values] { writer.write(UInt32(number)) }
        writer.write(index)
        writer.write(threshold)
    }

    /// Reads the figure.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        column = Int(try reader.read(UInt32.self))
        above = Int(try reader.read(UInt32.self))
        columns = Int(try reader.read(UInt32.self))
        values = Int(try reader.read(UInt32.self))
        index = try reader.readDouble()
        threshold = try reader.readDouble()
    }
}

extension StabilityIndex: ByteCodable {
    /// Appends edges, counts and the newest figure.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(blocksSeen))
        writer.write(bins.edges)
        writer.write(bins.above)
        writer.write(bins.there)
        writer.write(expected)
        writer.write(optional: largest)
    }

    /// Reads edges, counts and the newest figure.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        blocksSeen = Int(try reader.read(UInt8.self))
        let edges = try reader.readFloats()
        let above = try reader.readFloats()
        let there = try reader.readFloats()
        expected = try reader.readFloats()
        guard let bins = ColumnBins(edges: edges, above: above, there: there),
            blocksSeen < StabilityIndex.blocks,
            expected.count == there.count * ColumnReference.bins
        else { throw .invalid("the counts of bins do not go together") }
        self.bins = bins
        largest = try reader.readOptional()
        if let largest, largest.column >= bins.columns {
            throw .invalid("the largest index is of column \(largest.column)")
        }
    }

    /// The columns.
    var columns: Int { bins.columns }
}
