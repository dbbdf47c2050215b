// SPDX-License-Identifier: Apache-2.0
//
// How a detector came through the runs of a stream:
// - delay: from a rise to the first alarm after it that says rise, over the rises that were seen;
// - misses: the share of rises that were not seen before the level went back, or the run ended;
// - false alarms: those before the first change, of either direction, per 10,000 values.
// What is said again after a first alarm is not counted either way: a detector starts afresh there.

import Drift
import Primitives

/// The tally of one detector on one stream.
struct DriftScore: Sendable, Equatable {
    private(set) var seen = 0
    private(set) var missed = 0
    private(set) var falseAlarms = 0
    private(set) var quietValues = 0
    private var delays = 0.0
    private var squares = 0.0

    /// The mean delay; nothing when no rise was seen.
    var delay: Double? { seen > 0 ? delays / Double(seen) : nil }

    /// The standard error of the mean delay.
    var delayError: Double {
        guard seen > 1 else { return .infinity }
        let variance = max(0, squares - delays * delays / Double(seen)) / Double(seen - 1)
        return (variance / Double(seen)).squareRoot()
    }

    /// The share of rises that were missed.
    var missRate: Double { missed == 0 ? 0 : Double(missed) / Double(seen + missed) }

    /// False alarms per 10,000 values.
    var falseAlarmRate: Double {
        quietValues == 0 ? 0 : 1e4 * Double(falseAlarms) / Double(quietValues)
    }

    /// Counts one run.
    mutating func add(_ values: [Double], of stream: DriftStream, to fresh: Detector) {
        var detector = fresh
        let rises = stream.rises
        let quiet = rises.first ?? values.count
        quietValues += quiet
        for index in 0..<quiet where detector.update(with: values[index]) == .drift {
            falseAlarms += 1
        }
        for (place, rise) in rises.enumerated() {
            let end = stream.end(of: rise)
            let next = place + 1 < rises.count ? rises[place + 1] : end
            var alarm: Int?
            for index in rise..<next {
                let isDrift = detector.update(with: values[index]) == .drift
                if isDrift && alarm == nil && index < end && detector.lastChange == .rise {
                    alarm = index
                }
            }
            if let alarm {
                seen += 1
                let delay = Double(alarm - rise + 1)
                delays += delay
                squares += delay * delay
            } else {
                missed += 1
            }
        }
    }
}
