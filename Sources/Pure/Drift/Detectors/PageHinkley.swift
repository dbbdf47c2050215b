// SPDX-License-Identifier: Apache-2.0
//
// Page-Hinkley: a cumulative sum of how far values lie above their mean so far, less an allowance
// `delta`, faded by `alpha` (Page, "Continuous inspection schemes", 1954). The test for a rise is
// the sum less its minimum, the one for a fall mirrors it. Beyond `threshold` it is a drift, beyond
// `warningThreshold` a warning. The order of the operations is that of the `river` package, which
// has no warnings. Page's sum does not fade: that is an `alpha` of 1.

package import Primitives

/// The Page-Hinkley test: slow to be fooled, a handful of numbers, O(1).
package struct PageHinkley: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "page_hinkley"

    /// Which changes are looked for.
    package enum Direction: UInt8, Sendable {
        /// Rises only.
        case up = 0
        /// Falls only.
        case down = 1
        /// Rises and falls.
        case both = 2
    }

    /// How many values must have come before the first alarm.
    package let minInstances: Int
    /// What a value may lie above the mean without counting.
    package let delta: Double
    /// Where the sum becomes a drift.
    package let threshold: Double
    /// Where the sum becomes a warning; at `threshold` there are no warnings.
    package let warningThreshold: Double
    /// How much of the sum is kept from one value to the next.
    package let alpha: Double
    /// Which changes are looked for.
    package let direction: Direction

    /// Which way the last warning or drift went.
    package internal(set) var lastChange = DriftChange.none
    /// How many values ago the sum of the last warning or drift began to grow.
    package internal(set) var samplesSinceOnset = 0
    /// Whether the newest value saw at least a warning.
    package internal(set) var isWarning = false

    var count = 0.0
    var mean = 0.0
    var rising = 0.0
    var falling = 0.0
    var lowest = Double.infinity
    var highest = -1.0
    var sinceLowest = 0
    var sinceHighest = 0
    var mustRestart = false

    /// Makes a test that has seen nothing; it warns at half of `threshold` when nothing is told.
    ///
    /// - Precondition: `threshold` is positive, and not below a `warningThreshold`, `alpha` lies in
    ///   `0...1`, `delta` is finite.
    package init(
        minInstances: Int = 30,
        delta: Double = 0.005,
        threshold: Double = 50,
        alpha: Double = 0.9999,
        direction: Direction = .both,
        warningThreshold: Double? = nil
    ) {
        precondition(minInstances >= 0, "a number of values is not negative")
        precondition(threshold > 0 && threshold.isFinite, "a threshold is positive")
        precondition((0...1).contains(alpha) && delta.isFinite, "alpha lies between 0 and 1")
        self.minInstances = minInstances
        self.delta = delta
        self.threshold = threshold
        self.alpha = alpha
        self.direction = direction
        let warning = warningThreshold ?? threshold / 2
        precondition(warning >= 0 && warning <= threshold, "a warning comes before a drift")
        self.warningThreshold = warning
    }

    /// Takes the next value.
    ///
    /// - Precondition: `value` is finite.
    package mutating func update(with value: Double) -> DriftVerdict {
        if mustRestart { restart() }
        count += 1
        mean += (1 / count) * (value - mean)
        let off = value - mean
        rising = alpha * rising + off - delta
        falling = alpha * falling + off + delta
        sinceLowest += 1
        sinceHighest += 1
        if rising <= lowest {
            lowest = rising
            sinceLowest = 0
        }
        if falling >= highest {
            highest = falling
            sinceHighest = 0
        }
        isWarning = false
        if count < Double(minInstances) { return .none }
        let rise = direction == .down ? 0 : rising - lowest
        let fall = direction == .up ? 0 : highest - falling
        let test = max(rise, fall)
        if test <= warningThreshold { return .none }
        isWarning = true
        lastChange = rise >= fall ? .rise : .fall
        samplesSinceOnset = rise >= fall ? sinceLowest : sinceHighest
        if test <= threshold { return .warning }
        mustRestart = true
        return .drift
    }

    /// The faded sums of the test for a rise and of the one for a fall.
    package var sums: (rising: Double, falling: Double) { (rising, falling) }

    /// Forgets all values.
    package mutating func restart() {
        count = 0
        mean = 0
        rising = 0
        falling = 0
        lowest = .infinity
        highest = -1
        sinceLowest = 0
        sinceHighest = 0
        mustRestart = false
        isWarning = false
    }
}

extension PageHinkley: ByteCodable {
    /// Appends the parameters and the sums.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(minInstances))
        for number in [delta, threshold, warningThreshold, alpha] { writer.write(number) }
        writer.write(direction.rawValue)
        writer.write(lastChange.rawValue)
        for number in [samplesSinceOnset, sinceLowest, sinceHighest] {
            writer.write(Int64(number))
        }
        for number in [count, mean, rising, falling, lowest, highest] { writer.write(number) }
        writer.write(isWarning)
        writer.write(mustRestart)
    }

    /// Reads the parameters and the sums.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let minInstances = Int(try reader.read(Int64.self))
        let delta = try reader.readFinite()
        let threshold = try reader.readFinite()
        let warning = try reader.readFinite()
        let alpha = try reader.readFinite()
        guard minInstances >= 0, threshold > 0, warning >= 0, warning <= threshold,
            (0...1).contains(alpha),
            let direction = Direction(rawValue: try reader.read())
        else { throw .invalid("the parameters of a Page-Hinkley test are out of range") }
        self.init(
            minInstances: minInstances,
            delta: delta,
            threshold: threshold,
            alpha: alpha,
            direction: direction,
            warningThreshold: warning
        )
        lastChange = try reader.readChange()
        samplesSinceOnset = try reader.readAge()
        sinceLowest = try reader.readAge()
        sinceHighest = try reader.readAge()
        count = try reader.readFinite()
        mean = try reader.readFinite()
        rising = try reader.readFinite()
        falling = try reader.readFinite()
        lowest = try reader.readDouble()
        highest = try reader.readFinite()
        isWarning = try reader.readFlag()
        mustRestart = try reader.readFlag()
        guard !lowest.isNaN, count >= 0 else {
            throw .invalid("the sums of a Page-Hinkley test are impossible")
        }
    }
}
