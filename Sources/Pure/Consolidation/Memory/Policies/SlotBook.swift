// SPDX-License-Identifier: Apache-2.0
//
// The book of a bounded sample: which rows are kept, and in which slot. The rows themselves lie in
// pages; the order in which a book names its slots is part of the state, their numbers are not.

import Learning
import Primitives

/// Decides which rows of a stream a bounded sample keeps.
protocol SlotBook: Sendable {
    /// The slot for a row, or nil when it is not kept.
    ///
    /// The first free slot is the number of `taken` ones; any other slot loses its row.
    mutating func place(
        _ header: MemoryHeader,
        taken: Int,
        of capacity: Int,
        random: inout RandomSource
    ) -> Int?

    /// Offers rows of a block to a full sample until one of them is kept: the row with its slot, or
    /// without one when it was not offered yet and `place` has to decide; the end of the rows when
    /// none is.
    mutating func pass(
        _ rows: Range<Int>,
        of block: Block,
        random: inout RandomSource
    ) -> (row: Int, slot: Int?)

    /// Takes rows out of the book until `capacity` are left.
    mutating func shrink(from taken: Int, to capacity: Int, random: inout RandomSource)

    /// Keeps the rows of which `isKept` says so, and tells how many are left.
    mutating func keep(where isKept: (Int) -> Bool) -> Int

    /// The slots in the book's own order.
    var order: [Int] { get }

    /// Numbers the slots from 0 on, in the book's own order.
    mutating func renumber()

    /// How likely each row was to be kept, slot by slot, where the book prefers some; empty where
    /// it treats all rows of a kind alike.
    var inclusions: [Float] { get }

    /// Appends the book; the rows must follow in its own order.
    func encode(into writer: inout ByteWriter)

    /// Enters the rows that were read, which lie in slots 0, 1, 2 ...
    mutating func take(_ headers: [MemoryHeader]) throws(DecodeError)
}
