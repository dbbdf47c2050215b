// SPDX-License-Identifier: Apache-2.0
//
// Alarms fall on the same index, with the same width, and leave the same sums to the last bit, as
// those of the river package, version 0.26.1. scripts/golden/drift.py writes the file; the series
// are made again here from the project's generator.

import Drift
import Foundation
import Primitives
import Testing

/// One line of the golden file.
struct GoldenRun: Sendable, CustomTestStringConvertible {
    var series: String
    var detector: String
    var alarms: [String]
    var end: [Double]

    var testDescription: String { "\(detector) on \(series)" }

    static let all: [GoldenRun] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/drift.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { line in
            let sides = line.split(separator: "|")
            let words = sides[0].split(separator: " ").map(String.init)
            return GoldenRun(
                series: words[0],
                detector: words[1],
                alarms: Array(words[2...]),
                end: sides[1].split(separator: " ").compactMap { Double(String($0)) }
            )
        }
    }()
}

private func adwin(named name: String) -> ADWIN? {
    switch name {
    case "adwin": ADWIN()
    case "adwin-daemon": ADWIN(delta: 0.05, clock: 16)
    case "adwin-every": ADWIN(delta: 0.05, clock: 1)
    case "adwin-loose": ADWIN(delta: 0.3, clock: 1)
    case "adwin-odd":
        ADWIN(delta: 0.01, clock: 7, graceObservations: 50, minWindow: 8, maxBuckets: 3)
    default: nil
    }
}

private func pageHinkley(named name: String) -> PageHinkley? {
    switch name {
    case "page-hinkley": PageHinkley()
    case "page-hinkley-up": PageHinkley(direction: .up)
    case "page-hinkley-down": PageHinkley(direction: .down)
    case "page-hinkley-low": PageHinkley(minInstances: 100, threshold: 15, direction: .up)
    default: nil
    }
}

@Suite struct GoldenTests {
    @Test func fileIsComplete() {
        #expect(GoldenRun.all.count == GoldenSeries.names.count * 9)
        #expect(GoldenRun.all.allSatisfy { GoldenSeries.names.contains($0.series) })
    }

    @Test(arguments: GoldenRun.all) func alarmsEqualRivers(run: GoldenRun) throws {
        let values = GoldenSeries.values(of: run.series)
        var alarms: [String] = []
        if var detector = adwin(named: run.detector) {
            for (index, value) in values.enumerated() where detector.update(with: value) == .drift {
                alarms.append("\(index):\(detector.width)")
            }
            #expect(detector.mean == run.end[0] / Double(detector.width))
            #expect(detector.variance == run.end[1] / Double(detector.width))
        } else {
            var detector = try #require(pageHinkley(named: run.detector))
            for (index, value) in values.enumerated() where detector.update(with: value) == .drift {
                alarms.append("\(index)")
            }
            let sums = detector.sums
            #expect([sums.rising, sums.falling] == run.end)
        }
        #expect(alarms == run.alarms)
    }

    @Test(arguments: GoldenSeries.names) func warningsNeverCut(series: String) {
        var plain = ADWIN(delta: 0.05, clock: 16)
        var warning = ADWIN(delta: 0.05, clock: 16, warningDelta: 0.3)
        for value in GoldenSeries.values(of: series) {
            let expected = plain.update(with: value)
            let verdict = warning.update(with: value)
            #expect((verdict == .drift) == (expected == .drift))
            #expect(warning.width == plain.width && warning.mean == plain.mean)
        }
    }
}
