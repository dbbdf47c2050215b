// SPDX-License-Identifier: Apache-2.0
//
// What a value costs: detectors take the same errors in turns, many times over, and each one's
// median counts, so that other work on the machine disturbs all alike.

import Drift
import Linux
import Primitives

/// The cost of a value.
enum DriftCost {
    private static let rounds = 21
    private static let length = 50_000

    /// Nanoseconds a value of each contender, at its defaults, with errors of rate 0.1.
    static func nanoseconds(of contenders: [DriftContender]) -> [Double] {
        var source = RandomSource(seed: 77)
        let values = (0..<length).map { _ in source.chance(0.1) ? 1.0 : 0.0 }
        var times: [[Double]] = contenders.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() {
                times[index].append(time(contender.make(contender.standard), values))
            }
        }
        return times.map { $0.sorted()[rounds / 2] }
    }

    private static func time(_ detector: Detector, _ values: [Double]) -> Double {
        // The type inside, so that the enumeration's moves are not counted.
        switch detector {
        case .adwin(let inside): time(of: inside, values)
        case .pageHinkley(let inside): time(of: inside, values)
        case .ddm(let inside): time(of: inside, values)
        case .eddm(let inside): time(of: inside, values)
        case .hddmA(let inside): time(of: inside, values)
        case .hddmW(let inside): time(of: inside, values)
        case .kswin(let inside): time(of: inside, values)
        case .cusum(let inside): time(of: inside, values)
        case .glr(let inside): time(of: inside, values)
        }
    }

    private static func time(of fresh: some DriftDetector, _ values: [Double]) -> Double {
        var detector = fresh
        var alarms = 0
        let start = Clock.threadNanoseconds()
        for value in values where detector.update(with: value) == .drift { alarms += 1 }
        let end = Clock.threadNanoseconds()
        precondition(alarms <= values.count, "the alarms are counted, so that the loop stays")
        return Double(end - start) / Double(values.count)
    }
}
