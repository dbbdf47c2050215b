// SPDX-License-Identifier: Apache-2.0
//
// A bounded ring from one thread to one other: the way of a micro-batch from the intake to its
// learner. It never drops: a full ring gives the element back, and the producer decides.
//
//   1. `head` counts what was taken, `tail` what was put; both only grow; slot = index & mask.
//   2. The producer writes the slot, then `tail` (releasing); the consumer reads `tail`
//      (acquiring), then the slot, then writes `head` (releasing).
//   3. A side that finds nothing to do says so in its flag, looks once more, and only then sleeps
//      on its wake-up. The other side, after moving its index, takes the flag and signals. Flags
//      and the indices around them are sequentially consistent, so one of the two sees the other.
//
// The four counters stand on cache lines of their own.

import Synchronization

/// A bounded queue with one producing and one consuming thread.
// A slot is touched only by the side that the indices give it to, and each index is written by one
// side; the other reads it with acquire, as it was written with release.
package final class Ring<Element: ~Copyable & Sendable>: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<Element>
    private let mask: Int
    private let head = PaddedCounter()
    private let tail = PaddedCounter()
    private let consumerSleeps = PaddedFlag()
    private let producerSleeps = PaddedFlag()

    /// Signalled when something arrives for a consumer that sleeps.
    ///
    /// Rings to one thread may share.
    package let arrived: EventFD
    /// Signalled when room appears for a producer that sleeps.
    ///
    /// Rings from one thread may share.
    package let freed: EventFD

    /// Makes a ring for `capacity` elements.
    ///
    /// - Precondition: `capacity` is a power of two.
    package init(capacity: Int, arrived: EventFD, freed: EventFD) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "the capacity is 1, 2, 4, …")
        slots = .allocate(capacity: capacity)
        mask = capacity - 1
        self.arrived = arrived
        self.freed = freed
    }

    deinit {
        var index = head.value.load(ordering: .acquiring)
        let end = tail.value.load(ordering: .acquiring)
        while index != end {
            (slots + (index & mask)).deinitialize(count: 1)
            index += 1
        }
        slots.deallocate()
    }

    /// How many elements it can hold.
    package var capacity: Int { mask + 1 }

    /// How many elements it holds now; a moment later it may be another number.
    package var count: Int {
        let taken = head.value.load(ordering: .acquiring)
        return tail.value.load(ordering: .acquiring) - taken
    }

    // MARK: The producer's side

    /// Puts an element in.
    ///
    /// - Returns: Nil, or the element when the ring is full.
    package func push(_ element: consuming Element) -> Element? {
        let index = tail.value.load(ordering: .relaxed)
        guard index - head.value.load(ordering: .acquiring) <= mask else { return element }
        (slots + (index & mask)).initialize(to: element)
        tail.value.store(index + 1, ordering: .sequentiallyConsistent)
        if consumerSleeps.value.load(ordering: .sequentiallyConsistent),
            consumerSleeps.value.exchange(false, ordering: .sequentiallyConsistent)
        {
            arrived.signal()
        }
        return nil
    }

    /// Whether nothing can be put in now.
    package var isFull: Bool {
        tail.value.load(ordering: .relaxed) - head.value.load(ordering: .acquiring) > mask
    }

    /// Says that the producer is about to sleep until there is room.
    ///
    /// - Returns: True when it may wait on ``freed``; false when there is room already.
    package func producerMaySleep() -> Bool {
        producerSleeps.value.store(true, ordering: .sequentiallyConsistent)
        let taken = head.value.load(ordering: .sequentiallyConsistent)
        guard tail.value.load(ordering: .relaxed) - taken > mask else {
            producerSleeps.value.store(false, ordering: .relaxed)
            return false
        }
        return true
    }

    // MARK: The consumer's side

    /// Takes the oldest element out; nil when the ring is empty.
    package func pop() -> Element? {
        let index = head.value.load(ordering: .relaxed)
        guard tail.value.load(ordering: .acquiring) != index else { return nil }
        let element = (slots + (index & mask)).move()
        head.value.store(index + 1, ordering: .sequentiallyConsistent)
        if producerSleeps.value.load(ordering: .sequentiallyConsistent),
            producerSleeps.value.exchange(false, ordering: .sequentiallyConsistent)
        {
            freed.signal()
        }
        return element
    }

    /// Says that the consumer is about to sleep until something arrives.
    ///
    /// - Returns: True when it may wait on ``arrived``; false when something is there already.
    package func consumerMaySleep() -> Bool {
        consumerSleeps.value.store(true, ordering: .sequentiallyConsistent)
        let end = tail.value.load(ordering: .sequentiallyConsistent)
        guard end == head.value.load(ordering: .relaxed) else {
            consumerSleeps.value.store(false, ordering: .relaxed)
            return false
        }
        return true
    }
}

/// A counter that shares its cache lines with nothing else.
private struct PaddedCounter: ~Copyable {
    private let before: InlineArray<15, Int> = .init(repeating: 0)
    let value = Atomic<Int>(0)
    private let after: InlineArray<15, Int> = .init(repeating: 0)
}

/// A flag that shares its cache lines with nothing else.
private struct PaddedFlag: ~Copyable {
    private let before: InlineArray<15, Int> = .init(repeating: 0)
    let value = Atomic<Bool>(false)
    private let after: InlineArray<15, Int> = .init(repeating: 0)
}
