// SPDX-License-Identifier: Apache-2.0
//
// Rows of numbers in slots, in one array that is changed in place. A row that was written when rows
// were narrower has NaN behind its end: the feature was missing, or the score is unknown.

import Kernels
import Primitives

/// Numbers of rows in slots.
struct RowCells: Sendable, Equatable {
    private(set) var width: Int
    private(set) var numbers: [Float] = []

    init(width: Int = 0) {
        self.width = width
    }

    /// Gives every one of `rows` rows room for `width` numbers.
    mutating func grow(width: Int, rows: Int) {
        guard width > self.width else { return }
        var wider = [Float](repeating: .nan, count: rows * width)
        for row in 0..<rows {
            for column in 0..<self.width {
                wider[row * width + column] = numbers[row * self.width + column]
            }
        }
        numbers = wider
        self.width = width
    }

    /// Writes a row into a slot, which may be the first free one.
    mutating func write(_ row: Span<Float>, at slot: Int) {
        precondition(row.count <= width, "cells grow before a wider row comes")
        let (start, end) = (slot * width, (slot + 1) * width)
        if start == numbers.count { numbers.append(contentsOf: repeatElement(.nan, count: width)) }
        var cells = numbers.mutableSpan
        Copying.copy(row, to: &cells, at: start)
        for place in min(end, start + row.count)..<end { cells[place] = .nan }
    }

    /// Adds the numbers of a slot to a column.
    func append(_ slot: Int, to column: inout [Float]) {
        column.append(contentsOf: numbers[slot * width..<(slot + 1) * width])
    }

    /// Keeps the rows of `slots`, in that order, and no others.
    mutating func keep(_ slots: [Int]) {
        numbers = slots.flatMap { numbers[$0 * width..<($0 + 1) * width] }
    }
}

extension RowCells {
    /// Appends the rows of `slots` in that order.
    func encode(_ slots: some Collection<Int>, into writer: inout ByteWriter) {
        writer.write(UInt32(width))
        writer.reserve(slots.count * width * 4)
        for slot in slots {
            writer.writeRaw(numbers.span.extracting(slot * width..<(slot + 1) * width))
        }
    }

    /// Reads as many rows as there are said to be.
    init(rows: Int, from reader: inout ByteReader) throws(DecodeError) {
        width = Int(try reader.read(UInt32.self))
        guard width <= 1 << 20, rows >= 0, rows <= reader.remaining / 4 / max(1, width) else {
            throw .truncated
        }
        numbers = try reader.readFloats(rows * width)
    }
}
