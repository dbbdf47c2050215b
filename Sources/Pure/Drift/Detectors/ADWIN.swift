// SPDX-License-Identifier: Apache-2.0
//
// ADWIN: a window that grows while its values agree and is cut where they no longer do (Bifet and
// Gavalda, "Learning from time-changing data with adaptive windowing", 2007, the ADWIN2 variant).
//
// The window is kept as buckets: row r holds up to `maxBuckets` sums of 2^r values each, newest row
// first; a row that overflows merges its two oldest into the next row. So the window costs
// O(log width) numbers and an insertion O(1) amortised. Rows are settled before a check only: see
// ADWIN+Run.swift. At every `clock`-th value:
// 1. go through the borders between buckets from the oldest on; n0, n1 values lie before, behind;
// 2. with m = 1/(n0-min+1) + 1/(n1-min+1), L = ln(2 ln(width)/delta), v the window's variance,
//    a difference of the means beyond sqrt(2 m v L) + 2/3 L m is a change;
// 3. drop the oldest bucket and begin again, until no border shows a change.
// A warning is the same test with a looser delta in the same pass; it never cuts.
//
// An eager ADWIN checks at the next value already when a check warned, and goes on so until one
// does not: it is nearly as quick as one that checks at every value, with hardly more checks than
// one that does not.
//
// What the `river` package does otherwise than the paper, and what `reference` switches:
// - a value after a drift it empties the window, so that what was known of the new level is lost;
//   the paper goes on with what lies behind the cut;
// - the paper has m = 1/n0 + 1/n1 in step 2. Both divide delta by ln(width), as the paper does in
//   its experiments (the proof divides by the width).
//
// The order of the floating-point operations is fixed, because alarms must fall on the same index
// as those of the `river` package. Step 2 costs two divisions and a root; most borders are ruled
// out before it by a bound that needs neither (see `scan`).

import Primitives

