// SPDX-License-Identifier: Apache-2.0
//
// A sample of the whole stream: the rows in pages, and the book of the memory's policy, which says
// which of them are kept.

import Learning
import Primitives

/// A bounded sample of a stream of rows.
struct Reservoir: Sendable {
    private(set) var pages = MemoryPages()
    private(set) var capacity: Int
    private var book: SampleBook
    private var random: RandomSource

    init(_ policy: MemoryPolicy, capacity: Int, random: RandomSource) {
        book = SampleBook(policy)
        self.capacity = capacity
        self.random = random
    }

    /// Takes rows of a block, the first of which has the number `index`.
    mutating func insert(_ rows: Range<Int>, of block: Block, at index: UInt64) {
        // The book goes on loan, so that it is changed in place.
        var loan = SampleBook.none
        swap(&loan, &book)
        switch consume loan {
        case .none: break
        case .groups(var own):
            insert(rows, of: block, at: index, by: &own)
            book = .groups(own)
        case .losses(var own):
            insert(rows, of: block, at: index, by: &own)
            book = .losses(own)
        }
    }

    private mutating func insert(
        _ rows: Range<Int>,
        of block: Block,
        at index: UInt64,
        by book: inout some SlotBook
    ) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            var offer: (row: Int, slot: Int?) = (row, nil)
            if pages.count == capacity {
                offer = book.pass(row..<rows.upperBound, of: block, random: &random)
            }
            row = offer.row
            guard row < rows.upperBound else { return }
            let header = block.header(of: row, at: index + UInt64(row - rows.lowerBound))
            let features = block.raw.span.extracting(row * block.width..<(row + 1) * block.width)
            if let slot = offer.slot {
                pages.write(header, features, at: slot)
            } else {
                insert(header, features, by: &book)
            }
            row += 1
        }
    }

    mutating func insert(_ header: MemoryHeader, _ features: Span<Float>) {
        var loan = SampleBook.none
        swap(&loan, &book)
        switch consume loan {
        case .none: break
        case .groups(var own):
            insert(header, features, by: &own)
            book = .groups(own)
        case .losses(var own):
            insert(header, features, by: &own)
            book = .losses(own)
        }
    }

    private mutating func insert(
        _ header: MemoryHeader,
        _ features: Span<Float>,
        by book: inout some SlotBook
    ) {
        let slot = book.place(header, taken: pages.count, of: capacity, random: &random)
        guard let slot else { return }
        if slot == pages.count {
            pages.append(header, features)
        } else {
            pages.write(header, features, at: slot)
        }
    }

    /// Widens the rows; when fewer may be kept then, the book says which go.
    mutating func grow(width: Int, capacity: Int) {
        pages.grow(width: width)
        resize(to: capacity)
    }

    /// Takes the features from `width` on away from every row.
    mutating func shrink(width: Int, capacity: Int) {
        pages.shrink(width: width)
        resize(to: capacity)
    }

    private mutating func resize(to capacity: Int) {
        self.capacity = capacity
        guard pages.count > capacity else { return }
        book.shrink(from: pages.count, to: capacity, random: &random)
        layOutAnew()
    }

    /// Keeps the rows whose sample number is in `range`.
    mutating func keep(_ range: Range<UInt64>) {
        let pages = pages
        let left = book.keep { range.contains(pages.header($0).index) }
        if left < pages.count { layOutAnew() }
    }

    /// Moves the rows that the book names to the first slots, and drops all others.
    private mutating func layOutAnew() {
        pages.keep(book.order)
        book.renumber()
    }

    /// The slots, oldest row first.
    var slots: [Int] {
        (0..<pages.count).sorted { pages.header($0).index < pages.header($1).index }
    }

    /// How likely each row was to be kept, slot by slot; empty where that is of no account.
    var inclusions: [Float] { book.inclusions }
}

extension Reservoir {
    func encode(into writer: inout ByteWriter) {
        random.encode(into: &writer)
        book.encode(into: &writer)
        pages.encode(book.order, into: &writer)
    }

    init(
        from reader: inout ByteReader,
        _ policy: MemoryPolicy,
        capacity: Int
    ) throws(DecodeError) {
        self.capacity = capacity
        random = try RandomSource(from: &reader)
        book = try SampleBook(from: &reader, policy)
        pages = try MemoryPages(from: &reader, rowsMax: capacity)
        try book.take((0..<pages.count).map(pages.header))
    }
}
