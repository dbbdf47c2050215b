// SPDX-License-Identifier: Apache-2.0
//
// Any detectors, and how many must agree.

import Drift
import Primitives
import Testing

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

private struct Stream {
    var errors: [UInt8] = []
    var losses: [Double] = []

    init(seed: UInt64, rates: [Double], each: Int = 2000) {
        var source = RandomSource(seed: seed)
        for index in 0..<rates.count * each {
            let isError = source.chance(rates[index / each])
            errors.append(isError ? 1 : 0)
            losses.append(min(1, (isError ? 0.6 : 0) + 0.4 * source.unit()))
        }
    }

    func reports(_ settings: DriftSettings) -> [(index: Int, report: DriftReport)] {
        var watch = DriftWatch(settings: settings)
        var found: [(index: Int, report: DriftReport)] = []
        for index in losses.indices {
            let report = watch.observe(error: Double(errors[index]), loss: losses[index])
            if let report { found.append((index, report)) }
        }
        return found
    }
}

private func settings(_ kinds: [DetectorKind], quorum: Int = 1) -> DriftSettings {
    var settings = DriftSettings()
    settings.detectors = kinds.map { DetectorChoice($0) }
    settings.quorum = quorum
    return settings
}

@Suite struct PanelTests {
    @Test(arguments: DetectorKind.allCases) func eachDetectorFindsARise(kind: DetectorKind) throws {
        let chosen = settings([kind])
        #expect(chosen.complaint == nil)
        let found = Stream(seed: 2, rates: [0.1, 0.6]).reports(chosen)
        let drift = try #require(found.first { $0.index >= 2000 && $0.report.level == .drift })
        #expect(drift.index < 2600)
        #expect(drift.report.detector == kind.eventName && drift.report.change == .rise)
    }

    @Test func theUsualTwoSayTheSameEitherWay() {
        // A parameter that says what holds anyway takes the pair out of the fast way.
        var slow = settings([.adwin, .pageHinkley])
        slow.detectors[0].parameters = [DetectorChoice.Parameter("max_buckets", "5")]
        #expect(slow.complaint == nil)
        for seed in 1...5 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed, rates: [0.1, 0.35, 0.1, 0.5])
            let fast = stream.reports(DriftSettings())
            let other = stream.reports(slow)
            #expect(fast.map(\.index) == other.map(\.index))
            #expect(fast.map(\.report.level) == other.map(\.report.level))
            #expect(fast.map(\.report.detector) == other.map(\.report.detector))
        }
    }

    @Test func aQuorumNeedsSeveral() throws {
        let kinds: [DetectorKind] = [.adwin, .hddmA, .cusum]
        var falseOnes = [0, 0]
        for seed in 1...10 as ClosedRange<UInt64> {
            let stream = Stream(seed: seed, rates: [0.2, 0.2, 0.2, 0.55])
            for (place, quorum) in [1, 3].enumerated() {
                let found = stream.reports(settings(kinds, quorum: quorum))
                falseOnes[place] += found.count { $0.index < 6000 && $0.report.level == .drift }
                let drift = try #require(
                    found.first { $0.index >= 6000 && $0.report.level == .drift }
                )
                #expect(drift.index < 6300)
                #expect(drift.report.detector.contains("+") == (quorum > 1))
            }
        }
        #expect(falseOnes[1] <= falseOnes[0] && falseOnes[1] <= 1)
        // A single vote is a warning, and an old one does not count.
        var narrow = settings([.adwin, .hddmA], quorum: 4)
        narrow.quorumSamples = 1
        let found = Stream(seed: 3, rates: [0.1, 0.6]).reports(narrow)
        #expect(!found.isEmpty && found.allSatisfy { $0.report.level == .warning })
    }

    @Test func blocksAreSampleAfterSample() throws {
        let chosen = settings([.ddm, .eddm, .hddmW, .kswin, .glr], quorum: 2)
        let stream = Stream(seed: 4, rates: [0.1, 0.5, 0.1])
        let expected = stream.reports(chosen)
        var watch = DriftWatch(settings: chosen)
        var found: [Int] = []
        for start in stride(from: 0, to: 6000, by: 500) {
            let (errors, losses) = (
                Array(stream.errors[start..<start + 500]), Array(stream.losses[start..<start + 500])
            )
            var next = 0
            while let news = watch.observe(errors: errors.span, losses: losses.span, from: next) {
                next = news.next
                found.append(start + next - 1)
            }
            var reader = ByteReader(bytes(of: watch))
            watch = try DriftWatch(from: &reader)
            try reader.expectEnd()
        }
        #expect(found == expected.map(\.index))
        #expect(!found.isEmpty)
    }

    @Test func complaintsNameWhatIsWrong() {
        var chosen = settings([])
        #expect(chosen.complaint?.contains("no detectors") == true)
        chosen = settings([.ddm, .ddm])
        #expect(chosen.complaint?.contains("ddm is listed twice") == true)
        chosen = settings([.eddm], quorum: 2)
        #expect(chosen.complaint?.contains("must be 1 to 1") == true)
        chosen = settings([.hddmA])
        chosen.detectors[0].parameters = [DetectorChoice.Parameter("drift_confidence", "2")]
        #expect(chosen.complaint?.contains("drift_confidence") == true)
        chosen = DriftSettings()
        chosen.beside.delta = 1
        #expect(chosen.complaint?.contains("level of blocks") == true)
    }
}
