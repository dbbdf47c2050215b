// SPDX-License-Identifier: Apache-2.0
//
// The check of ADWIN's window: is there a border between buckets whose two sides disagree?
//
// Ruling a border out cheaply: let D = u0*n - u*n0, with u0 the sum before the border and u the
// window's sum. The means differ by D/(n0 n1), and m >= 1/n0 + 1/n1 = n/(n0 n1) (ADWIN.swift), so
// a change needs |D| > sqrt(2 v L n * n0 n1) + 2/3 L n. The bound asks for 1/2 L n only: the rest,
// which is above n/4, is beyond the rounding of D while the sum of the values' sizes stays under
// 1e11, or n * (sum of squares) under 1e22. Where it does not, every border gets the exact test.

import Kernels

extension ADWIN {
    /// The border that stands out most.
    private struct Steepest {
        var excess = 0.0
        var newer = 0.0
        var change = DriftChange.none
    }

    /// What a look at the borders found.
    private enum Finding {
        /// No border is beyond any level.
        case nothing
        /// The steepest border is beyond the level of a warning.
        case suspicion(Steepest)
        /// Some border is beyond the level of a drift.
        case change
    }

    /// Cuts the window where its sides disagree.
    mutating func check() -> DriftVerdict {
        if isRuledOut() {
            isWarning = false
            return .none
        }
        switch scan() {
        case .nothing:
            isWarning = false
            return .none
        case .suspicion(let border):
            note(border)
            if isEager { untilCheck = 1 }
            return .warning
        case .change:
            note(steepest())
            mustRestart = reference == .river
            repeat { deleteOldest() } while hasChange
            return .drift
        }
    }

    /// Whether a bound that needs neither division, root nor logarithm rules out every border; most
    /// checks end here.
    private mutating func isRuledOut() -> Bool {
        if count < floor.count || count >= 2 * floor.count {
            // Levels grow with the width, so an earlier one is a lower bound.
            let level = Scalar.log(2 * Scalar.log(count) / (warningDelta ?? delta))
            floor = (level * (1 - 1e-9), count)
        }
        let squares = deviation + total * total / count
        guard floor.level > 0, count * squares < 1e22 else { return false }
        let bound = 2 * deviation * floor.level * (1 - 1e-9)
        let allowance = 0.5 * floor.level * count
        let (count, total, minimum) = (count, total, Double(minWindow))
        let cells = buckets.span
        let places = places.span
        var n0 = 0.0
        var u0 = 0.0
        // The borders within row 0 have less than `maxBuckets` values behind them.
        for row in stride(from: rows - 1, through: minWindow >= maxBuckets ? 1 : 0, by: -1) {
            let size = ADWIN.size(of: row)
            let from = row &* room &+ places[row].start
            let held = cells.extracting(from..<from &+ places[row].held)
            for index in held.indices {
                n0 += size
                u0 += held[index].x
                let n1 = count - n0
                let lean = max(0, (u0 * count - total * n0).magnitude - allowance)
                if lean * lean <= bound * (n0 * n1) { continue }
                if n1 >= minimum && n0 >= minimum { return false }
            }
        }
        return true
    }

    private var hasChange: Bool {
        if case .change = scan() { return true }
        return false
    }

    private mutating func note(_ border: Steepest) {
        isWarning = true
        lastChange = border.change
        samplesSinceOnset = Int(border.newer)
    }

    /// Looks at the borders, from the oldest on, until one shows a drift.
    private func scan() -> Finding {
        let doubled = 2 * Scalar.log(count)
        let strict = Scalar.log(doubled / delta)
        let loose = warningDelta.map { Scalar.log(doubled / $0) } ?? strict
        let spread = deviation / count
        let (minimum, slack) = (Double(minWindow), slack)
        var worst = Steepest()
        var n0 = 0.0
        var n1 = count
        var u0 = 0.0
        var u1 = total
        for row in stride(from: rows - 1, through: 0, by: -1) {
            let size = ADWIN.size(of: row)
            for index in range(of: row).dropLast(row == 0 ? 1 : 0) {
                n0 += size
                n1 -= size
                u0 += buckets[index].x
                u1 -= buckets[index].x
                if n1 < minimum || n0 < minimum { continue }
                let difference = u0 / n0 - u1 / n1
                let m = 1 / (n0 - slack) + 1 / (n1 - slack)
                if difference.magnitude <= ADWIN.limit(m, spread, loose) { continue }
                if difference.magnitude > ADWIN.limit(m, spread, strict) { return .change }
                let excess = difference.magnitude / ADWIN.limit(m, spread, loose)
                if excess > 1 && excess > worst.excess {
                    worst = Steepest(
                        excess: excess,
                        newer: n1,
                        change: difference < 0 ? .rise : .fall
                    )
                }
            }
        }
        return worst.change == .none ? .nothing : .suspicion(worst)
    }

    /// The border that is furthest beyond its limit: the best estimate of where the level changed.
    private func steepest() -> Steepest {
        let strict = Scalar.log(2 * Scalar.log(count) / delta)
        let spread = deviation / count
        let (minimum, slack) = (Double(minWindow), slack)
        var worst = Steepest()
        var n0 = 0.0
        var u0 = 0.0
        for row in stride(from: rows - 1, through: 0, by: -1) {
            for index in range(of: row) {
                n0 += ADWIN.size(of: row)
                u0 += buckets[index].x
                let n1 = count - n0
                if n1 < minimum || n0 < minimum { continue }
                let difference = u0 / n0 - (total - u0) / n1
                let m = 1 / (n0 - slack) + 1 / (n1 - slack)
                let excess = difference.magnitude / ADWIN.limit(m, spread, strict)
                if excess > worst.excess {
                    worst = Steepest(
                        excess: excess,
                        newer: n1,
                        change: difference < 0 ? .rise : .fall
                    )
                }
            }
        }
        return worst
    }

    /// How far the means may lie apart by chance.
    private static func limit(_ m: Double, _ spread: Double, _ level: Double) -> Double {
        (2 * m * spread * level).squareRoot() + 2.0 / 3.0 * level * m
    }
}
