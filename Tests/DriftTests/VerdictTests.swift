// SPDX-License-Identifier: Apache-2.0
//
// Every detector warns and alarms at the indices of its reference: the river package, version
// 0.26.1, or for CUSUM, the GLR test and `reference=paper` an implementation written from the paper
// in Python. scripts/golden/drift.py writes the file.

import Drift
import Foundation
import Testing

/// One line of Golden/detectors.txt.
struct VerdictRun: Sendable, CustomTestStringConvertible {
    var series: String
    var detector: String
    var parameters: [(name: String, value: String)]
    var warnings: [Int]
    var drifts: [Int]

    var testDescription: String {
        "\(detector) \(parameters.map { "\($0)=\($1)" }.joined(separator: ",")) on \(series)"
    }

    static let all: [VerdictRun] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/detectors.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { line in
            let sides = line.split(separator: "|")
            let words = sides[0].split(separator: " ").map(String.init)
            let told = words[2] == "-" ? [] : words[2].split(separator: ",")
            return VerdictRun(
                series: words[0],
                detector: words[1],
                parameters: told.map { word in
                    let parts = word.split(separator: "=")
                    return (String(parts[0]), String(parts[1]))
                },
                warnings: indices(sides[1]),
                drifts: indices(sides[2])
            )
        }
    }()

    private static func indices(_ text: Substring) -> [Int] {
        text.split(separator: " ").flatMap { word -> [Int] in
            let bounds = word.split(separator: "-").compactMap { Int($0) }
            guard let first = bounds.first, let last = bounds.last else { return [] }
            return Array(first...last)
        }
    }
}

@Suite struct VerdictTests {
    @Test func fileHasEveryDetectorByDefaultAndOtherwise() {
        for kind in DetectorKind.allCases {
            let runs = VerdictRun.all.filter { $0.detector == kind.name }
            #expect(Set(runs.map { $0.parameters.map(\.value) }).count >= 2)
            #expect(Set(runs.map(\.series)).count >= 10)
            #expect(runs.contains { !$0.drifts.isEmpty })
        }
    }

    @Test(arguments: VerdictRun.all) func indicesEqualTheReferences(run: VerdictRun) throws {
        var detector = try Detector.named(run.detector, parameters: run.parameters)
        let length = run.detector == "kswin" ? 3000 : 6000
        var warnings: [Int] = []
        var drifts: [Int] = []
        for (index, value) in GoldenSeries.values(of: run.series, count: length).enumerated() {
            let verdict = detector.update(with: value)
            #expect(detector.isWarning == (verdict != .none) || run.detector == "adwin")
            if verdict == .warning { warnings.append(index) }
            if verdict == .drift { drifts.append(index) }
        }
        #expect(warnings == run.warnings)
        #expect(drifts == run.drifts)
    }
}
