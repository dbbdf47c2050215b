// SPDX-License-Identifier: Apache-2.0
//
// Which buckets a model has learned anything of, in the order in which it met them. A model over
// 2^b buckets keeps a column for each of these only, so its memory follows the stream, not b.
// Column 0 is the bias. Open addressing; a bucket is found by multiplication with 2^32 / phi.

import Kernels

/// The columns of a model over buckets.
struct BucketTable: Sendable {
    /// The bucket of each column; -1 for the bias.
    private(set) var buckets: [Int32] = [-1]
    private var places: [Int32] = []
    /// The number of buckets there may be.
    private let most: Float

    /// Makes a table of a bias alone.
    init(bits: Int) {
        most = Float(1 << bits)
    }

    /// The number of columns, with the bias.
    var count: Int { buckets.count }

    /// The column of a bucket, or -1.
    func column(of bucket: Int32) -> Int32 {
        guard !places.isEmpty else { return -1 }
        var place = start(bucket)
        while places[place] > 0 {
            if buckets[Int(places[place])] == bucket { return places[place] }
            place = (place + 1) & (places.count - 1)
        }
        return -1
    }

    /// Adds a bucket that has no column yet, and gives its column.
    mutating func add(_ bucket: Int32) -> Int32 {
        if 2 * buckets.count >= places.count { grow() }
        let column = Int32(buckets.count)
        buckets.append(bucket)
        put(column)
        return column
    }

    /// Writes the columns of a row of slots; a slot without a value is left out.
    func find(_ slots: Span<Float>, at: Int, width: Int, into row: inout SparseRow) {
        row.restart()
        var place = at
        while place < at + width {
            let value = slots[place + 1]
            if let bucket = bucket(slots, at: place) {
                row.columns.append(column(of: bucket))
                row.values.append(value)
            }
            place += 2
        }
    }

    /// The bucket in a slot; nil when the slot has no value, or the bucket is none.
    func bucket(_ slots: Span<Float>, at place: Int) -> Int32? {
        let (bucket, value) = (slots[place], slots[place + 1])
        return value != 0 && bucket >= 0 && bucket < most ? Int32(bucket) : nil
    }

    /// Gives each bucket of a row a column, and finds the row's columns anew where one was new.
    ///
    /// - Returns: The buckets that were new, in the order of their columns; mostly none.
    mutating func touch(
        _ slots: Span<Float>,
        at: Int,
        width: Int,
        _ row: inout SparseRow
    ) -> [Int32] {
        guard row.columns.contains(where: { $0 < 0 }) else { return [] }
        var added: [Int32] = []
        for place in Swift.stride(from: at, to: at + width, by: 2) {
            guard let bucket = bucket(slots, at: place), column(of: bucket) < 0 else { continue }
            _ = add(bucket)
            added.append(bucket)
        }
        find(slots, at: at, width: width, into: &row)
        return added
    }

    private mutating func put(_ column: Int32) {
        var place = start(buckets[Int(column)])
        while places[place] > 0 { place = (place + 1) & (places.count - 1) }
        places[place] = column
    }

    private mutating func grow() {
        places = [Int32](repeating: 0, count: max(16, 2 * places.count))
        for column in buckets.indices.dropFirst() { put(Int32(column)) }
    }

    private func start(_ bucket: Int32) -> Int {
        let bits = UInt32(truncatingIfNeeded: places.count.trailingZeroBitCount)
        return Int((UInt32(bitPattern: bucket) &* 2_654_435_769) >> (32 - bits))
    }
}
