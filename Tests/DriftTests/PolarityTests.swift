// SPDX-License-Identifier: Apache-2.0
//
// Which way is up: 1 is an error, so more ones are a rise, and what looks for rises only is silent
// while a model gets better. And what each detector takes, by what it says of itself.

import Drift
import Primitives
import Testing

/// Bits whose rate changes once.
private func step(from before: Double, to after: Double, seed: UInt64) -> [Double] {
    var source = RandomSource(seed: seed)
    return (0..<6000).map { source.chance($0 < 3000 ? before : after) ? 1 : 0 }
}

private func changes(_ detector: Detector, _ values: [Double]) -> [DriftChange] {
    var detector = detector
    return values.compactMap { detector.update(with: $0) == .drift ? detector.lastChange : nil }
}

@Suite struct PolarityTests {
    /// False alarms are no matter of polarity, so the thresholds are high.
    private static let oneSided: [@Sendable () -> Detector] = [
        { .ddm(DDM(warmStart: 100, driftThreshold: 5)) },
        { .eddm(EDDM(warmStart: 60, alpha: 0.7, beta: 0.6)) },
        { .hddmA(HDDMA()) },
        { .hddmW(HDDMW(driftConfidence: 1e-5)) },
        { .cusum(CUSUM()) },
        { .glr(BernoulliGLR(isTwoSided: false)) },
        { .pageHinkley(PageHinkley(direction: .up)) },
    ]
    private static let twoSided: [@Sendable () -> Detector] = [
        { .adwin(ADWIN()) },
        { .adwin(ADWIN(reference: .paper)) },
        { .pageHinkley(PageHinkley()) },
        { .hddmA(HDDMA(isTwoSided: true)) },
        { .hddmW(HDDMW(driftConfidence: 1e-5, isTwoSided: true)) },
        { .kswin(KSWIN(alpha: 1e-5, windowSize: 300, statisticSize: 100, seed: 1)) },
        { .cusum(CUSUM(isTwoSided: true)) },
        { .glr(BernoulliGLR()) },
    ]

    @Test(arguments: oneSided.indices) func moreErrorsAreADriftAndFewerAreNot(at index: Int) {
        let worse = changes(Self.oneSided[index](), step(from: 0.2, to: 0.6, seed: 1))
        #expect(worse.contains(.rise) && !worse.contains(.fall))
        #expect(changes(Self.oneSided[index](), step(from: 0.6, to: 0.2, seed: 2)).isEmpty)
    }

    @Test(arguments: twoSided.indices) func twoSidesTellRisesFromFalls(at index: Int) {
        let worse = changes(Self.twoSided[index](), step(from: 0.2, to: 0.6, seed: 3))
        #expect(worse.first == .rise, "\(worse)")
        let better = changes(Self.twoSided[index](), step(from: 0.6, to: 0.2, seed: 4))
        #expect(better.first == .fall, "\(better)")
    }

    @Test func fallsAloneCanBeLookedFor() {
        let detector = Detector.cusum(CUSUM(shift: -0.1))
        #expect(changes(detector, step(from: 0.2, to: 0.6, seed: 5)).isEmpty)
        #expect(changes(detector, step(from: 0.6, to: 0.2, seed: 6)) == [.fall])
    }

    @Test func inputsAreTold() {
        for kind in DetectorKind.allCases {
            #expect(kind.input.has(0) && kind.input.has(1))
            #expect(!kind.input.has(.nan) && !kind.input.has(.infinity))
            #expect(kind.input.has(0.5) == (kind != .eddm))
            #expect(
                kind.input.has(-2) == [.adwin, .pageHinkley, .kswin, .hddmA, .hddmW].contains(kind)
            )
            let saysError =
                kind.input.text.contains("0 (right)") || kind.input.text.contains("0 for")
            #expect(saysError == ![.adwin, .pageHinkley, .kswin].contains(kind))
        }
    }
}
