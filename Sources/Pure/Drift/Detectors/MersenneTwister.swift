// SPDX-License-Identifier: Apache-2.0
//
// The generator of Python's `random` module, so that KSWIN draws what `river` draws: MT19937
// (Matsumoto and Nishimura, "Mersenne twister", 1998), seeded by `init_by_array` with the seed's
// 32-bit words, and `sample` as the module has it since 3.2. Nothing else in learnd draws from it;
// for everything else there is ``RandomSource``.

import Primitives

/// Python's `random.Random(seed)`.
struct MersenneTwister: Sendable {
    private static let length = 624
    private static let middle = 397

    private var words: [UInt32]
    private var next: Int

    /// Makes the generator that `random.Random(seed)` makes.
    init(seed: UInt64) {
        words = [UInt32](repeating: 0, count: MersenneTwister.length)
        next = MersenneTwister.length
        reseed(seed)
    }

    /// Starts again from a seed.
    mutating func reseed(_ seed: UInt64) {
        let length = MersenneTwister.length
        let low = UInt32(truncatingIfNeeded: seed)
        let high = UInt32(truncatingIfNeeded: seed >> 32)
        let count = high == 0 ? 1 : 2
        words[0] = 19_650_218
        for index in 1..<length { words[index] = mixed(index, 1_812_433_253) &+ UInt32(index) }
        var index = 1
        var place = 0
        for _ in 0..<length {
            let key = place == 0 ? low : high
            words[index] = (words[index] ^ mixed(index, 1_664_525)) &+ key &+ UInt32(place)
            advance(&index)
            place = place + 1 == count ? 0 : place + 1
        }
        for _ in 0..<length - 1 {
            words[index] = (words[index] ^ mixed(index, 1_566_083_941)) &- UInt32(index)
            advance(&index)
        }
        words[0] = 0x8000_0000
        next = length
    }

    private func mixed(_ index: Int, _ factor: UInt32) -> UInt32 {
        (words[index - 1] ^ (words[index - 1] >> 30)) &* factor
    }

    private mutating func advance(_ index: inout Int) {
        index += 1
        if index < MersenneTwister.length { return }
        words[0] = words[MersenneTwister.length - 1]
        index = 1
    }

    private mutating func twist() {
        let length = MersenneTwister.length
        for index in 0..<length {
            let joined =
                (words[index] & 0x8000_0000) | (words[(index + 1) % length] & 0x7fff_ffff)
            words[index] =
                words[(index + MersenneTwister.middle) % length] ^ (joined >> 1)
                ^ (joined & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }

    /// The next `count` random bits, at most 32.
    private mutating func bits(_ count: Int) -> Int {
        if next == MersenneTwister.length { twist() }
        var word = words[next]
        next += 1
        word ^= word >> 11
        word ^= (word << 7) & 0x9d2c_5680
        word ^= (word << 15) & 0xefc6_0000
        word ^= word >> 18
        return Int(word >> UInt32(32 - count))
    }

    /// A whole number below `bound`, which is positive and below 2^31.
    private mutating func below(_ bound: Int) -> Int {
        let width = Int.bitWidth - bound.leadingZeroBitCount
        var drawn = bits(width)
        while drawn >= bound { drawn = bits(width) }
        return drawn
    }

    /// Draws as `sample(range(pool.count), picked.count)` does.
    ///
    /// - Parameters:
    ///   - list: Room, of any content.
    ///   - drawn: Takes what was drawn, in the order in which it was.
    mutating func sample(pool list: inout [Int], into drawn: inout [Int]) {
        var pool = list.mutableSpan
        var picked = drawn.mutableSpan
        if pool.count <= MersenneTwister.poolMax(picked.count) {
            for index in pool.indices { pool[index] = index }
            for index in picked.indices {
                let place = below(pool.count - index)
                picked[index] = pool[place]
                pool[place] = pool[pool.count - index - 1]
            }
            return
        }
        for index in pool.indices { pool[index] = 0 }
        for index in picked.indices {
            var place = below(pool.count)
            while pool[place] != 0 { place = below(pool.count) }
            pool[place] = 1
            picked[index] = place
        }
    }

    /// Up to how many numbers to draw from are held as a list, by Python's estimate of the bytes.
    private static func poolMax(_ drawn: Int) -> Int {
        if drawn <= 5 { return 21 }
        var table = 4
        while table < 3 * drawn { table *= 4 }
        return 21 + table
    }
}

extension MersenneTwister: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(UInt16(next))
        for word in words { writer.write(word) }
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        next = Int(try reader.read(UInt16.self))
        guard (0...MersenneTwister.length).contains(next) else {
            throw .invalid("a generator's next word is none of its words")
        }
        words = []
        words.reserveCapacity(MersenneTwister.length)
        for _ in 0..<MersenneTwister.length { words.append(try reader.read()) }
        // Such words would yield zeros for ever, which a draw without repetition never survives; of
        // the first word only the highest bit counts.
        guard words[0] >> 31 != 0 || words.dropFirst().contains(where: { $0 != 0 }) else {
            throw .invalid("a generator's words are all 0")
        }
    }
}
