// SPDX-License-Identifier: Apache-2.0
//
// The newest rows: a ring over slots. Used for the recent rows and for the holdout.

import Learning
import Primitives

/// The newest rows, up to a bound.
struct MemoryRing: Sendable {
    private(set) var pages = MemoryPages()
    private(set) var capacity: Int
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The slots, oldest row first.
    var slots: [Int] { Array(oldest..<pages.count) + Array(0..<oldest) }

    mutating func insert(_ header: MemoryHeader, _ features: Span<Float>) {
        if pages.count < capacity {
            pages.append(header, features)
        } else {
            pages.write(header, features, at: oldest)
            oldest = oldest + 1 == pages.count ? 0 : oldest + 1
        }
    }

    /// Takes rows of a block, the first of which has the number `index`.
    mutating func insert(_ rows: Range<Int>, of block: Block, at index: UInt64) {
        var index = index
        var row = rows.lowerBound
        while row < rows.upperBound {
            guard pages.count == capacity else {
                let features = block.raw.span.extracting(
                    row * block.width..<(row + 1) * block.width
                )
                insert(block.header(of: row, at: index), features)
                row += 1
                index += 1
                continue
            }
            let room = min(pages.count - oldest, MemoryPages.rowsBehind(oldest))
            let run = min(rows.upperBound - row, room)
            pages.write(row..<row + run, of: block, numbered: index, at: oldest)
            oldest = oldest + run == pages.count ? 0 : oldest + run
            row += run
            index += UInt64(run)
        }
    }

    /// Widens the rows; when fewer of them may be kept then, the newest are.
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
        // With more room than before, the oldest row has to be the first, too.
        if pages.count > capacity || capacity > self.capacity && oldest > 0 {
            keep(Array(slots.suffix(capacity)))
        }
        self.capacity = capacity
    }

    /// Keeps the rows whose sample number is in `range`.
    mutating func keep(_ range: Range<UInt64>) {
        let kept = slots.filter { range.contains(pages.header($0).index) }
        if kept.count < pages.count { keep(kept) }
    }

    private mutating func keep(_ slots: [Int]) {
        // A ring that is not full begins at its first slot, so that appending keeps the order.
        pages.keep(slots)
        oldest = 0
    }

    func encode(into writer: inout ByteWriter) {
        pages.encode(slots, into: &writer)
    }

    init(from reader: inout ByteReader, capacity: Int) throws(DecodeError) {
        self.capacity = capacity
        pages = try MemoryPages(from: &reader, rowsMax: capacity)
    }
}
