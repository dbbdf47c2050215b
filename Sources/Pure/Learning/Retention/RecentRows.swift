// SPDX-License-Identifier: Apache-2.0
//
// The newest rows that a contender has learned, raw and without their labels: what the Fisher
// information is taken over, which draws labels from the model.

import Primitives

/// A ring of raw rows.
struct RecentRows: Sendable, Equatable {
    let capacity: Int
    private var cells = RowCells()
    private var count = 0
    private var next = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func grow(width: Int) {
        cells.grow(width: width, rows: count)
    }

    /// Takes a row of a block; the oldest goes when there is no room.
    mutating func insert(_ row: Int, of block: Block) {
        cells.write(
            block.raw.span.extracting(row * block.width..<(row + 1) * block.width),
            at: next
        )
        count = max(count, next + 1)
        next = (next + 1) % capacity
    }

    /// Fills a block with all rows.
    func fill(_ block: inout Block, outputs: Int) {
        block.reset(width: cells.width, outputs: outputs)
        for slot in 0..<count {
            let start = slot * cells.width
            block.append(raw: cells.numbers.span.extracting(start..<start + cells.width))
        }
    }
}

extension RecentRows {
    func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(count))
        writer.write(UInt32(next))
        cells.encode(0..<count, into: &writer)
    }

    init(capacity: Int, from reader: inout ByteReader) throws(DecodeError) {
        self.capacity = capacity
        count = Int(try reader.read(UInt32.self))
        next = Int(try reader.read(UInt32.self))
        guard count <= capacity, count == capacity ? next < capacity : next == count else {
            throw .invalid("a ring of \(count) rows goes on at \(next)")
        }
        cells = try RowCells(rows: count, from: &reader)
    }
}
