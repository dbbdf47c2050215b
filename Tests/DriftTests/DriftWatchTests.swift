// SPDX-License-Identifier: Apache-2.0
//
// Which of the detectors' verdicts become reports.

import Drift
import Primitives
import Testing

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

/// Reports with the index of their sample, for error bits at the given rates, 3000 samples each.
private func reports(
    rates: [Double],
    seed: UInt64,
    settings: DriftSettings = DriftSettings()
) -> [(index: Int, report: DriftReport)] {
    var watch = DriftWatch(settings: settings)
    var source = RandomSource(seed: seed)
    var found: [(index: Int, report: DriftReport)] = []
    for index in 0..<rates.count * 3000 {
        let bit = source.chance(rates[index / 3000]) ? 1.0 : 0.0
        let loss = min(1, 0.6 * bit + 0.4 * source.unit())
        if let report = watch.observe(error: bit, loss: loss) { found.append((index, report)) }
    }
    return found
}

@Suite struct DriftWatchTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>) func findsARise(seed: UInt64) throws {
        let found = reports(rates: [0.1, 0.4], seed: seed)
        let drift = try #require(found.first { $0.report.level == .drift && $0.index >= 3000 })
        #expect(drift.index < 3150)
        #expect(drift.report.change == .rise)
        #expect((drift.index - drift.report.samplesSinceOnset - 3000).magnitude < 300)
    }

    @Test func fallsAreSilent() {
        var settings = DriftSettings()
        settings.policy = .anyChange
        var silent = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            let found = reports(rates: [0.5, 0.1], seed: seed)
            if !found.contains(where: { $0.report.level == .drift && $0.index >= 3000 }) {
                silent += 1
            }
            let all = reports(rates: [0.5, 0.1], seed: seed, settings: settings)
            #expect(all.contains { $0.report.level == .drift && $0.report.change == .fall })
        }
        // One false alarm in 30,000 samples is what the levels allow.
        #expect(silent >= 9)
    }

    @Test func falseDriftsAreRare() {
        var drifts = 0
        var warnings = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            for (_, report) in reports(rates: [0.2, 0.2, 0.2], seed: seed) {
                if report.level == .drift { drifts += 1 } else { warnings += 1 }
            }
        }
        #expect(drifts <= 8)
        #expect(warnings <= 120)
    }

    @Test func warningIsNotRepeatedUntilCalm() {
        var settings = DriftSettings()
        settings.calmSamples = 100
        for seed in 1...20 as ClosedRange<UInt64> {
            var last: Int?
            for (index, report) in reports(rates: [0.1, 0.2], seed: seed, settings: settings) {
                if report.level == .warning, let last { #expect(index - last > 100) }
                last = index
            }
        }
    }

    @Test func regressionHasNoErrorBit() throws {
        var watch = DriftWatch()
        var first: DriftReport?
        for index in 0..<2000 where first == nil {
            let loss = (index < 1000 ? 0.1 : 0.6) + Double(index % 7) / 100
            let report = watch.observe(error: nil, loss: loss)
            if report?.level == .drift { first = report }
        }
        #expect(try #require(first).signal == .loss)
    }

    @Test func numbersThatAreNotFiniteArePassedOver() {
        var watch = DriftWatch()
        // The samples count all the same.
        var twin = DriftWatch(samples: 500)
        var source = RandomSource(seed: 4)
        for _ in 0..<500 {
            let loss = source.unit()
            #expect(watch.observe(error: .nan, loss: .infinity) == nil)
            let one = watch.observe(error: 0, loss: loss)
            #expect(one == twin.observe(error: 0, loss: loss))
        }
        #expect(bytes(of: watch) == bytes(of: twin))
    }

    @Test func restartForgetsTheWarning() {
        var watch = DriftWatch()
        var reported = 0
        for round in 0..<2 {
            for index in 0..<1200 {
                let bit = index < 1000 ? (index % 10 == 0 ? 1.0 : 0) : Double(index % 2)
                if watch.observe(error: bit, loss: bit)?.level == .drift { reported += 1 }
            }
            let isWarned = watch.isWarned
            #expect(isWarned)
            #expect(reported > round)
            watch.restart()
            let isWarnedStill = watch.isWarned
            #expect(!isWarnedStill)
        }
    }

    @Test func restoreGoesOnWithTheSameBytes() throws {
        var watch = DriftWatch()
        var source = RandomSource(seed: 5)
        for index in 0..<4000 {
            let bit = source.chance(index < 2000 ? 0.1 : 0.3) ? 1.0 : 0.0
            if index % 333 == 0 {
                var reader = ByteReader(bytes(of: watch))
                let restored = try DriftWatch(from: &reader)
                try reader.expectEnd()
                #expect(bytes(of: restored) == bytes(of: watch))
                watch = restored
            }
            _ = watch.observe(error: bit, loss: source.unit())
        }
    }

    @Test func aWarningKnowsItsBeginning() {
        var near = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var watch = DriftWatch(samples: 1000)
            var source = RandomSource(seed: seed)
            var first: UInt64?
            for index in 0..<4000 {
                let bit = source.chance(index < 3000 ? 0.1 : 0.4) ? 1.0 : 0.0
                let loss = min(1, 0.6 * bit + 0.4 * source.unit())
                let wasWarned = watch.isWarned
                guard let report = watch.observe(error: bit, loss: loss) else { continue }
                let onset = watch.warningOnset
                #expect(watch.samples == 1000 + UInt64(index) + 1)
                // The report that opens a warning says where it began; the next ones keep that.
                if !wasWarned {
                    first = onset
                    #expect(onset == watch.samples - UInt64(report.samplesSinceOnset))
                }
                if index < 3000 { continue }
                #expect(onset == first)
                if report.level == .drift { break }
            }
            if first.map({ (3700..<4200).contains($0) }) == true { near += 1 }
            watch.restart()
            #expect(watch.warningOnset == nil)
        }
        // A false warning from before the change has another beginning.
        #expect(near >= 14)
    }

    @Test func complaintsNameTheSetting() {
        var settings = DriftSettings()
        #expect(settings.complaint == nil)
        settings.adwinWarningDelta = 0.01
        #expect(settings.complaint?.contains("adwin warning delta is 0.01") == true)
        settings = DriftSettings()
        settings.adwinDelta = .nan
        #expect(settings.complaint?.contains("adwin delta") == true)
    }
}
