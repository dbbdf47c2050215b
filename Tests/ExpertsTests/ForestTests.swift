// SPDX-License-Identifier: Apache-2.0
//
// Bins, trees and forests by themselves, on rows where what must come out is known exactly.

import Kernels
import Primitives
import Testing

@Suite("Rows in bins")
struct ForestBinTests {
    private func binned(_ column: [Float]) -> ForestRows {
        let same = [Float](repeating: 1, count: column.count)
        var rows = ForestRows(values: column, weights: same, inputs: 1)
        rows.binNext(column.span, column: 0, width: 1)
        return rows
    }

    @Test("Few different values have a bin each, with edges in the middle")
    func fewValues() {
        let rows = binned([3, 1, 7, 1, -0.0, 3, 0])
        #expect(Array(rows.edges(of: 0)) == [0.5, 2, 5])
        #expect(Array(rows.bins(of: 0)) == [2, 1, 3, 1, 0, 2, 0])
        #expect(binned([4, 4, 4]).edges(of: 0).isEmpty)
    }

    @Test("Many values share bins evenly, and equal ones are not parted")
    func manyValues() {
        var random = RandomSource(seed: 1)
        let column = (0..<3000).map { _ in
            random.chance(0.4) ? Float(0) : Float(random.normal())
        }
        let rows = binned(column)
        let edges = Array(rows.edges(of: 0))
        #expect(edges.count > 220)
        #expect(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 })
        var counts = [Int](repeating: 0, count: 255)
        for (value, bin) in zip(column, rows.bins(of: 0)) {
            #expect(Int(bin) == edges.count { $0 < value })
            counts[Int(bin)] += 1
        }
        #expect(counts.sorted().dropLast().allSatisfy { $0 <= 14 })
        #expect(counts.sorted().last ?? 0 > 1100)
    }

    @Test("An edge lies between neighbours however far apart they are, or near")
    func extremes() {
        let most = Float.greatestFiniteMagnitude
        let tiny = Float.leastNonzeroMagnitude
        let column = [-most, most, 0, tiny, tiny * 2, 1, Float(1).nextUp]
        let edges = Array(binned(column).edges(of: 0))
        let sorted = column.sorted()
        #expect(edges.count == 6)
        for (place, edge) in edges.enumerated() {
            #expect(sorted[place] <= edge && edge < sorted[place + 1])
        }
    }

    @Test("A column is found in wide rows")
    func wideRows() {
        let same: [Float] = [1, 1, 1]
        var rows = ForestRows(labels: [0, 2, 1], classes: 3, weights: same, inputs: 2)
        let columns: [Float] = [1, 10, 2, 30, 3, 20]
        rows.binNext(columns.span, column: 1, width: 2)
        #expect(!rows.isReady)
        rows.binNext(columns.span, column: 0, width: 2)
        #expect(rows.isReady)
        #expect(Array(rows.bins(of: 0)) == [0, 2, 1])
        #expect(Array(rows.edges(of: 1)) == [1.5, 2.5])
    }
}

@Suite("Trees")
struct TreeTests {
    /// Grows a tree of which every draw is of the only input.
    private func tree(_ rows: ForestRows, depth: Int = 24, budget: Int = 1 << 20) -> Forest.Parts {
        var tree = RandomTree(on: rows, RandomTree.Rule(tried: 1, leafRows: 2, depth: depth))
        tree.start(on: rows, seed: 3, leavesBefore: 0)
        while !tree.isDone { tree.grow(on: rows, budget: budget) }
        var forest = Forest(classes: rows.classes)
        forest.append(tree)
        return forest.parts
    }

    private func rows(_ column: [Float], values: [Float]) -> ForestRows {
        let same = [Float](repeating: 1, count: column.count)
        var rows = ForestRows(values: values, weights: same, inputs: 1)
        rows.binNext(column.span, column: 0, width: 1)
        return rows
    }

    @Test("A step is found at once, and in the middle of what is empty")
    func step() {
        let column: [Float] = (0..<40).map { row in Float(row % 4) + (row < 16 ? 0 : 10) }
        let parts = tree(rows(column, values: column.map { $0 < 5 ? -1 : 1 }))
        #expect(parts.sizes == [3])
        #expect(parts.features == [1, 0, 0])
        #expect(parts.values == [6.5, -1, 1])
    }

