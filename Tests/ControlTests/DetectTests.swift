// SPDX-License-Identifier: Apache-2.0
//
// `detect` as a stranger uses it: a file of numbers, and indices that equal those of the reference
// (the golden file of DriftTests, which the river package has written); columns, headers, and rows
// that are refused; mistakes in words.

import Decoding
import Drift
import Foundation
import Primitives
import Testing

@testable import Control

/// A line of the golden file: a detector on the series that this suite makes.
private struct GoldenLine: Sendable, CustomTestStringConvertible {
    var detector: String
    var parameters: [String]
    var warnings: String
    var drifts: String

    var testDescription: String { ([detector] + parameters).joined(separator: " ") }

    static let all: [GoldenLine] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "DriftTests/Golden/detectors.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            let sides = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let words = sides[0].split(separator: " ").map(String.init)
            guard words[0] == "error-bits", words[1] != "kswin" else { return nil }
            return GoldenLine(
                detector: words[1],
                parameters: words[2] == "-" ? [] : words[2].split(separator: ",").map(String.init),
                warnings: sides[1],
                drifts: sides[2]
            )
        }
    }()

    /// Bits whose rate of ones changes at 2500 and at 5000, as scripts/golden/drift.py draws them.
    static let bits: [Int] = {
        var source = RandomSource(seed: 1)
        return (0..<6000).map { source.unit() < [0.1, 0.3, 0.1][$0 / 2500] ? 1 : 0 }
    }()
}

/// `4-7 9` for 4, 5, 6, 7 and 9.
private func runs(_ indices: [Int64]) -> String {
    var parts: [ClosedRange<Int64>] = []
    for index in indices {
        if let last = parts.last, last.upperBound == index - 1 {
            parts[parts.count - 1] = last.lowerBound...index
        } else {
            parts.append(index...index)
        }
    }
    let words = parts.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return words.isEmpty ? "-" : words.joined(separator: " ")
}

struct DetectTests {
    private func detect(
        _ text: String,
        _ arguments: [String]
    ) throws -> (code: ExitCode, events: [JSONValue], errors: String) {
        let folder = Folder()
        let file = folder.file("numbers.csv", text)
        let (code, screen) = learnctl(["detect", file, "--json"] + arguments)
        return (code, try screen.lines.map { try parseJSON(Array($0.utf8)) }, screen.errors)
    }

    private func indices(_ kind: String, of events: [JSONValue]) -> [Int64] {
        events.compactMap { $0["kind"]?.text == kind ? $0["index"]?.integer : nil }
    }

    @Test(arguments: GoldenLine.all) private func indicesEqualTheReferences(line: GoldenLine) throws
    {
        let text = "error\n" + GoldenLine.bits.map { "\($0)\n" }.joined()
        let told = line.parameters.flatMap { ["--param", $0] }
        let (code, events, errors) = try detect(text, ["--detector", line.detector] + told)
        #expect(code == .done && errors.isEmpty, "\(errors)")
        #expect(runs(indices("warning", of: events)) == line.warnings)
        #expect(runs(indices("drift", of: events)) == line.drifts)
    }

    @Test func everyDetectorIsThere() {
        #expect(Set(GoldenLine.all.map(\.detector)).count == DetectorKind.allCases.count - 1)
    }

    @Test func columnsAreFoundByNameAndByNumber() throws {
        let rows = GoldenLine.bits.enumerated().map { "\($0),\($1),x\n" }.joined()
        let options = ["--detector", "hddm-a", "--column"]
        let named = try detect("n, error ,site\n" + rows, options + ["error"])
        let numbered = try detect("\u{FEFF}n,error,site\n\n" + rows + "\n  \n", options + ["2"])
        let bare = try detect(rows, options + ["2"])
        #expect(named.events.count > 10 && named.code == .done && named.errors.isEmpty)
        #expect(indices("drift", of: named.events) == indices("drift", of: bare.events))
        #expect(indices("drift", of: named.events) == indices("drift", of: numbered.events))
        for (column, word) in [("4", "the first line has 3"), ("wrong", "has n, error, site")] {
            let missed = try detect("n, error ,site\n" + rows, options + [column])
            #expect(missed.code == .data && missed.events.isEmpty)
            #expect(missed.errors.contains(word), "\(missed.errors)")
        }
    }

    @Test func refusedRowsAreToldCountedAndPassedOver() throws {
        var lines = GoldenLine.bits.map(String.init)
        lines.insert(contentsOf: ["nan", "-inf", "none"], at: 100)
        let spoiled = try detect(lines.joined(separator: "\n"), ["--detector", "adwin"])
        let clean = try detect(
            GoldenLine.bits.map(String.init).joined(separator: "\n"),
            ["--detector", "adwin"]
        )
        #expect(spoiled.code == .done)
        #expect(
            spoiled.errors.contains("line 101 is refused: adwin takes a finite number, not nan")
        )
        #expect(spoiled.errors.contains("line 103 is refused: it is no number"))
        #expect(spoiled.errors.contains("3 of 6,003 rows"))
        let drifts = indices("drift", of: clean.events)
        #expect(!drifts.isEmpty)
        #expect(indices("drift", of: spoiled.events) == drifts.map { $0 + 3 })
        let none = try detect("0.5\n0.25\n", ["--detector", "eddm"])
        #expect(none.code == .data && none.errors.contains("0 (right) or 1 (wrong), not 0.5"))
    }

    @Test func fallsAreToldToo() throws {
        let text = (0..<2000).map { $0 < 1000 ? "1.5\n" : "0.5\n" }.joined()
        let (code, events, _) = try detect(text, ["--detector", "page-hinkley"])
        #expect(code == .done && events.count == 1)
        #expect(events.first?["change"]?.text == "fall")
        #expect(events.first?["onset"]?.integer == 1000)
        #expect(events.first?["detector"]?.text == "page-hinkley")
        let folder = Folder()
        let screen = learnctl(["detect", folder.file("n", text), "--detector", "adwin"]).screen
        #expect(screen.lines.first == "drift 1023  fall, began near 1000", "\(screen.lines)")
        #expect(screen.lines.last == "adwin: 1 drifts and 0 warnings in 2,000 values")
    }

    @Test func mistakesAreTold() {
        let folder = Folder()
        let file = folder.file("n", "1\n")
        let cases: [([String], ExitCode, String)] = [
            (["detect", file], .usage, "the detectors are adwin, page-hinkley, ddm"),
            (["detect", file, "--detector", "cart"], .usage, "there is no detector \"cart\""),
            (["detect", file, "--detector", "ddm", "--param", "warm"], .usage, "KEY=VALUE"),
            (
                ["detect", file, "--detector", "ddm", "--param", "a=1"], .usage,
                "its parameters are"
            ),
            (["detect", file, "--detector", "adwin", "--param=delta=2"], .usage, "below 1"),
            (["detect", file + "x", "--detector", "ddm"], .data, "there is no file"),
            (["detect", folder.file("e", "x\n"), "--detector", "ddm"], .data, "no number"),
        ]
        for (arguments, code, message) in cases {
            let result = learnctl(arguments)
            #expect(result.code == code && result.screen.errors.contains(message))
        }
    }
}
