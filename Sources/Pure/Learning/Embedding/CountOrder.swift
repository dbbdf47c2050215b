// SPDX-License-Identifier: Apache-2.0
//
// Slots in the order of their counts, with every change in constant time: the stream summary of
// Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements in data
// streams" (ICDT 2005). Slots of one count are a list, oldest first; these lists are a list, lowest
// first. A count that rises by one moves its slot to the end of the next list, which is made when
// there is none.

/// Counts of slots, and which slot comes first.
struct CountOrder: Sendable {
    private struct Slot: Sendable {
        var group: Int32
        var before: Int32
        var after: Int32
    }

    private struct Group: Sendable {
        var count: UInt64
        var first: Int32
        var last: Int32
        var below: Int32
        var above: Int32
    }

    private var slots: [Slot] = []
    private var groups: [Group] = []
    private var free: [Int32] = []
    private var bottom: Int32 = -1

    /// How many slots there are.
    var slotCount: Int { slots.count }

    /// The slot of the lowest count that has had it for the longest time.
    ///
    /// - Precondition: There is a slot.
    var first: Int { Int(groups[Int(bottom)].first) }

    /// The count of a slot.
    func count(_ slot: Int) -> UInt64 { groups[Int(slots[slot].group)].count }

    /// Adds a slot with a count of 1, and gives its number: the next one.
    mutating func add() -> Int {
        let slot = slots.count
        slots.append(Slot(group: -1, before: -1, after: -1))
        if bottom < 0 || groups[Int(bottom)].count > 1 { insert(1, above: -1) }
        push(Int32(slot), to: bottom)
        return slot
    }

    /// Adds one to the count of a slot.
    mutating func raise(_ slot: Int) {
        let own = slots[slot].group
        let group = groups[Int(own)]
        if group.above < 0 || groups[Int(group.above)].count > group.count + 1 {
            insert(group.count + 1, above: own)
        }
        let next = groups[Int(own)].above
        unlink(slot)
        push(Int32(slot), to: next)
        if groups[Int(own)].first < 0 { remove(own) }
    }

    /// Halves every count, up to the next whole number; the order stays.
    mutating func halve() {
        let order = inOrder
        let counts = order.map { (count($0) + 1) / 2 }
        rebuild(order, counts)
    }

    /// The slots, lowest count first, oldest first.
    var inOrder: [Int] {
        var order: [Int] = []
        order.reserveCapacity(slots.count)
        var group = bottom
        while group >= 0 {
            var slot = groups[Int(group)].first
            while slot >= 0 {
                order.append(Int(slot))
                slot = slots[Int(slot)].after
            }
            group = groups[Int(group)].above
        }
        return order
    }

    /// Takes the order and the counts of slots, which rise along it.
    mutating func rebuild(_ order: [Int], _ counts: [UInt64]) {
        precondition(order.count == counts.count, "every slot has a count")
        slots = [Slot](repeating: Slot(group: -1, before: -1, after: -1), count: order.count)
        groups.removeAll(keepingCapacity: true)
        free.removeAll(keepingCapacity: true)
        bottom = -1
        var top: Int32 = -1
        for (slot, count) in zip(order, counts) {
            if top < 0 || groups[Int(top)].count < count {
                insert(count, above: top)
                top = top < 0 ? bottom : groups[Int(top)].above
            }
            push(Int32(slot), to: top)
        }
    }

    /// Makes an empty group above another, or at the bottom.
    private mutating func insert(_ count: UInt64, above below: Int32) {
        let above = below < 0 ? bottom : groups[Int(below)].above
        let group = Group(count: count, first: -1, last: -1, below: below, above: above)
        let number: Int32
        if let place = free.popLast() {
            groups[Int(place)] = group
            number = place
        } else {
            number = Int32(groups.count)
            groups.append(group)
        }
        if above >= 0 { groups[Int(above)].below = number }
        if below >= 0 { groups[Int(below)].above = number } else { bottom = number }
    }

    private mutating func remove(_ number: Int32) {
        let group = groups[Int(number)]
        if group.above >= 0 { groups[Int(group.above)].below = group.below }
        if group.below >= 0 {
            groups[Int(group.below)].above = group.above
        } else {
            bottom = group.above
        }
        free.append(number)
    }

    private mutating func push(_ slot: Int32, to number: Int32) {
        let last = groups[Int(number)].last
        slots[Int(slot)] = Slot(group: number, before: last, after: -1)
        if last >= 0 { slots[Int(last)].after = slot } else { groups[Int(number)].first = slot }
        groups[Int(number)].last = slot
    }

    private mutating func unlink(_ slot: Int) {
        let (own, before, after) = (slots[slot].group, slots[slot].before, slots[slot].after)
        if before >= 0 {
            slots[Int(before)].after = after
        } else {
            groups[Int(own)].first = after
        }
        if after >= 0 {
            slots[Int(after)].before = before
        } else {
            groups[Int(own)].last = before
        }
    }
}