    @Test("Two classes are two values, more are shares")
    func classes() {
        let column = (0..<60).map { Float($0 / 20) }
        let same = [Float](repeating: 1, count: 60)
        let labels = column.map { Int32($0) }
        var two = ForestRows(
            labels: labels.map { min($0, 1) },
            classes: 2,
            weights: same,
            inputs: 1
        )
        two.binNext(column.span, column: 0, width: 1)
        #expect(tree(two).values == [0.5, 0, 1])
        #expect(tree(two).leafClasses.isEmpty)
        var three = ForestRows(labels: labels, classes: 3, weights: same, inputs: 1)
        three.binNext(column.span, column: 0, width: 1)
        let parts = tree(three)
        #expect(parts.features == [1, 0, 1, 0, 0] || parts.features == [1, 1, 0, 0, 0])
        let leaves = zip(parts.features, parts.values).filter { $0.0 == 0 }.map(\.1)
        #expect(Set(leaves) == [-1, -2, -3])
        #expect(parts.leafShares.isEmpty)
    }

    @Test("A leaf says what its rows weigh")
    func weights() {
        // Nothing parts these rows, so there is one leaf, whichever rows are drawn.
        let column = [Float](repeating: 1, count: 400)
        let labels = (0..<400).map { Int32($0 % 4) }
        let weights = labels.map { $0 == 3 ? Float(5) : 1 }
        var rows = ForestRows(labels: labels, classes: 4, weights: weights, inputs: 1)
        rows.binNext(column.span, column: 0, width: 1)
        let parts = tree(rows)
        #expect(parts.features == [0])
        let share = zip(parts.leafClasses, parts.leafShares).first { $0.0 == 3 }?.1 ?? 0
        #expect(abs(share - 5 / 8) < 0.08)
        #expect(abs(parts.leafShares.reduce(0, +) - 1) < 1e-5)
    }

    @Test("Slices do not matter, and depth ends a tree")
    func slices() {
        var random = RandomSource(seed: 2)
        let column = (0..<300).map { _ in Float(random.normal()) }
        let noise = rows(column, values: column.map { _ in Float(random.normal()) })
        #expect(tree(noise, budget: 1) == tree(noise))
        #expect(tree(noise).features.count > 50)
        #expect(tree(noise, depth: 3).features.count <= 15)
    }

    @Test("Parts make the same forest, and nothing that does not end")
    func parts() throws {
        var random = RandomSource(seed: 2)
        let column = (0..<100).map { _ in Float(random.normal()) }
        let whole = tree(rows(column, values: column))
        let forest = try #require(Forest(classes: 0, inputs: 1, parts: whole))
        #expect(forest.parts == whole)
        func isRefused(_ change: (inout Forest.Parts) -> Void) -> Bool {
            var parts = whole
            change(&parts)
            return Forest(classes: 0, inputs: 1, parts: parts) == nil
        }
        let last = whole.features.count - 1
        #expect(isRefused { $0.features[last] = 1 })
        #expect(isRefused { $0.features[0] = 0 })
        #expect(isRefused { $0.features[0] = 2 })
        #expect(isRefused { $0.values[1] = .nan })
        #expect(isRefused { $0.sizes[0] -= 1 })
        #expect(isRefused { $0.sizes = [0] + $0.sizes })
        #expect(isRefused { $0.leafStarts = [] })
        #expect(isRefused { $0.leafClasses = [0] })
    }

    @Test("Shares of classes are refused that are none")
    func leafParts() {
        func forest(
            _ starts: [UInt32],
            _ classes: [UInt16],
            _ shares: [Float],
            value: Float = 0
        ) -> Forest? {
            let parts = Forest.Parts(
                sizes: [1],
                features: [0],
                values: [value],
                leafStarts: starts,
                leafClasses: classes,
                leafShares: shares
            )
            return Forest(classes: 3, inputs: 1, parts: parts)
        }
        #expect(forest([0, 2], [1, 2], [0.25, 0.75]) != nil)
        #expect(forest([0, 2], [1, 3], [0.25, 0.75]) == nil)
        #expect(forest([0, 2], [1, 2], [0.25, 0.25]) == nil)
        #expect(forest([0, 3], [1, 2], [0.25, 0.75]) == nil)
        #expect(forest([0, 0, 2], [1, 2], [0.25, 0.75]) == nil)
        #expect(forest([0], [], []) == nil)
        #expect(forest([0], [], [], value: -3) != nil)
        #expect(forest([0], [], [], value: -4) == nil)
        #expect(forest([0, 2], [1, 2], [0.25, 0.75], value: 0.5) == nil)
    }
}
