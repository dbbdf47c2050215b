// SPDX-License-Identifier: Apache-2.0
//
// Which of some numbers are the smallest: those that pruning by magnitude sets to 0 (Han, Pool,
// Tran and Dally, "Learning both weights and connections for efficient neural networks", 2015). Of
// equal sizes the one that stands first goes first, so that there are exactly as many zeros as
// asked for. O(n): the bits of a positive number, read as a whole number, have its order, so two
// counts (of the upper and of the lower half of the bits) find the size at which to cut.

/// Sizes of numbers, sign aside.
package enum Magnitudes {
    /// How many of `count` numbers go when `share` of them do: no more than that share.
    package static func zeros(of count: Int, share: Double) -> Int {
        min(count, max(0, Int((share * Double(count) + 1e-9).rounded(.down))))
    }

    /// The places of the `count` smallest numbers of a range, in order.
    package static func smallest(
        _ count: Int,
        of numbers: [Float],
        in range: Range<Int>
    ) -> [Int] {
        guard count > 0 else { return [] }
        guard count < range.count else { return Array(range) }
        let cut =
            range.count < 2048 ? sorted(count, numbers, range) : counted(count, numbers, range)
        var places: [Int] = []
        places.reserveCapacity(count)
        var equals = count - range.count { size(numbers[$0]) < cut }
        for place in range {
            let own = size(numbers[place])
            if own > cut { continue }
            if own == cut {
                guard equals > 0 else { continue }
                equals -= 1
            }
            places.append(place)
        }
        return places
    }

    private static func size(_ number: Float) -> UInt32 { number.magnitude.bitPattern }

    /// The `count`-th smallest size, by sorting.
    private static func sorted(_ count: Int, _ numbers: [Float], _ range: Range<Int>) -> UInt32 {
        range.map { size(numbers[$0]) }.sorted()[count - 1]
    }

    /// The same, by counting.
    private static func counted(_ count: Int, _ numbers: [Float], _ range: Range<Int>) -> UInt32 {
        var left = count
        var counts = [Int](repeating: 0, count: 1 << 16)
        for place in range { counts[Int(size(numbers[place]) >> 16)] += 1 }
        var upper = 0
        while counts[upper] < left {
            left -= counts[upper]
            upper += 1
        }
        for index in counts.indices { counts[index] = 0 }
        for place in range {
            let own = size(numbers[place])
            if Int(own >> 16) == upper { counts[Int(own & 0xFFFF)] += 1 }
        }
        var lower = 0
        while counts[lower] < left {
            left -= counts[lower]
            lower += 1
        }
        return UInt32(upper) << 16 | UInt32(lower)
    }
}
