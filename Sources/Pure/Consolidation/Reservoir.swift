// SPDX-License-Identifier: Apache-2.0
//
// A sample of the whole stream, balanced over the classes (Chrysakis and Moens, "Online continual
// learning from imbalanced data", ICML 2020):
// 1. While there is room, every row is kept.
// 2. A row of a class that was never the largest takes the place of a random row of the largest.
// 3. A row of any other class replaces a random row of its own class with probability held/offered,
//    which keeps each class a uniform sample of its rows (Vitter's Algorithm R, 1985).
// With one class only, as in regression, this is Algorithm R.

import Learning
import Primitives

/// A bounded, class-balanced, uniform-within-a-class sample of a stream of rows.
struct Reservoir: Sendable {
    /// What is known of a class.
    private struct Tally: Sendable {
        /// Where its rows are; the order is part of the state, the slot numbers are not.
        var slots: [Int32] = []
        /// Rows that came by.
        var offered = 0
        /// Whether the class is or was the largest of a full reservoir.
        var isFull = false
    }

    private(set) var pages = MemoryPages()
    private(set) var capacity: Int
    private var tallies: [Tally] = []
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
            let offer = pass(labels, from: row, to: rows.upperBound)
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

    /// Offers rows until one of them is kept: the row with its slot, or without one when it takes
    /// more than a draw and was not offered yet.
    private mutating func pass(
        _ labels: Span<Int32>,
        from first: Int,
        to end: Int
    ) -> (row: Int, slot: Int?) {
        guard pages.count == capacity else { return (first, nil) }
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

    mutating func insert(_ header: MemoryHeader, _ features: Span<Float>) {
        let own = Int(header.label) + 1
        while tallies.count <= own { tallies.append(Tally()) }
        tallies[own].offered += 1
        if pages.count < capacity {
            tallies[own].slots.append(Int32(pages.count))
            pages.append(header, features)
            if pages.count == capacity { tallies[largest].isFull = true }
            return
        }
        if tallies[own].isFull {
            let place = random.below(tallies[own].offered)
            guard place < tallies[own].slots.count else { return }
            // `place` is itself a uniform draw among the rows that the class holds.
            pages.write(header, features, at: Int(tallies[own].slots[place]))
            return
        }
        let victim = largest
        let last = tallies[victim].slots.count - 1
        tallies[victim].slots.swapAt(random.below(last + 1), last)
        let slot = tallies[victim].slots.removeLast()
        tallies[victim].isFull = true
        pages.write(header, features, at: Int(slot))
        tallies[own].slots.append(slot)
        tallies[largest].isFull = true
    }

    /// The class with the most rows; the first of several.
    private var largest: Int {
        var best = 0
        for own in tallies.indices where tallies[own].slots.count > tallies[best].slots.count {
            best = own
        }
        return best
    }

    /// Widens the rows; when fewer may be kept then, random rows of the largest class go first.
    mutating func grow(width: Int, capacity: Int) {
        pages.grow(width: width)
        self.capacity = capacity
        guard pages.count > capacity else { return }
        for _ in capacity..<pages.count {
            let victim = largest
            let last = tallies[victim].slots.count - 1
            tallies[victim].slots.swapAt(random.below(last + 1), last)
            tallies[victim].slots.removeLast()
            tallies[victim].isFull = true
        }
        tallies[largest].isFull = true
        layOutAnew()
    }

    /// Takes the features from `width` on away from every row.
    mutating func shrink(width: Int) { pages.shrink(width: width) }

    /// Keeps the rows whose sample number is in `range`.
    ///
    /// Each row that remains stands for as many rows of the stream as it did before.
    mutating func keep(_ range: Range<UInt64>) {
        let before = pages.count
        var left = 0
        for own in tallies.indices {
            let held = tallies[own].slots.count
            tallies[own].slots.removeAll { !range.contains(pages.header(Int($0)).index) }
            let kept = tallies[own].slots.count
            left += kept
            guard kept < held else { continue }
            let share = Double(kept) / Double(held)
            tallies[own].offered = max(kept, Int(Double(tallies[own].offered) * share))
            if kept == 0 { tallies[own].isFull = false }
        }
        if left < before { layOutAnew() }
    }

    /// The slots, class by class.
    private var slotsByClass: [Int] {
        tallies.flatMap { $0.slots.map(Int.init) }
    }

    /// Moves the rows that the tallies name to the first slots, and drops all others.
    private mutating func layOutAnew() {
        pages.keep(slotsByClass)
        var next: Int32 = 0
        for own in tallies.indices {
            for place in tallies[own].slots.indices {
                tallies[own].slots[place] = next
                next += 1
            }
        }
    }

    /// The slots, oldest row first.
    var slots: [Int] {
        (0..<pages.count).sorted { pages.header($0).index < pages.header($1).index }
    }
}

extension Reservoir {
    func encode(into writer: inout ByteWriter) {
        random.encode(into: &writer)
        writer.write(UInt32(tallies.count))
        for tally in tallies {
            writer.write(UInt64(tally.offered))
            writer.write(tally.isFull)
        }
        pages.encode(slotsByClass, into: &writer)
    }

    init(from reader: inout ByteReader, capacity: Int) throws(DecodeError) {
        self.capacity = capacity
        random = try RandomSource(from: &reader)
        let classes = Int(try reader.read(UInt32.self))
        guard classes <= reader.remaining / 9 else { throw .truncated }
        for _ in 0..<classes {
            let offered = try reader.read(UInt64.self)
            guard offered < 1 << 62 else { throw .invalid("\(offered) rows of one class") }
            tallies.append(Tally(offered: Int(offered), isFull: try reader.readFlag()))
        }
        pages = try MemoryPages(from: &reader, rowsMax: capacity)
        for slot in 0..<pages.count {
            let own = Int(pages.header(slot).label) + 1
            guard own >= 0, own < classes else { throw .invalid("a row of class \(own - 1)") }
            tallies[own].slots.append(Int32(slot))
        }
        for tally in tallies where tally.slots.count > tally.offered {
            throw .invalid("a class holds more rows than came by")
        }
    }
}
