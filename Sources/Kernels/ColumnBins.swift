// SPDX-License-Identifier: Apache-2.0
//
// How many values of columns lie above edges, for whoever compares distributions.

import CKernels

/// How many values of columns lie above edges.
package struct ColumnBins: Sendable, Equatable {
    /// How many edges a column has at most.
    package static let edges = 9

    /// The edges: the first of every column, then the second; infinite where there is none.
    package private(set) var edges: [Float] = []
    /// How many values lie above each.
    package private(set) var above: [Float] = []
    /// How many values each column had.
    package private(set) var there: [Float] = []

    /// Makes bins of no columns.
    package init() {}

    /// Puts counts together.
    ///
    /// - Returns: nil when they do not go together.
    package init?(edges: [Float], above: [Float], there: [Float]) {
        guard edges.count == there.count * ColumnBins.edges, above.count == edges.count else {
            return nil
        }
        self.edges = edges
        self.above = above
        self.there = there
    }

    /// The columns.
    package var columns: Int { there.count }

    /// Adds columns without edges.
    package mutating func grow(to columns: Int) {
        let old = self.columns
        guard columns > old else { return }
        var (wider, counts) = ([Float](), [Float]())
        for edge in 0..<ColumnBins.edges {
            let own = edge * old..<(edge + 1) * old
            wider += edges[own] + repeatElement(Float.infinity, count: columns - old)
            counts += above[own] + repeatElement(0, count: columns - old)
        }
        (edges, above) = (wider, counts)
        there += repeatElement(0, count: columns - old)
    }

    /// Gives a column other edges, of which there may be fewer than nine, and forgets its values.
    package mutating func setEdges(_ own: [Float], of column: Int) {
        for edge in 0..<ColumnBins.edges {
            edges[edge * columns + column] = edge < own.count ? own[edge] : .infinity
            above[edge * columns + column] = 0
        }
        there[column] = 0
    }

    /// Forgets all values.
    package mutating func clear() {
        for place in above.indices { above[place] = 0 }
        for column in there.indices { there[column] = 0 }
    }

    /// Counts `columns`, which lie from `place` on in rows: in row `first`, and in each `step`-th
    /// after it before `end`.
    package mutating func count(
        _ raw: Span<Float>,
        width: Int,
        from first: Int,
        to end: Int,
        step: Int,
        place: Int,
        columns: Range<Int>
    ) {
        guard first < end, !columns.isEmpty else { return }
        let (column, n, all) = (columns.lowerBound, columns.count, self.columns)
        precondition(place >= 0 && place + n <= width && step > 0, "the columns lie in their rows")
        checkRange(first * width, (end - first) * width, raw.count)
        checkRange(column, n, all)
        ColumnBins.count(
            start: first * width + place,
            stride: step * width,
            rows: (end - first + step - 1) / step,
            raw,
            columns: column..<column + n,
            of: all,
            edges,
            &above,
            &there
        )
    }

    private static func count(
        start begin: Int,
        stride: Int,
        rows: Int,
        _ raw: Span<Float>,
        columns: Range<Int>,
        of all: Int,
        _ edges: [Float],
        _ aboveEdges: inout [Float],
        _ present: inout [Float]
    ) {
        var above = aboveEdges.mutableSpan
        var there = present.mutableSpan
        let first = columns.lowerBound
        raw.withUnsafeBufferPointer { raw in
            edges.span.withUnsafeBufferPointer { edges in
                above.withUnsafeMutableBufferPointer { above in
                    there.withUnsafeMutableBufferPointer { there in
                        learnd_column_bins(
                            start(raw) + begin,
                            stride,
                            rows,
                            columns.count,
                            all,
                            start(edges) + first,
                            start(above) + first,
                            start(there) + first
                        )
                    }
                }
            }
        }
    }
}
