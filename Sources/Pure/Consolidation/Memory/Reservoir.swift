// SPDX-License-Identifier: Apache-2.0
//
// A sample of the whole stream, balanced over the classes: the rows in pages, and the book that
// says which of them are kept (BalancedSlots).

import Learning
import Primitives

/// A bounded, class-balanced, uniform-within-a-class sample of a stream of rows.
struct Reservoir: Sendable {
    private(set) var pages = MemoryPages()
    private(set) var capacity: Int
    private var book = BalancedSlots()
    private var random: RandomSource

    init(capacity: Int, random: RandomSource) {
        self.capacity = capacity
        self.random = random
    }

    /// Takes rows of a block, the first of which has the number `index`.
    mutating func insert(_ rows: Range<Int>, of block: Block, at index: UInt64) {
        let labels = block.classes.span
        var row = rows.lowerBound
        while row < rows.upperBound {
            var offer: (row: Int, slot: Int?) = (row, nil)
            if pages.count == capacity {
                offer = book.pass(labels, from: row, to: rows.upperBound, random: &random)
            }
            row = offer.row
            guard row < rows.upperBound else { return }
            let header = block.header(of: row, at: index + UInt64(row - rows.lowerBound))
            let features = block.raw.span.extracting(row * block.width..<(row + 1) * block.width)
            if let slot = offer.slot {
                pages.write(header, features, at: slot)
            } else {
                insert(header, features)
            }
            row += 1
        }
    }

    mutating func insert(_ header: MemoryHeader, _ features: Span<Float>) {
        let slot = book.place(header.label, taken: pages.count, of: capacity, random: &random)
        guard let slot else { return }
        if slot == pages.count {
            pages.append(header, features)
        } else {
            pages.write(header, features, at: slot)
        }
    }

    /// Widens the rows; when fewer may be kept then, random rows of the largest class go first.
    mutating func grow(width: Int, capacity: Int) {
        pages.grow(width: width)
        self.capacity = capacity
        guard pages.count > capacity else { return }
        book.shrink(from: pages.count, to: capacity, random: &random)
        layOutAnew()
    }

    /// Takes the features from `width` on away from every row.
    mutating func shrink(width: Int) { pages.shrink(width: width) }

    /// Keeps the rows whose sample number is in `range`.
    mutating func keep(_ range: Range<UInt64>) {
        let pages = pages
        let left = book.keep { range.contains(pages.header($0).index) }
        if left < pages.count { layOutAnew() }
    }

    /// Moves the rows that the book names to the first slots, and drops all others.
    private mutating func layOutAnew() {
        pages.keep(book.byClass)
        book.renumber()
    }

    /// The slots, oldest row first.
    var slots: [Int] {
        (0..<pages.count).sorted { pages.header($0).index < pages.header($1).index }
    }
}

extension Reservoir {
    func encode(into writer: inout ByteWriter) {
        random.encode(into: &writer)
        book.encode(into: &writer)
        pages.encode(book.byClass, into: &writer)
    }

    init(from reader: inout ByteReader, capacity: Int) throws(DecodeError) {
        self.capacity = capacity
        random = try RandomSource(from: &reader)
        book = try BalancedSlots(from: &reader)
        pages = try MemoryPages(from: &reader, rowsMax: capacity)
        try book.take(0..<pages.count, labels: (0..<pages.count).map { pages.header($0).label })
    }
}
