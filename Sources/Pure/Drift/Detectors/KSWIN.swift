// SPDX-License-Identifier: Apache-2.0
//
// KSWIN: a Kolmogorov-Smirnov test on a sliding window (Raab, Heusinger and Schleif, "Reactive soft
// prototype computing for concept drift streams", 2020). It sees any change of a distribution, of
// its spread too, and costs more than the others: O(window) a value.
// 1. Keep the last n values; r of them, the newest, are the present;
// 2. draw r of the n - r before them, without repetition: the past;
// 3. D is the largest distance between the two empirical distributions. A drift is a D whose
//    p-value is at most `alpha`, and above 0.1.
//
// The p-value is the exact one for two samples of r, counted along lattice paths (Hodges, "The
// significance probability of the Smirnov two-sample test", 1958); it depends on D alone, so the
// least D that alarms is worked out once. Draws are those of Python's generator: with the same
// seed, alarms fall on the same index as those of the `river` package.
//
// What `river` does otherwise than the paper, and what `reference` switches:
// - after a drift it forgets the present too, and needs n values to see again; the paper's window
//   becomes the present, so that n - r suffice. It also draws the same numbers again;
// - the paper compares D with sqrt(-ln(alpha) / r), the limit for large r, and has no 0.1.

import Kernels
package import Primitives

/// Compares the newest values with a draw of those before; bounded memory, O(window) a value.
package struct KSWIN: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "kswin"
    /// How many values the window may hold at most.
    package static let windowMax = 10_000

    /// The chance of a false drift at one value, roughly.
    package let alpha: Double
    /// How many values the window holds.
    package let windowSize: Int
    /// How many values are compared with as many.
    package let statisticSize: Int
    /// The seed of the draws.
    package let seed: UInt64
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the last drift went: where the distributions lie furthest apart, whether the
    /// newer values are the larger ones.
    package internal(set) var lastChange = DriftChange.none
    /// How many values ago the last drift began: as many as were compared.
    package internal(set) var samplesSinceOnset = 0
    /// Whether the newest value was a drift; there are no warnings.
    package internal(set) var isWarning = false

    /// The least number of values by which two distributions that disagree lie apart.
    let critical: Int
    /// The window, a ring.
    var ring: [Double]
    /// Where the oldest value lies.
    var oldest = 0
    var held = 0
    var mustRestart = false
    var generator: MersenneTwister
    private var pool: [Int]
    private var picked: [Int]
    private var past: [Double]
    private var present: [Double]

    /// Makes an empty window.
    ///
    /// - Precondition: `0 <= alpha <= 1`, and `2 * statisticSize` values fit into the window.
    package init(
        alpha: Double = 0.005,
        windowSize: Int = 100,
        statisticSize: Int = 30,
        seed: UInt64 = 0,
        reference: DetectorReference = .river
    ) {
        precondition((0...1).contains(alpha), "a chance lies between 0 and 1")
        precondition(
            statisticSize > 0 && windowSize <= KSWIN.windowMax
                && 2 * statisticSize <= windowSize,
            "the present and as many values before it fit into the window"
        )
        self.alpha = alpha
        self.windowSize = windowSize
        self.statisticSize = statisticSize
        self.seed = seed
        self.reference = reference
        critical = KSWIN.critical(alpha, statisticSize, reference)
        ring = [Double](repeating: 0, count: windowSize)
        generator = MersenneTwister(seed: seed)
        pool = [Int](repeating: 0, count: windowSize - statisticSize)
        picked = [Int](repeating: 0, count: statisticSize)
        past = [Double](repeating: 0, count: statisticSize)
        present = past
    }

    /// Takes the next value.
    ///
    /// - Precondition: `value` is finite.
    package mutating func update(with value: Double) -> DriftVerdict {
        if mustRestart { restart() }
        isWarning = false
        if held == windowSize {
            ring[oldest] = value
            oldest = place(1)
        } else {
            ring[place(held)] = value
            held += 1
        }
        if held < windowSize { return .none }
        draw()
        let apart = KSWIN.distance(past.span, present.span)
        if max(apart.above, apart.below) < critical { return .none }
        isWarning = true
        lastChange = apart.below > apart.above ? .fall : .rise
        samplesSinceOnset = statisticSize
        if reference == .river {
            mustRestart = true
        } else {
            oldest = place(windowSize - statisticSize)
            held = statisticSize
        }
        return .drift
    }

    /// Where the value `index` behind the oldest lies.
    private func place(_ index: Int) -> Int {
        let place = oldest + index
        return place < windowSize ? place : place - windowSize
    }

    /// Fills the past and the present, in order of size.
    private mutating func draw() {
        generator.sample(pool: &pool, into: &picked)
        let first = windowSize - statisticSize
        for index in 0..<statisticSize {
            past[index] = ring[place(picked[index])]
            present[index] = ring[place(first + index)]
        }
        KSWIN.sort(&past)
        KSWIN.sort(&present)
    }

    /// Empties the window.
    package mutating func restart() {
        oldest = 0
        held = 0
        mustRestart = false
        isWarning = false
        generator.reseed(seed)
    }
}

