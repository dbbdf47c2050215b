// SPDX-License-Identifier: Apache-2.0
//
// Which rows of a stream a bounded memory keeps, so that the classes are balanced and each class is
// a uniform sample of its rows (Chrysakis and Moens, "Online continual learning from imbalanced
// data", ICML 2020):
//
// 1. While there is room, every row is kept.
// 2. A row of a class that was never the largest takes the place of a random row of the largest.
// 3. A row of any other class replaces a random row of its own class with probability held/offered,
//    which keeps each class a uniform sample of its rows (Vitter's Algorithm R, 1985).
//
// With one class only, as in regression, this is Algorithm R. What is a class is for the owner to
// say: the memory of consolidations also balances over contexts. The rows themselves lie elsewhere,
// in slots 0, 1, 2 ...; here is only the book of who lies where. A row costs O(1), and O(log
// classes) where it changes how many rows a class holds.

package import Primitives

/// The book of a class-balanced reservoir.
package struct BalancedSlots: Sendable {
    /// What is known of a class.
    private struct Tally: Sendable {
        /// Where its rows are; the order is part of the state, the slot numbers are not.
        var slots: [Int32] = []
        /// Rows that came by.
        var offered = 0
        /// Whether the class is or was the largest of a full reservoir.
        var isFull = false
    }

    private var tallies: [Tally] = []
    private var bySize = LargestFirst()

    /// Makes a book without rows.
    package init() {}

    /// The slot for a row of the class `label` (-1: none), or nil when the row is not kept.
    ///
    /// The first free slot is the number of `taken` ones; any other slot loses its row.
    package mutating func place(
        _ label: Int32,
        taken: Int,
        of capacity: Int,
        random: inout RandomSource
    ) -> Int? {
        let own = Int(label) + 1
        while tallies.count <= own { addClass() }
        tallies[own].offered += 1
        if taken < capacity {
            add(Int32(taken), to: own)
            if taken + 1 == capacity { markLargest() }
            return taken
        }
        guard !tallies[own].isFull else {
            let place = random.below(tallies[own].offered)
            // `place` is itself a uniform draw among the rows that the class holds.
            return place < tallies[own].slots.count ? Int(tallies[own].slots[place]) : nil
        }
        guard let slot = giveUp(random: &random) else { return nil }
        add(slot, to: own)
        markLargest()
        return Int(slot)
    }

    /// Offers rows to a full reservoir until one of them is kept: the row with its slot, or without
    /// one when it takes more than a draw and was not offered yet.
    package mutating func pass(
        _ labels: Span<Int32>,
        from first: Int,
        to end: Int,
        random: inout RandomSource
    ) -> (row: Int, slot: Int?) {
        var draws = random
        defer { random = draws }
        var classes = tallies.mutableSpan
        for row in first..<end {
            let own = Int(labels[row]) + 1
            guard own < classes.count, classes[own].isFull else { return (row, nil) }
            classes[own].offered += 1
            let place = draws.below(classes[own].offered)
            // `place` is itself a uniform draw among the rows that the class holds.
            if place < classes[own].slots.count { return (row, Int(classes[own].slots[place])) }
        }
        return (end, nil)
    }

    /// Offers so many rows of the class `label`, and no other, to a full reservoir until one is
    /// kept: how many were not, and the slot of the one that is; without a slot as in
    /// ``pass(_:from:to:random:)``.
    package mutating func pass(
        _ count: Int,
        of label: Int32,
        random: inout RandomSource
    ) -> (passed: Int, slot: Int?) {
        let own = Int(label) + 1
        guard own < tallies.count, tallies[own].isFull else { return (0, nil) }
        var draws = random
        defer { random = draws }
        let held = tallies[own].slots.count
        let before = tallies[own].offered
        for passed in 0..<count {
            let place = draws.below(before + passed + 1)
            guard place < held else { continue }
            tallies[own].offered = before + passed + 1
            return (passed, Int(tallies[own].slots[place]))
        }
        tallies[own].offered = before + count
        return (count, nil)
    }

    /// Takes random rows of the largest class out of the book until `capacity` are left.
    package mutating func shrink(from taken: Int, to capacity: Int, random: inout RandomSource) {
        for _ in capacity..<max(capacity, taken) { _ = giveUp(random: &random) }
        markLargest()
    }

    /// Keeps the rows of which `isKept` says so, and tells how many are left.
    ///
    /// Each row that remains stands for as many rows of the stream as it did before.
    package mutating func keep(where isKept: (Int) -> Bool) -> Int {
        var left = 0
        for own in tallies.indices {
            let held = tallies[own].slots.count
            tallies[own].slots.removeAll { !isKept(Int($0)) }
            let kept = tallies[own].slots.count
            left += kept
            guard kept < held else { continue }
            bySize.update(own, to: kept)
            let share = Double(kept) / Double(held)
            tallies[own].offered = max(kept, Int(Double(tallies[own].offered) * share))
            if kept == 0 { tallies[own].isFull = false }
        }
        return left
    }

    /// The slots, class by class.
    package var byClass: [Int] {
        tallies.flatMap { $0.slots.map(Int.init) }
    }

    /// Numbers the slots from 0 on, in the order of ``byClass``.
    package mutating func renumber() {
        var next: Int32 = 0
        for own in tallies.indices {
            for place in tallies[own].slots.indices {
                tallies[own].slots[place] = next
                next += 1
            }
        }
    }

    /// Takes a random row of the largest class out of the book.
    private mutating func giveUp(random: inout RandomSource) -> Int32? {
        guard let victim = bySize.largest, !tallies[victim].slots.isEmpty else { return nil }
        let last = tallies[victim].slots.count - 1
        tallies[victim].slots.swapAt(random.below(last + 1), last)
        // A class that has lost its only row must not be kept out for good.
        tallies[victim].isFull = last > 0
        bySize.update(victim, to: last)
        return tallies[victim].slots.removeLast()
    }

    private mutating func addClass() {
        tallies.append(Tally())
        bySize.addGroup()
    }

    private mutating func add(_ slot: Int32, to own: Int) {
        tallies[own].slots.append(slot)
        bySize.update(own, to: tallies[own].slots.count)
    }

    private mutating func markLargest() {
        if let largest = bySize.largest { tallies[largest].isFull = true }
    }
}

extension BalancedSlots {
    /// Appends what came by of each class; the rows must follow in the order of ``byClass``.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(tallies.count))
        for tally in tallies {
            writer.write(UInt64(tally.offered))
            writer.write(tally.isFull)
        }
    }

    /// Reads what came by of each class; ``take(_:labels:)`` must give it the rows.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let classes = Int(try reader.read(UInt32.self))
        guard classes <= reader.remaining / 9 else { throw .truncated }
        for _ in 0..<classes {
            let offered = try reader.read(UInt64.self)
            guard offered < 1 << 62 else { throw .invalid("\(offered) rows of one class") }
            tallies.append(Tally(offered: Int(offered), isFull: try reader.readFlag()))
            bySize.addGroup()
        }
    }

    /// Enters rows that were read: their slots in the order of ``byClass``, and the class of each
    /// slot.
    package mutating func take(
        _ slots: some Sequence<Int>,
        labels: [Int32]
    ) throws(DecodeError) {
        for slot in slots {
            let label = labels[slot]
            guard label >= -1, Int(label) + 1 < tallies.count else {
                throw .invalid("a row of class \(label)")
            }
            add(Int32(slot), to: Int(label) + 1)
        }
        for tally in tallies where tally.slots.count > tally.offered {
            throw .invalid("a class holds more rows than came by")
        }
    }
}
