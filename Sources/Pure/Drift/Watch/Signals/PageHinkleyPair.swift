// SPDX-License-Identifier: Apache-2.0
//
// Two Page-Hinkley tests side by side, one in each lane of a vector: the operations and their order
// are those of ``PageHinkley``, so each lane has the bits that its test would have.

/// The state of two tests while a run of values passes.
struct PageHinkleyPair {
    typealias Lanes = SIMD2<Double>
    typealias Mask = SIMDMask<SIMD2<Int64>>

    private let alpha: Lanes
    private let delta: Lanes
    private let threshold: Lanes
    private let warning: Lanes
    private let minimum: Lanes
    private let seesFalls: Bool
    private var count: Lanes
    private var mean: Lanes
    private var rising: Lanes
    private var falling: Lanes
    private var lowest: Lanes
    private var highest: Lanes
    private var sinceLowest: SIMD2<Int64>
    private var sinceHighest: SIMD2<Int64>
    private var onset = SIMD2<Int64>()
    private var isRise = Mask(repeating: false)
    private var wasWarned = Mask(repeating: false)
    /// Which lanes the newest value left in their warning zone.
    private(set) var isWarned = Mask(repeating: false)
    /// Whether a value was beyond a threshold; the state is then of no use.
    private(set) var hasDrift = false

    /// Whether the tests can go side by side.
    static func takes(_ first: PageHinkley, _ second: PageHinkley) -> Bool {
        first.direction == second.direction && first.direction != .down
            && !first.mustRestart && !second.mustRestart
    }

    init(_ a: PageHinkley, _ b: PageHinkley) {
        alpha = Lanes(a.alpha, b.alpha)
        delta = Lanes(a.delta, b.delta)
        threshold = Lanes(a.threshold, b.threshold)
        warning = Lanes(a.warningThreshold, b.warningThreshold)
        minimum = Lanes(Double(a.minInstances), Double(b.minInstances))
        seesFalls = a.direction == .both
        count = Lanes(a.count, b.count)
        mean = Lanes(a.mean, b.mean)
        rising = Lanes(a.rising, b.rising)
        falling = Lanes(a.falling, b.falling)
        lowest = Lanes(a.lowest, b.lowest)
        highest = Lanes(a.highest, b.highest)
        sinceLowest = SIMD2(Int64(a.sinceLowest), Int64(b.sinceLowest))
        sinceHighest = SIMD2(Int64(a.sinceHighest), Int64(b.sinceHighest))
    }

    /// Takes one value of each lane.
    @inline(__always)
    mutating func update(with values: Lanes) {
        count += 1
        mean += (1 / count) * (values - mean)
        let off = values - mean
        rising = alpha * rising + off - delta
        falling = alpha * falling + off + delta
        let isLowest = rising .<= lowest
        let isHighest = falling .>= highest
        lowest.replace(with: rising, where: isLowest)
        highest.replace(with: falling, where: isHighest)
        sinceLowest = (sinceLowest &+ 1).replacing(with: 0, where: isLowest)
        sinceHighest = (sinceHighest &+ 1).replacing(with: 0, where: isHighest)
        let rise = rising - lowest
        let fall = highest - falling
        var test = rise
        if seesFalls { test.replace(with: fall, where: fall .> rise) }
        isWarned = (test .> warning) .& (count .>= minimum)
        if any(isWarned) { note(rise, fall, test) }
    }

    private mutating func note(_ rise: Lanes, _ fall: Lanes, _ test: Lanes) {
        let isUp = seesFalls ? rise .>= fall : Mask(repeating: true)
        onset.replace(
            with: sinceHighest.replacing(with: sinceLowest, where: isUp),
            where: isWarned
        )
        isRise = (isRise .& .!isWarned) .| (isUp .& isWarned)
        wasWarned = wasWarned .| isWarned
        if any(isWarned .& (test .> threshold)) { hasDrift = true }
    }

    /// Gives a lane's state back to its test.
    func store(lane: Int, to test: inout PageHinkley) {
        test.count = count[lane]
        test.mean = mean[lane]
        test.rising = rising[lane]
        test.falling = falling[lane]
        test.lowest = lowest[lane]
        test.highest = highest[lane]
        test.sinceLowest = Int(sinceLowest[lane])
        test.sinceHighest = Int(sinceHighest[lane])
        test.isWarning = isWarned[lane]
        if wasWarned[lane] {
            test.lastChange = isRise[lane] ? .rise : .fall
            test.samplesSinceOnset = Int(onset[lane])
        }
    }
}