/// Adaptive windowing with exact drift indices and a bounded number of buckets.
package struct ADWIN: DriftDetector {
    /// What the detector is called in events and metrics.
    package static let name = "adwin"

    /// How many values ``append(run:count:)`` takes at once.
    static let runMax = 16

    /// The number of rows; the window holds up to `maxBuckets * 2^40` values.
    static let rowsMax = 40

    /// The chance of a false alarm at one check, roughly.
    package let delta: Double
    /// The looser level that only warns, if any.
    package let warningDelta: Double?
    /// Every how many values the window is checked.
    package let clock: Int
    /// How many values must lie in the window before it is checked.
    package let graceObservations: Int
    /// How many values must lie on either side of a cut.
    package let minWindow: Int
    /// How many buckets a row holds.
    package let maxBuckets: Int
    /// Whether it checks at every value as long as it warns.
    package let isEager: Bool
    /// Whose rule is followed.
    package let reference: DetectorReference

    /// Which way the last warning or drift went.
    package internal(set) var lastChange = DriftChange.none
    /// How many values ago the last warning or drift began: what lies behind the border that stood
    /// out most (the window after a cut is often longer, since it is cut in whole buckets).
    package internal(set) var samplesSinceOnset = 0
    /// Whether the newest check saw at least a warning.
    package internal(set) var isWarning = false

    var count = 0.0
    var total = 0.0
    var deviation = 0.0
    var untilCheck: Int
    var mustRestart = false
    var rows = 1
    /// A level that is not above the looser one, and the width it was worked out for; a cache.
    var floor = (level: 0.0, count: 0.0)
    /// Where the newest row's next value goes; values that its place does not count yet wait there.
    var free = 0
    var places: [Place]
    var buckets: [Bucket]

    /// The sum of a bucket's values, and of their squared deviations from its mean.
    typealias Bucket = SIMD2<Double>

    /// Where a row's buckets lie in its room, which is wider than they are by a run of values, so
    /// that dropping the oldest seldom moves the rest.
    struct Place {
        var start = 0
        var held = 0
    }

    /// Makes an empty window.
    ///
    /// - Precondition: `0 < delta <= warningDelta < 1`, and the counts are positive (two buckets).
    package init(
        delta: Double = 0.002,
        clock: Int = 32,
        graceObservations: Int = 10,
        minWindow: Int = 5,
        maxBuckets: Int = 5,
        warningDelta: Double? = nil,
        isEager: Bool = false,
        reference: DetectorReference = .river
    ) {
        precondition(delta > 0 && delta < 1, "ADWIN's delta lies between 0 and 1")
        precondition(
            (warningDelta ?? delta) >= delta && (warningDelta ?? delta) < 1,
            "a warning is looser than a drift"
        )
        precondition(!isEager || warningDelta != nil, "an eager ADWIN has a level that warns")
        precondition(clock > 0 && graceObservations >= 0, "ADWIN checks every clock values")
        precondition(minWindow > 0 && maxBuckets > 1, "ADWIN needs a window and two buckets")
        self.delta = delta
        self.clock = clock
        self.graceObservations = graceObservations
        self.minWindow = minWindow
        self.maxBuckets = maxBuckets
        self.warningDelta = warningDelta
        self.isEager = isEager
        self.reference = reference
        slack = reference == .river ? Double(minWindow) - 1 : 0
        untilCheck = clock
        room = maxBuckets + ADWIN.runMax + 3
        places = [Place](repeating: Place(), count: ADWIN.rowsMax)
        buckets = [Bucket](repeating: .zero, count: ADWIN.rowsMax * room)
    }

    /// By how much less than they are the sides of a cut count.
    let slack: Double

    /// The room of one row.
    let room: Int

    /// Where the row's buckets lie, oldest first.
    func range(of row: Int) -> Range<Int> {
        let start = row * room + places[row].start
        return start..<start + places[row].held
    }

    /// How many values the window holds; right after a drift, how many the new level has.
    package var width: Int { Int(count) }

    /// The mean of the window, 0 when it is empty.
    package var mean: Double { count > 0 ? total / count : 0 }

    /// The variance of the window, 0 when it is empty.
    package var variance: Double { count > 0 ? deviation / count : 0 }

    /// Takes the next value and, at every `clock`-th, checks the window.
    ///
    /// Between checks the answer is `.none`. Amortised O(1), a check O(log width).
    ///
    /// - Precondition: `value` is finite.
    package mutating func update(with value: Double) -> DriftVerdict {
        if mustRestart { restart() }
        insert(value)
        untilCheck -= 1
        if untilCheck > 0 { return .none }
        untilCheck = clock
        settle()
        return count > Double(graceObservations) ? check() : .none
    }

    /// Empties the window.
    package mutating func restart() {
        for row in 0..<rows { places[row] = Place() }
        rows = 1
        free = 0
        count = 0
        total = 0
        deviation = 0
        untilCheck = clock
        mustRestart = false
        isWarning = false
    }

    /// Adds a value to the newest row, and to the sums of the window.
    private mutating func insert(_ value: Double) {
        let before = count
        count = before + 1
        if before > 0 {
            let off = value - total / before
            deviation += before * off * off / count
        }
        total += value
        if free == room { makeRoom() }
        buckets[free] = Bucket(value, 0)
        free += 1
    }

    /// Takes the oldest bucket out of the window.
    mutating func deleteOldest() {
        let row = rows - 1
        let size = ADWIN.size(of: row)
        let oldest = buckets[range(of: row).lowerBound]
        count -= size
        total -= oldest.x
        let off = oldest.x / size - total / count
        deviation -= oldest.y + size * count * off * off / (size + count)
        places[row].start += 1
        places[row].held -= 1
        if places[row].held == 0 {
            places[row].start = 0
            if row == 0 { free = 0 }
            rows -= 1
        }
    }

    /// The number of values in a bucket of the row.
    static func size(of row: Int) -> Double { Double(UInt64(1) << UInt64(row)) }
}