extension KSWIN {
    /// By how many values the past's distribution lies above and below the present's at most.
    private static func distance(
        _ past: Span<Double>,
        _ present: Span<Double>
    ) -> (above: Int, below: Int) {
        var (above, below) = (0, 0)
        var (i, j) = (0, 0)
        while i < past.count && j < present.count {
            let value = min(past[i], present[j])
            while i < past.count && past[i] <= value { i += 1 }
            while j < present.count && present[j] <= value { j += 1 }
            above = max(above, i - j)
            below = max(below, j - i)
        }
        return (above, below)
    }

    /// Puts values in order without any further room (Shell, 1959, with Ciura's gaps).
    private static func sort(_ array: inout [Double]) {
        var values = array.mutableSpan
        var gap = 701
        while gap > 0 {
            for index in stride(from: gap, to: values.count, by: 1) {
                let value = values[index]
                var place = index
                while place >= gap && values[place - gap] > value {
                    values[place] = values[place - gap]
                    place -= gap
                }
                values[place] = value
            }
            gap = KSWIN.gap(below: gap)
        }
    }

    private static func gap(below gap: Int) -> Int {
        switch gap {
        case 701: 301
        case 301: 132
        case 132: 57
        case 57: 23
        case 23: 10
        case 10: 4
        case 4: 1
        default: 0
        }
    }

    /// The least distance that is a drift; one more than there can be, when none is.
    private static func critical(
        _ alpha: Double,
        _ size: Int,
        _ reference: DetectorReference
    ) -> Int {
        let least = (-Scalar.log(alpha) / Double(size)).squareRoot()
        for apart in 1...size {
            let distance = Double(apart) / Double(size)
            switch reference {
            case .river: if chance(of: apart, size) <= alpha && distance > 0.1 { return apart }
            case .paper: if distance > least { return apart }
            }
        }
        return size + 1
    }

    /// How likely two samples of one distribution lie at least that far apart.
    private static func chance(of apart: Int, _ size: Int) -> Double {
        var chance = 0.0
        for turn in stride(from: size / apart, through: 0, by: -1) {
            var part = 1.0
            for step in 0..<apart {
                let up = Double(size - turn * apart - step)
                part = up * part / Double(size + turn * apart + step + 1)
            }
            chance = part * (1 - chance)
        }
        return min(1, max(0, 2 * chance))
    }
}

extension KSWIN: ByteCodable {
    /// Appends the parameters, the generator and the window, oldest value first.
    package func encode(into writer: inout ByteWriter) {
        writer.write(alpha)
        writer.write(Int64(windowSize))
        writer.write(Int64(statisticSize))
        writer.write(seed)
        writer.write(reference.rawValue)
        writer.write(lastChange.rawValue)
        writer.write(Int64(samplesSinceOnset))
        writer.write(isWarning)
        writer.write(mustRestart)
        generator.encode(into: &writer)
        writer.write(Int64(held))
        for index in 0..<held { writer.write(ring[place(index)]) }
    }

    /// Reads the parameters, the generator and the window.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let alpha = try reader.readNumber(in: 0...1)
        let windowSize = try reader.readInteger(in: 2...KSWIN.windowMax)
        let statisticSize = try reader.readInteger(in: 1...(windowSize / 2))
        self.init(
            alpha: alpha,
            windowSize: windowSize,
            statisticSize: statisticSize,
            seed: try reader.read(),
            reference: try reader.readReference()
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        generator = try MersenneTwister(from: &reader)
        held = try reader.readInteger(in: 0...windowSize)
        for index in 0..<held { ring[index] = try reader.readFinite() }
    }
}
