// SPDX-License-Identifier: Apache-2.0
//
// Numbers of half precision (IEEE 754 binary16): a sign, five bits of exponent, ten of fraction. A
// number goes to the nearest one; of two that are equally near, to the one whose last bit is 0.
// What is 65520 or larger has no such number (it would become infinite), and what is 2^-25 or
// smaller becomes 0.

/// Half precision.
package enum HalfPrecision {
    /// The nearest number of half precision; nil where there is none: the number is too large, or
    /// not finite.
    package static func bits(of number: Float) -> UInt16? {
        let bits = number.bitPattern
        let sign = UInt16(bits >> 16 & 0x8000)
        let size = bits & 0x7FFF_FFFF
        // 65520: half way between the largest number and the next that there would be.
        guard size < 0x477F_F000 else { return nil }
        // 2^-14: below it numbers are multiples of 2^-24.
        if size < 0x3880_0000 {
            let steps = Float(bitPattern: size) * 0x1p24
            return sign | UInt16(steps.rounded(.toNearestOrEven))
        }
        // The exponent's origin moves from 127 to 15; thirteen bits of fraction go.
        let moved = size - (112 << 23)
        let isOdd = moved >> 13 & 1
        return sign | UInt16((moved + 0xFFF + isOdd) >> 13)
    }

    /// The number that the bits stand for; infinite or not a number where they say so.
    package static func number(_ bits: UInt16) -> Float {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Float(bits & 0x3FF)
        let size: Float =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
            }
        return bits >> 15 == 1 ? -size : size
    }

    /// All numbers in half precision; nil when one of them has none.
    static func bits(of numbers: [Float]) -> [UInt16]? {
        var halves: [UInt16] = []
        halves.reserveCapacity(numbers.count)
        for number in numbers {
            guard let half = bits(of: number) else { return nil }
            halves.append(half)
        }
        return halves
    }
}
