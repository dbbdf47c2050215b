// SPDX-License-Identifier: Apache-2.0
//
// What noise words are drawn from: a table in which a word stands about as often as its count to
// the power of 3/4 asks for (Mikolov et al. 2013), kept while the counts change (the adaptive
// unigram table of Kaji and Kobayashi, "Incremental skip-gram model with negative sampling",
// EMNLP 2017):
//
// 1. When a count rises from c - 1 to c, its word's share of the total mass z rises by
//    f = c^(3/4) - (c-1)^(3/4).
// 2. While the table has room, f entries are added; afterwards f size / z entries at random places
//    are overwritten. Either number is rounded up or down at random so that its mean is right.
//
// A draw is one random number and one look. A word that takes another's slot takes its entries,
// too, as it takes its count. The power is two square roots, so its bits are everywhere the same.

import Primitives

/// A table that noise words are drawn from.
struct NoiseTable: Sendable {
    private(set) var entries: [UInt32] = []
    private(set) var mass = 0.0
    private let size: Int

    /// Makes an empty table for so many words.
    init(words: Int) {
        size = NoiseTable.size(words: words)
    }

    /// How many entries a table for so many words has: eight a word, and 1,024 at least.
    static func size(words: Int) -> Int { max(1024, 8 * words) }

    /// Notes that the count of a slot has risen by one.
    mutating func raise(_ slot: Int, to count: UInt64, _ random: inout RandomSource) {
        let share = NoiseTable.share(count) - NoiseTable.share(count - 1)
        mass += share
        if entries.count < size {
            for _ in 0..<NoiseTable.rounded(share, &random) where entries.count < size {
                entries.append(UInt32(slot))
            }
            return
        }
        for _ in 0..<NoiseTable.rounded(share * Double(size) / mass, &random) {
            entries[random.below(size)] = UInt32(slot)
        }
    }

    /// Takes the mass anew from counts that have all become smaller in the same proportion, which
    /// leaves the entries right.
    mutating func rescale(_ counts: [UInt64]) {
        mass = counts.reduce(0) { $0 + NoiseTable.share($1) }
    }

    /// The count to the power of 3/4.
    private static func share(_ count: UInt64) -> Double {
        let root = Double(count).squareRoot()
        return root * root.squareRoot()
    }

    /// The number, rounded so that its mean is itself.
    private static func rounded(_ number: Double, _ random: inout RandomSource) -> Int {
        let whole = min(number, 64).rounded(.down)
        return Int(whole) + (random.chance(number - whole) ? 1 : 0)
    }
}

extension NoiseTable {
    func encode(into writer: inout ByteWriter) {
        writer.write(numbers: entries)
        writer.write(mass)
    }

    init(from reader: inout ByteReader, words: Int, wordsMax: Int) throws(DecodeError) {
        self.init(words: wordsMax)
        entries = try reader.readNumbers()
        mass = try reader.readDouble()
        guard entries.count <= size, entries.allSatisfy({ $0 < UInt32(words) }),
            entries.isEmpty == (words == 0), mass >= 0, mass.isFinite, words == 0 || mass >= 1
        else { throw .invalid("a table of noise words does not fit its vocabulary") }
    }
}
