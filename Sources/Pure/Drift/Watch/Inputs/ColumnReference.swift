// SPDX-License-Identifier: Apache-2.0
//
// What a column was like when it began to be watched: its first values give the units in which
// block means are formed (so that one wild value can be held back), and ten bins of equal shares.
//
// The units are mean and standard deviation of the values after the outermost hundredth on either
// side was moved in; where that leaves no deviation, of all values. Edges of bins are values: a bin
// holds what is above the edge before and not above its own. Equal edges are one, and an edge with
// nothing above it is none, so a column of few different values has fewer bins, a constant one bin.

/// A column's center, unit and bins.
struct ColumnReference: Sendable, Equatable {
    /// How many values make a reference.
    static let values = 1024
    /// The most bins.
    static let bins = 10

    let center: Float
    /// One over the unit.
    let scale: Float
    /// The edges of the bins, ascending; one fewer than there are bins.
    let edges: [Float]
    /// How many values lie in each bin.
    let counts: [Float]

    /// Describes values, which come back sorted.
    ///
    /// - Precondition: There are values, and all are finite.
    init(_ values: inout [Float]) {
        precondition(!values.isEmpty, "a reference is made of values")
        values.sort()
        let count = values.count
        let outer = count / 100
        var moments = ColumnReference.moments(
            values,
            low: values[outer],
            high: values[count - 1 - outer]
        )
        if !(moments.deviation > 0) {
            moments = ColumnReference.moments(values, low: values[0], high: values[count - 1])
        }
        center = Float(moments.mean)
        // A constant is measured by itself.
        let unit = moments.deviation > 0 ? moments.deviation : max(moments.mean.magnitude, 1e-30)
        scale = Float(min(max(1 / unit, 1e-37), 1e30))
        var edges: [Float] = []
        var counts: [Float] = []
        var below = 0
        for bin in 1..<ColumnReference.bins {
            let edge = values[max(0, bin * count / ColumnReference.bins - 1)]
            guard edge < values[count - 1], edges.last.map({ $0 < edge }) ?? true else { continue }
            var end = below
            while end < count, values[end] <= edge { end += 1 }
            edges.append(edge)
            counts.append(Float(end - below))
            below = end
        }
        counts.append(Float(count - below))
        self.edges = edges
        self.counts = counts
    }

    private static func moments(
        _ values: [Float],
        low: Float,
        high: Float
    ) -> (mean: Double, deviation: Double) {
        var (mean, square, count) = (0.0, 0.0, 0.0)
        for value in values {
            let off = Double(min(max(value, low), high)) - mean
            count += 1
            mean += off / count
            square += off * (Double(min(max(value, low), high)) - mean)
        }
        return (mean, (square / count).squareRoot())
    }
}

/// A column that has no reference yet, and its first values.
struct ReferenceCollector: Sendable, Equatable {
    let column: Int
    private(set) var values: [Float] = []

    init(column: Int) {
        self.column = column
        values.reserveCapacity(ColumnReference.values)
    }

    init(column: Int, values: [Float]) {
        self.column = column
        self.values = values
    }

    var isFull: Bool { values.count >= ColumnReference.values }

    /// Takes the column's values of some rows, until there are enough.
    mutating func take(_ raw: Span<Float>, width: Int, rows: Range<Int>, place: Int) {
        for row in rows where values.count < ColumnReference.values {
            let value = raw[row * width + place]
            if value.isFinite { values.append(value) }
        }
    }

    /// The reference, once there are enough values.
    mutating func finish() -> ColumnReference { ColumnReference(&values) }
}
