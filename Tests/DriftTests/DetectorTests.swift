// SPDX-License-Identifier: Apache-2.0
//
// What every detector promises, whatever its statistic, and what each one's closed form says.

import Drift
import Primitives
import Testing

private let kinds: [@Sendable () -> Detector] = [
    { .adwin(ADWIN()) },
    { .adwin(ADWIN(delta: 0.05, clock: 16, warningDelta: 0.3)) },
    { .adwin(ADWIN(delta: 0.05, clock: 16, warningDelta: 0.3, isEager: true)) },
    { .adwin(ADWIN(delta: 0.01, clock: 1, graceObservations: 0, minWindow: 1, maxBuckets: 2)) },
    { .pageHinkley(PageHinkley()) },
    { .pageHinkley(PageHinkley(threshold: 10, direction: .up)) },
    { .adwin(ADWIN(delta: 0.01, reference: .paper)) },
    { .ddm(DDM()) },
    { .eddm(EDDM()) },
    { .eddm(EDDM(reference: .paper)) },
    { .hddmA(HDDMA()) },
    { .hddmA(HDDMA(isTwoSided: true, reference: .paper)) },
    { .hddmW(HDDMW()) },
    { .hddmW(HDDMW(isTwoSided: true, reference: .paper)) },
    { .kswin(KSWIN(alpha: 0.02, windowSize: 200, statisticSize: 80, seed: 4)) },
    {
        .kswin(
            KSWIN(alpha: 0.05, windowSize: 120, statisticSize: 50, seed: 1 << 40, reference: .paper)
        )
    },
    { .cusum(CUSUM()) },
    { .cusum(CUSUM(rate: 0.1, shift: 0.2, isTwoSided: true)) },
    { .glr(BernoulliGLR()) },
    { .glr(BernoulliGLR(threshold: 15, warningThreshold: nil, isTwoSided: false)) },
]

private func bytes(of item: some ByteCodable) -> [UInt8] {
    var writer = ByteWriter()
    item.encode(into: &writer)
    return writer.bytes
}

/// Bits whose rate goes from 10 to 40 % and back.
private func bits(seed: UInt64, count: Int = 6000) -> [Double] {
    var source = RandomSource(seed: seed)
    return (0..<count).map { source.chance($0 / 2000 == 1 ? 0.4 : 0.1) ? 1 : 0 }
}

@Suite struct DetectorTests {
    @Test(arguments: kinds.indices) func seesARiseAndItsDirection(kind: Int) {
        var detector = kinds[kind]()
        var onsets: [Int] = []
        for (index, bit) in bits(seed: 3).enumerated() where detector.update(with: bit) == .drift {
            if detector.lastChange == .rise && (2000..<4000).contains(index) {
                onsets.append(index - detector.samplesSinceOnset)
            }
        }
        #expect(!onsets.isEmpty)
        #expect((onsets.first ?? 0) > 1500 && (onsets.first ?? 9999) < 2400)
    }

    @Test(arguments: kinds.indices) func constantNeverAlarms(kind: Int) {
        for level in [0.0, 1, 0.7, -3, 1e-9] {
            var detector = kinds[kind]()
            // What knows the rate before a change takes any other for one.
            if case .cusum(let test) = detector, test.rate != nil { continue }
            if !detector.kind.input.has(level) { continue }
            for _ in 0..<3000 { #expect(detector.update(with: level) == .none) }
        }
    }

    @Test(arguments: kinds.indices) func copyEvolvesAlone(kind: Int) {
        var detector = kinds[kind]()
        for bit in bits(seed: 5, count: 500) { _ = detector.update(with: bit) }
        let before = bytes(of: detector)
        var copy = detector
        for bit in bits(seed: 6, count: 500) { _ = copy.update(with: bit) }
        #expect(bytes(of: detector) == before)
        #expect(bytes(of: copy) != before)
    }

    @Test(arguments: kinds.indices) func restoreGoesOnWithTheSameBytes(kind: Int) throws {
        var detector = kinds[kind]()
        for (index, bit) in bits(seed: 7).enumerated() {
            if index % 131 == 0 {
                var reader = ByteReader(bytes(of: detector))
                var restored = try Detector(from: &reader)
                try reader.expectEnd()
                #expect(bytes(of: restored) == bytes(of: detector))
                for next in bits(seed: 8, count: 40) {
                    var twin = detector
                    #expect(restored.update(with: next) == twin.update(with: next))
                    detector = twin
                }
                #expect(bytes(of: restored) == bytes(of: detector))
            }
            _ = detector.update(with: bit)
        }
    }

    @Test(arguments: kinds.indices) func restartIsAFreshStart(kind: Int) {
        var used = kinds[kind]()
        for bit in bits(seed: 9, count: 2500) { _ = used.update(with: bit) }
        used.restart()
        var fresh = kinds[kind]()
        for bit in bits(seed: 10) {
            #expect(used.update(with: bit) == fresh.update(with: bit))
        }
    }

    @Test(arguments: kinds.indices) func damagedBytesNeverTrap(kind: Int) {
        var detector = kinds[kind]()
        for bit in bits(seed: 11, count: 3000) { _ = detector.update(with: bit) }
        let whole = bytes(of: detector)
        var source = RandomSource(seed: 12)
        for trial in 0..<1500 {
            var damaged = whole
            if trial % 3 == 0 { damaged.removeLast(source.below(whole.count)) }
            for _ in 0..<(trial % 4) where !damaged.isEmpty {
                damaged[source.below(damaged.count)] = UInt8(source.below(256))
            }
            var reader = ByteReader(damaged)
            guard var restored = try? Detector(from: &reader) else { continue }
            for bit in bits(seed: 13, count: 70) { _ = restored.update(with: bit) }
        }
    }
}

@Suite struct ADWINTests {
    @Test func tooFewValuesNeverAlarm() {
        var detector = ADWIN(delta: 0.3, clock: 1)
        for index in 0..<10 {
            #expect(detector.update(with: index < 5 ? 0 : 1000) == .none)
        }
    }

