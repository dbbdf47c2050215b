// SPDX-License-Identifier: Apache-2.0
//
// A sample that is balanced over groups and uniform within each (BalancedSlots). With all rows in
// one group it is a uniform sample of the stream: Vitter's Algorithm R ("Random sampling with a
// reservoir", 1985), in which each of n rows is among the m kept with probability m / n.
//
// Rows without a class, or without a context, are a group of their own.

import Learning
import Primitives

/// The book of a sample that treats groups of rows alike.
struct GroupBook: SlotBook {
    /// What makes a group.
    enum Grouping: Sendable {
        /// Nothing: all rows are one.
        case all
        /// The class.
        case classes
        /// The context.
        case contexts
    }

    private let grouping: Grouping
    private var slots = BalancedSlots()

    init(by grouping: Grouping) {
        self.grouping = grouping
    }

    private func group(of header: MemoryHeader) -> Int32 {
        switch grouping {
        case .all: -1
        case .classes: header.label
        case .contexts: header.context
        }
    }

    mutating func place(
        _ header: MemoryHeader,
        taken: Int,
        of capacity: Int,
        random: inout RandomSource
    ) -> Int? {
        slots.place(group(of: header), taken: taken, of: capacity, random: &random)
    }

    mutating func pass(
        _ rows: Range<Int>,
        of block: Block,
        random: inout RandomSource
    ) -> (row: Int, slot: Int?) {
        let (first, end) = (rows.lowerBound, rows.upperBound)
        switch grouping {
        case .all:
            let offer = slots.pass(rows.count, of: -1, random: &random)
            return (first + offer.passed, offer.slot)
        case .classes:
            return slots.pass(block.classes.span, from: first, to: end, random: &random)
        case .contexts:
            return slots.pass(block.contexts.span, from: first, to: end, random: &random)
        }
    }

    mutating func shrink(from taken: Int, to capacity: Int, random: inout RandomSource) {
        slots.shrink(from: taken, to: capacity, random: &random)
    }

    mutating func keep(where isKept: (Int) -> Bool) -> Int { slots.keep(where: isKept) }

    var order: [Int] { slots.byClass }

    mutating func renumber() { slots.renumber() }

    var inclusions: [Float] { [] }
}

extension GroupBook {
    func encode(into writer: inout ByteWriter) { slots.encode(into: &writer) }

    init(from reader: inout ByteReader, by grouping: Grouping) throws(DecodeError) {
        self.grouping = grouping
        slots = try BalancedSlots(from: &reader)
    }

    mutating func take(_ headers: [MemoryHeader]) throws(DecodeError) {
        let groups = headers.map { group(of: $0) }
        try slots.take(groups.indices, labels: groups)
    }
}
