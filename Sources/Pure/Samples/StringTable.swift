// SPDX-License-Identifier: Apache-2.0
//
// Texts by number. A micro-batch says each feature name and category once, however many of its rows
// use it; looking one up that is already there allocates nothing. Open addressing over FNV-1a.

/// Interns byte strings as consecutive numbers, from 0.
package struct StringTable: Sendable, Equatable {
    private var utf8: [UInt8] = []
    private var ends: [UInt32] = []
    private var slots: [Int32] = []

    /// Makes an empty table.
    package init() {}

    /// The number of texts.
    package var count: Int { ends.count }

    /// What the texts and their places take.
    package var bytes: Int { utf8.count + ends.count * 4 + slots.count * 4 }

    /// Forgets the texts, but keeps the room.
    package mutating func removeAll() {
        utf8.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = -1 }
    }

    /// The number of `text`, which is added when it is new.
    package mutating func intern(_ text: Span<UInt8>) -> UInt32 {
        if ends.count * 2 >= slots.count { grow() }
        var slot = Int(StringTable.hash(text) & UInt64(slots.count - 1))
        while slots[slot] >= 0 {
            if equals(Int(slots[slot]), text) { return UInt32(slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(ends.count)
        for index in text.indices { utf8.append(text[index]) }
        ends.append(UInt32(utf8.count))
        return UInt32(ends.count - 1)
    }

    /// The number of `text`, which is added when it is new.
    package mutating func intern(_ text: String) -> UInt32 {
        intern(Array(text.utf8).span)
    }

    /// The number of `text`; nil when it is not there.
    package func number(of text: Span<UInt8>) -> UInt32? {
        guard !slots.isEmpty else { return nil }
        var slot = Int(StringTable.hash(text) & UInt64(slots.count - 1))
        while slots[slot] >= 0 {
            if equals(Int(slots[slot]), text) { return UInt32(slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// The text with the given number.
    package func text(_ number: UInt32) -> String {
        String(decoding: utf8[range(Int(number))], as: UTF8.self)
    }

    /// Appends the UTF-8 bytes of the text with the given number.
    package func append(_ number: UInt32, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: utf8[range(Int(number))])
    }

    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    private func equals(_ index: Int, _ text: Span<UInt8>) -> Bool {
        let range = range(index)
        guard range.count == text.count else { return false }
        for offset in 0..<text.count where utf8[range.lowerBound + offset] != text[offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: max(16, slots.count * 2))
        for index in ends.indices {
            let range = range(index)
            var slot = Int(
                StringTable.hash(utf8.span.extracting(range)) & UInt64(slots.count - 1)
            )
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// A hash of the text that is the same everywhere: FNV-1a.
    package static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in text.indices {
            hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3
        }
        return hash ^ (hash >> 32)
    }

    /// Tables are equal when they number the same texts in the same way.
    package static func == (left: StringTable, right: StringTable) -> Bool {
        left.utf8 == right.utf8 && left.ends == right.ends
    }
}