    @Test func windowHoldsExactSums() {
        var detector = ADWIN(clock: 1)
        var source = RandomSource(seed: 2)
        var values: [Double] = []
        for _ in 0..<777 {
            values.append(source.unit())
            _ = detector.update(with: values[values.count - 1])
        }
        let mean = values.reduce(0, +) / 777
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 777
        #expect(detector.width == 777)
        #expect((detector.mean - mean).magnitude < 1e-12)
        #expect((detector.variance - variance).magnitude < 1e-12)
    }

    @Test func eagerIsNearlyAsQuickAsEveryValue() {
        var total = (every: 0, eager: 0, calm: 0)
        for seed in 1...30 as ClosedRange<UInt64> {
            var detectors = [
                ADWIN(delta: 0.05, clock: 1), ADWIN(delta: 0.05, clock: 16),
                ADWIN(delta: 0.05, clock: 16, warningDelta: 0.3, isEager: true),
            ]
            var alarms = [Int?](repeating: nil, count: 3)
            var source = RandomSource(seed: seed)
            for index in 0..<1200 {
                let value = source.chance(index < 1000 ? 0.1 : 0.5) ? 1.0 : 0
                for place in 0..<3 where detectors[place].update(with: value) == .drift {
                    if index >= 1000 && alarms[place] == nil { alarms[place] = index - 999 }
                }
            }
            total.every += alarms[0] ?? 200
            total.calm += alarms[1] ?? 200
            total.eager += alarms[2] ?? 200
        }
        #expect(Double(total.eager) < 1.15 * Double(total.every))
        #expect(Double(total.calm) > 1.25 * Double(total.every))
    }

    @Test func fallIsAFall() {
        var detector = ADWIN(delta: 0.05, clock: 16)
        var changes: [DriftChange] = []
        for index in 0..<2000 {
            let value = (index < 1000 ? 0.8 : 0.2) + Double(index % 5) / 50
            if detector.update(with: value) == .drift {
                changes.append(detector.lastChange)
                #expect((index - 999 - detector.samplesSinceOnset).magnitude < 16)
            }
        }
        #expect(changes == [.fall])
    }

    @Test func warningComesFirst() {
        var early = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var detector = ADWIN(delta: 0.002, clock: 16, warningDelta: 0.3)
            var source = RandomSource(seed: seed)
            var warned: Int?
            for index in 0..<4000 {
                let verdict = detector.update(
                    with: source.chance(index < 2000 ? 0.1 : 0.25) ? 1 : 0
                )
                if verdict == .warning && index > 2000 && warned == nil { warned = index }
                if verdict == .drift {
                    if let warned, warned < index { early += 1 }
                    break
                }
            }
        }
        #expect(early >= 15)
    }
}

@Suite struct PageHinkleyTests {
    @Test func warnsAtHalfOfTheThreshold() {
        // With alpha 1 and delta 0 the sum after a step of 1 grows as the harmonic tail; count it.
        var detector = PageHinkley(minInstances: 1, delta: 0, threshold: 20, alpha: 1)
        var verdicts: [DriftVerdict] = []
        for _ in 0..<1000 { _ = detector.update(with: 0) }
        var sum = 0.0
        for step in 1...30 {
            sum += 1000 / (1000 + Double(step))
            verdicts.append(detector.update(with: 1))
            let expected: DriftVerdict = sum > 20 ? .drift : sum > 10 ? .warning : .none
            #expect(verdicts[step - 1] == expected)
            if expected == .drift {
                #expect(detector.samplesSinceOnset == step)
                break
            }
        }
        #expect(verdicts.contains(.warning) && verdicts.last == .drift)
    }

    @Test func upIgnoresFalls() {
        var detector = PageHinkley(threshold: 5, direction: .up)
        for index in 0..<3000 {
            #expect(detector.update(with: index < 1000 ? 0.9 : 0.1) == .none)
        }
    }
}
