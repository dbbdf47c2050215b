// SPDX-License-Identifier: Apache-2.0
//
// The words that have vectors, and how often each was seen, in bounded memory (Space-Saving;
// Metwally, Agrawal and El Abbadi, ICDT 2005):
//
// 1. A known word's count rises by one.
// 2. A new word gets the next slot and a count of 1, while there are slots.
// 3. Then it takes the slot of the word of the lowest count, the one that has had it for longest,
//    with that count plus one. What it takes over is the error of its own count.
//
// So counts add up to the words counted; no count is too low; and any word that makes up more than
// one in `capacity` of what was counted is there. With `memory`, all counts are halved each time
// that they add up to so many: a word that has gone out of use gives way to those in use.

import Primitives

/// A bounded set of words with their counts.
struct Vocabulary: Sendable {
    /// The most words.
    let capacity: Int
    /// The sum of the counts.
    private(set) var total: UInt64 = 0
    /// How many words had to give way.
    private(set) var evictions: UInt64 = 0

    private(set) var words = WordIndex()
    private var order = CountOrder()
    private(set) var noise: NoiseTable

    init(capacity: Int) {
        self.capacity = capacity
        noise = NoiseTable(words: capacity)
    }

    /// How many words there are.
    var count: Int { words.count }

    /// How often the word of a slot was seen, or a little less.
    func count(_ slot: Int) -> UInt64 { order.count(slot) }

    /// The slot of a word, or -1.
    func slot(of word: Span<UInt8>, hash: UInt64) -> Int { words.slot(of: word, hash: hash) }

    /// What counting a word did.
    enum Counted {
        /// The word was there.
        case known
        /// It got a slot that nobody had had.
        case added
        /// It got a slot whose word gave way.
        case replaced
    }

    /// Counts a word, which gets a slot if it has none.
    mutating func count(
        _ word: Span<UInt8>,
        hash: UInt64,
        memory: Int,
        _ random: inout RandomSource
    ) -> (slot: Int, Counted) {
        var slot = words.slot(of: word, hash: hash)
        var counted = Counted.known
        if slot < 0, count < capacity {
            slot = order.add()
            words.add(word, hash: hash)
            counted = .added
        } else {
            if slot < 0 {
                slot = order.first
                words.replace(slot, by: word, hash: hash)
                evictions += 1
                counted = .replaced
            }
            order.raise(slot)
        }
        total += 1
        noise.raise(slot, to: order.count(slot), &random)
        if memory > 0, total >= UInt64(memory) { fade() }
        return (slot, counted)
    }

    private mutating func fade() {
        order.halve()
        total = 0
        var counts: [UInt64] = []
        counts.reserveCapacity(count)
        for slot in 0..<count { counts.append(order.count(slot)) }
        for number in counts { total += number }
        noise.rescale(counts)
    }
}

extension Vocabulary {
    func encode(into writer: inout ByteWriter) {
        writer.write(total)
        writer.write(evictions)
        writer.write(UInt32(count))
        for slot in 0..<count { writer.write(words.word(slot)) }
        for slot in order.inOrder {
            writer.write(UInt32(slot))
            writer.write(order.count(slot))
        }
        noise.encode(into: &writer)
    }

    init(from reader: inout ByteReader, capacity: Int) throws(DecodeError) {
        self.init(capacity: capacity)
        total = try reader.read()
        evictions = try reader.read()
        let count = Int(try reader.read(UInt32.self))
        guard total < 1 << 53, count <= capacity, count <= reader.remaining / 17 else {
            throw .invalid("a vocabulary has \(count) words")
        }
        for _ in 0..<count { try addWord(try reader.readText()) }
        var slots: [Int] = []
        var counts: [UInt64] = []
        var isThere = [Bool](repeating: false, count: count)
        var sum: UInt64 = 0
        for _ in 0..<count {
            let slot = Int(try reader.read(UInt32.self))
            let number = try reader.read(UInt64.self)
            guard slot < count, !isThere[slot], number >= max(1, counts.last ?? 1),
                number <= total - sum
            else { throw .invalid("the counts of a vocabulary are out of order") }
            isThere[slot] = true
            slots.append(slot)
            counts.append(number)
            sum += number
        }
        guard sum == total else { throw .invalid("the counts of a vocabulary do not add up") }
        order.rebuild(slots, counts)
        noise = try NoiseTable(from: &reader, words: count, wordsMax: capacity)
    }

    private mutating func addWord(_ word: String) throws(DecodeError) {
        let bytes = Array(word.utf8)
        guard (1...EmbeddingSettings.wordBytesMax).contains(bytes.count),
            bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw .invalid("a vocabulary has something that is no word") }
        let hash = Vocabulary.hash(bytes.span)
        guard words.slot(of: bytes.span, hash: hash) < 0 else {
            throw .invalid("a vocabulary has a word twice")
        }
        words.add(bytes.span, hash: hash)
    }

    /// The hash that the tokeniser gives a word.
    static func hash(_ word: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in word.indices { hash = (hash ^ UInt64(word[index])) &* 0x100_0000_01B3 }
        return hash ^ (hash >> 32)
    }
}
