// SPDX-License-Identifier: Apache-2.0
//
// The only randomness in the engine: xoshiro256** (Blackman and Vigna, "Scrambled linear
// pseudorandom number generators", 2021), seeded through splitmix64. The standard library does not
// promise its algorithms from one release to the next, so the bounded draws are written out here:
// the same seed gives the same stream for ever, and the state is part of the checkpoint.

import Kernels

/// A seeded generator whose four words are its whole state.
package struct RandomSource: Sendable, Hashable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Makes the generator that `seed` names.
    package init(seed: UInt64) {
        var state = seed
        func next(_ state: inout UInt64) -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        words = (next(&state), next(&state), next(&state), next(&state))
    }

    /// The next 64 random bits.
    package mutating func nextBits() -> UInt64 {
        let product = words.1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = words.1 << 17
        words.2 ^= words.0
        words.3 ^= words.1
        words.1 ^= words.2
        words.0 ^= words.3
        words.2 ^= shifted
        words.3 = (words.3 << 45) | (words.3 >> 19)
        return result
    }

    /// A whole number in `0 ..< bound`, without bias (Lemire's multiplication with rejection).
    ///
    /// - Precondition: `bound` is positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a draw needs at least one outcome")
        let range = UInt64(bound)
        var (high, low) = nextBits().multipliedFullWidth(by: range)
        if low < range {
            let threshold = (0 &- range) % range
            while low < threshold {
                (high, low) = nextBits().multipliedFullWidth(by: range)
            }
        }
        return Int(high)
    }

    /// A number in `0 ..< 1`, with 53 random bits.
    package mutating func unit() -> Double {
        Double(nextBits() >> 11) * 0x1p-53
    }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool {
        unit() < probability
    }

    /// A standard normal number by Marsaglia's polar method (one of the pair is thrown away, so
    /// that the generator has no second, hidden state).
    package mutating func normal() -> Double {
        while true {
            let u = 2 * unit() - 1
            let v = 2 * unit() - 1
            let s = u * u + v * v
            if s > 0 && s < 1 {
                return u * (-2 * Scalar.log(s) / s).squareRoot()
            }
        }
    }

    /// Shuffles `items` in place (Fisher and Yates).
    package mutating func shuffle<Item>(_ items: inout [Item]) {
        guard items.count > 1 else { return }
        for last in stride(from: items.count - 1, to: 0, by: -1) {
            items.swapAt(last, below(last + 1))
        }
    }

    /// A generator of its own, decided by this one's next draw.
    package mutating func fork() -> RandomSource {
        RandomSource(seed: nextBits())
    }

    /// Two generators are equal when they will give the same stream.
    package static func == (left: RandomSource, right: RandomSource) -> Bool {
        left.words == right.words
    }

    /// Feeds the state into `hasher`.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension RandomSource: ByteCodable {
    /// Appends the four words.
    package func encode(into writer: inout ByteWriter) {
        writer.write(words.0)
        writer.write(words.1)
        writer.write(words.2)
        writer.write(words.3)
    }

    /// Reads the four words.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        words = (try reader.read(), try reader.read(), try reader.read(), try reader.read())
    }
}
