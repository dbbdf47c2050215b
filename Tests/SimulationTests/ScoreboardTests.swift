// SPDX-License-Identifier: Apache-2.0
//
// The drift scoreboard: what it counts, what it calls worse, and that the tables of the manual are
// those of the committed rows.

import Drift
import Foundation
import Primitives
import Testing

@testable import Bench

struct ScoreboardTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")
    private static let abrupt = DriftStream(
        name: "test",
        course: .abrupt(before: 0, after: 1)
    )

    @Test func delaysMissesAndFalseAlarmsAreCounted() {
        let glr = Detector.glr(BernoulliGLR())
        var score = DriftScore()
        // No error in 2,000 values, then nothing else: the second is beyond any doubt.
        score.add(Self.abrupt.values(seed: 1), of: Self.abrupt, to: glr)
        #expect(score.delay == 2 && score.missRate == 0 && score.falseAlarms == 0)
        #expect(score.quietValues == 2000)
        // Nothing happens where it should, but something where it should not.
        var values = [Double](repeating: 0, count: Self.abrupt.length)
        for index in 1000..<1100 { values[index] = 1 }
        score.add(values, of: Self.abrupt, to: glr)
        #expect(score.seen == 1 && score.missed == 1 && score.missRate == 0.5)
        #expect(score.falseAlarms == 2 && score.falseAlarmRate == 5)
    }

    @Test func streamsAreWhatTheySay() {
        for stream in DriftStream.all {
            let values = stream.values(seed: 7)
            #expect(values.count == stream.length && values == stream.values(seed: 7))
            #expect(values != stream.values(seed: 8))
            #expect(values.allSatisfy { $0 == 0 || $0 == 1 } == stream.isErrors)
        }
        func rate(_ name: String, _ range: Range<Int>) -> Double {
            let stream = DriftStream.all.first { $0.name == name }
            var sum = 0.0
            for seed in 1...40 as ClosedRange<UInt64> {
                sum += stream?.values(seed: seed)[range].reduce(0, +) ?? 0
            }
            return sum / Double(40 * range.count)
        }
        #expect((rate("gradual .1-.3", 2000..<3000) - 0.2).magnitude < 0.02)
        #expect((rate("increm. .1-.3", 2000..<3000) - 0.2).magnitude < 0.01)
        #expect((rate("recurring .1-.3", 3000..<4000) - 0.1).magnitude < 0.01)
        #expect((rate("recurring .1-.3", 4000..<5000) - 0.3).magnitude < 0.01)
        #expect((rate("autocorr. .1", 0..<4000) - 0.1).magnitude < 0.01)
        let sticky = DriftStream.all.first { $0.name == "autocorr. .1" }?.values(seed: 3) ?? []
        let pairs = zip(sticky, sticky.dropFirst()).filter { $0.0 == 1 }
        let stays = Double(pairs.count { $0.1 == 1 }) / Double(pairs.count)
        #expect((stays - 0.73).magnitude < 0.07)
    }

    private func row(delay: Double, misses: Int = 0, alarms: Int = 0) throws -> ScoreRow {
        try #require(
            ScoreRow(json: [
                "detector": "a", "mode": "default", "stream": "s", "parameter": "p",
                "level": 1, "runs": 1000, "delay": .number(delay), "delay_error": 2,
                "misses": .number(Double(misses) / 1000), "rises": 1000,
                "false_alarms": .number(1e4 * Double(alarms) / 2e6), "quiet_values": 2_000_000,
            ])
        )
    }

    @Test func onlyWhatIsWorseBeyondChanceIsTold() throws {
        let before = try row(delay: 100, misses: 10, alarms: 100)
        #expect(ScoreRow(json: before.json) == before)
        #expect(before.complaint(since: before) == nil)
        #expect(try row(delay: 108, misses: 20, alarms: 130).complaint(since: before) == nil)
        #expect(try row(delay: 50, misses: 0, alarms: 0).complaint(since: before) == nil)
        let slow = try row(delay: 115, misses: 10, alarms: 100).complaint(since: before)
        #expect(slow == "a (default) on s: delay 100 -> 115")
        let blind = try row(delay: 100, misses: 40, alarms: 160).complaint(since: before)
        #expect(
            blind == "a (default) on s: misses 1 -> 4 %, false alarms 0.50 -> 0.80 per 10,000"
        )
    }

    @Test func levelsOfEqualFalseAlarmsKeepToTheTarget() {
        let calibration = DriftCalibration(runs: 4, isErrors: true)
        let glr = DriftContender.all.first { $0.name == "glr" }
        let found = glr.map(calibration.level(of:))
        #expect((found?.rate ?? 9) <= 1 && (found?.level ?? 0) > 3 && (found?.level ?? 99) < 20)
    }

    @Test func whatIsCalledShippedIsShipped() {
        let settings = DriftSettings()
        guard case .adwin(let adwin) = DriftContender.shipped.make(DriftContender.shipped.standard)
        else {
            Issue.record("what is shipped is an ADWIN")
            return
        }
        #expect(adwin.delta == settings.adwinDelta && adwin.clock == settings.adwinClock)
        #expect(adwin.warningDelta == settings.adwinWarningDelta && adwin.isEager)
    }

    @Test func theManualShowsTheCommittedRows() throws {
        let path = Self.docs.appending(path: "figures/drift.jsonl").path(percentEncoded: false)
        let file = try DriftFile(path: path)
        #expect(file.rows.allSatisfy { $0.runs == 1000 })
        let streams = DriftStream.all
        let numbers = streams.count { !$0.isErrors }
        let contenders = DriftContender.all
        let some = contenders.count { $0.takesNumbers }
        #expect(
            file.rows.count
                == 2 * ((streams.count - numbers) * contenders.count + numbers * some)
        )
        let manual = try String(
            contentsOf: Self.docs.appending(path: "detectors.md"),
            encoding: .utf8
        )
        for mode in ["default", "equal"] {
            for contender in contenders {
                let cells = streams.map { stream in
                    cell(
                        file.rows.first {
                            $0.key.stream == stream.name && $0.key.mode == mode
                                && $0.key.detector == contender.name
                        }
                    )
                }
                let line = "| \(contender.name) | \(cells.joined(separator: " | ")) |"
                #expect(manual.contains(line), "\(mode): \(line)")
            }
        }
        let duel = ClockDuel(file)
        for ratio in [duel.delayRatio, duel.costRatio] {
            #expect(manual.contains(Text.rounded(ratio, 3)), "\(ratio)")
        }
        #expect(ClockDuel(file).isPassed)
    }

    /// A row's cell in the manual.
    private func cell(_ row: ScoreRow?) -> String {
        guard let row else { return "-" }
        if row.rises == 0 { return Text.rounded(row.falseAlarmRate, 2) + " FA" }
        let delay = row.delay.map { Text.rounded($0) } ?? "-"
        let missed = 100 * row.missRate
        if missed == 0 { return delay }
        return missed < 1 ? "\(delay) / <1 %" : "\(delay) / \(Text.rounded(missed)) %"
    }
}
