// SPDX-License-Identifier: Apache-2.0
//
// Words by slot and slots by word. Each slot has room for the longest word, so that a word can take
// another's place without moving anything. Looking up is open addressing with linear probing; what
// is taken out leaves no marker behind, because the entries after it move up (Knuth, "The art of
// computer programming", volume 3, 6.4, algorithm R).

import Primitives

/// The words of a vocabulary.
struct WordIndex: Sendable {
    private static let stride = EmbeddingSettings.wordBytesMax

    private var bytes: [UInt8] = []
    private var lengths: [UInt8] = []
    private var hashes: [UInt64] = []
    private var table: [Int32] = []

    /// The number of slots.
    var count: Int { lengths.count }

    /// The word of a slot.
    func word(_ slot: Int) -> String { String(decoding: bytes[range(slot)], as: UTF8.self) }

    /// Appends the bytes of a slot's word.
    func append(_ slot: Int, to text: inout [UInt8]) {
        text.append(contentsOf: bytes[range(slot)])
    }

    private func range(_ slot: Int) -> Range<Int> {
        slot * Self.stride..<slot * Self.stride + Int(lengths[slot])
    }

    /// The slot of a word, or -1.
    func slot(of word: Span<UInt8>, hash: UInt64) -> Int {
        guard !table.isEmpty else { return -1 }
        let mask = table.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while table[place] >= 0 {
            let slot = Int(table[place])
            if hashes[slot] == hash, equals(slot, word) { return slot }
            place = (place + 1) & mask
        }
        return -1
    }

    private func equals(_ slot: Int, _ word: Span<UInt8>) -> Bool {
        guard Int(lengths[slot]) == word.count else { return false }
        let stored = bytes.span
        let start = slot * Self.stride
        for index in word.indices where stored[start + index] != word[index] { return false }
        return true
    }

    /// Puts a word that is not there into the next slot.
    mutating func add(_ word: Span<UInt8>, hash: UInt64) {
        let slot = count
        lengths.append(0)
        hashes.append(0)
        bytes.append(contentsOf: repeatElement(0, count: Self.stride))
        if (slot + 1) * 2 > table.count { growTable() }
        put(word, hash, in: slot)
    }

    /// Puts a word that is not there in the place of a slot's word.
    mutating func replace(_ slot: Int, by word: Span<UInt8>, hash: UInt64) {
        takeOut(slot)
        put(word, hash, in: slot)
    }

    private mutating func put(_ word: Span<UInt8>, _ hash: UInt64, in slot: Int) {
        precondition(word.count <= Self.stride, "a word is no longer than the room for it")
        lengths[slot] = UInt8(word.count)
        hashes[slot] = hash
        for index in word.indices { bytes[slot * Self.stride + index] = word[index] }
        enter(slot)
    }

    private mutating func enter(_ slot: Int) {
        let mask = table.count - 1
        var place = Int(truncatingIfNeeded: hashes[slot]) & mask
        while table[place] >= 0 { place = (place + 1) & mask }
        table[place] = Int32(slot)
    }

    private mutating func takeOut(_ slot: Int) {
        let mask = table.count - 1
        var gap = Int(truncatingIfNeeded: hashes[slot]) & mask
        while table[gap] != Int32(slot) { gap = (gap + 1) & mask }
        var place = (gap + 1) & mask
        while table[place] >= 0 {
            let home = Int(truncatingIfNeeded: hashes[Int(table[place])]) & mask
            // It may move up when its home does not lie behind the gap, going round.
            if (place - home) & mask >= (place - gap) & mask {
                table[gap] = table[place]
                gap = place
            }
            place = (place + 1) & mask
        }
        table[gap] = -1
    }

    private mutating func growTable() {
        table = [Int32](repeating: -1, count: max(64, table.count * 2))
        for slot in 0..<count - 1 { enter(slot) }
    }
}
