// SPDX-License-Identifier: Apache-2.0
//
// A broken display (Breiman, Friedman, Olshen and Stone, "Classification and regression trees",
// 1984): a digit lights some of seven segments, each of which is inverted with a probability; 17
// lamps beside them are lit by chance. All ten digits are alike frequent.
//
// In concept 0 the segments are the first seven features. In each other concept some segments have
// changed places with some of the 17 lamps: segment (a + i) mod 7 with lamp (b + i) mod 17, for i
// from 0 and a, b drawn for the concept.
//
// With inversions at 0.1, no model errs less often than 0.260 of the time (bestError sums it up).

import Primitives

/// The world of the display.
package struct LED: ConceptWorld {
    /// Ten digits.
    package let classes = 10
    /// Seven segments and 17 lamps.
    package let width = 24
    /// The probability with which a segment is inverted.
    package let noise: Double

    private let places: [[Int]]
    private var random: RandomSource

    /// Which segments each digit lights: top, upper left, upper right, middle, lower left, lower
    /// right, bottom; the first is the highest of seven bits.
    package static let digits: [UInt8] = [
        0b111_0111, 0b001_0010, 0b101_1101, 0b101_1011, 0b011_1010,
        0b110_1011, 0b110_1111, 0b101_0010, 0b111_1111, 0b111_1011,
    ]

    /// Makes the world.
    ///
    /// - Precondition: there is a concept, and `swapped` lies in `0...7`.
    package init(seed: UInt64, concepts: Int = 4, swapped: Int = 4, noise: Double = 0.1) {
        precondition(concepts > 0, "a display has a concept")
        self.noise = noise
        random = RandomSource(seed: seed)
        var draws = random.fork()
        var places = [LED.places(swapped: 0, segment: 0, lamp: 0)]
        for _ in 1..<max(1, concepts) {
            places.append(
                LED.places(swapped: swapped, segment: draws.below(7), lamp: draws.below(17))
            )
        }
        self.places = places
    }

    /// How many concepts there are.
    package var concepts: Int { places.count }

    /// Where the seven segments and the 17 lamps stand among the features.
    ///
    /// - Precondition: `swapped` lies in `0...7`.
    package static func places(swapped: Int, segment: Int, lamp: Int) -> [Int] {
        precondition((0...7).contains(swapped), "a display has seven segments")
        var places = Array(0..<24)
        for index in 0..<swapped {
            places.swapAt((segment + index) % 7, 7 + (lamp + index) % 17)
        }
        return places
    }

    /// Whether the digit lights the segment.
    package static func isLit(_ segment: Int, digit: Int) -> Bool {
        digits[digit] >> UInt8(6 - segment) & 1 == 1
    }

    /// The error of the best possible model: of each of the 128 displays it names the digit that
    /// shows it most often.
    package static func bestError(noise: Double) -> Double {
        var right = 0.0
        for display in 0..<UInt8(128) {
            let best = digits.map { digit in
                let inverted = (digit ^ display).nonzeroBitCount
                return (0..<7).reduce(0.1) { $0 * ($1 < inverted ? noise : 1 - noise) }
            }
            right += best.max() ?? 0
        }
        return 1 - right
    }

    /// Writes a sample's features, and gives its digit.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        let digit = random.below(10)
        for segment in 0..<7 {
            let isLit = LED.isLit(segment, digit: digit) != random.chance(noise)
            features[places[moment.concept][segment]] = isLit ? 1 : 0
        }
        for lamp in 7..<24 { features[places[moment.concept][lamp]] = Float(random.below(2)) }
        return Double(digit)
    }
}
