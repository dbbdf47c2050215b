// SPDX-License-Identifier: Apache-2.0
//
// A level for each detector at which all raise the same number of false alarms: on stationary
// streams of 10,000 values, half of them with errors of rate 0.1 and half of 0.3 (or a bell curve),
// one per 10,000 on average. The level is found by halving between the most cautious and the
// hastiest, in the logarithm, always with the same values.

import Drift
import Glibc
import Primitives

/// Finds levels of equal false alarms.
struct DriftCalibration: Sendable {
    /// How many false alarms per 10,000 values there may be.
    static let target = 1.0

    private static let length = 10_000
    private static let steps = 14
    private let streams: [[Double]]

    init(runs: Int, isErrors: Bool) {
        streams = (0..<runs).map { run in
            var source = RandomSource(seed: 900_000 + UInt64(run))
            return (0..<DriftCalibration.length).map { _ in
                if !isErrors { return source.normal() }
                return source.chance(run % 2 == 0 ? 0.1 : 0.3) ? 1 : 0
            }
        }
    }

    /// The hastiest level that keeps to the target, and its rate.
    func level(of contender: DriftContender) -> (level: Double, rate: Double) {
        let cautious = log(contender.levels.cautious)
        let hasty = log(contender.levels.hasty)
        var low = 0.0
        var high = 1.0
        var best = (level: contender.levels.cautious, rate: 0.0)
        for _ in 0..<DriftCalibration.steps {
            let middle = (low + high) / 2
            let level = exp(cautious + (hasty - cautious) * middle)
            let rate = rate(of: contender, at: level)
            if rate <= DriftCalibration.target {
                low = middle
                best = (level, rate)
            } else {
                high = middle
            }
        }
        return best
    }

    private func rate(of contender: DriftContender, at level: Double) -> Double {
        let limit = Int(4 * DriftCalibration.target * Double(streams.count))
        var alarms = 0
        for values in streams {
            var detector = contender.make(level)
            for value in values where detector.update(with: value) == .drift { alarms += 1 }
            // Far beyond the target, how far does not matter.
            if alarms > limit { return 2 * DriftCalibration.target }
        }
        return Double(alarms) / Double(streams.count)
    }
}
