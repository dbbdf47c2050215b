// SPDX-License-Identifier: Apache-2.0
//
// The synthetic streams are what their definitions say, and the same for the same seed.

import Primitives
import Samples
import Testing

/// The share of `samples` for which `holds` is true.
private func share(
    _ samples: some Collection<SyntheticSample>,
    _ holds: (SyntheticSample) -> Bool
) -> Double {
    Double(samples.count(where: holds)) / Double(samples.count)
}

@Suite struct SyntheticTests {
    @Test(arguments: SyntheticStream.allCases) func sameSeedSameStream(kind: SyntheticStream) {
        var one = kind.make(seed: 7, conceptLength: 100)
        var same = kind.make(seed: 7, conceptLength: 100)
        var other = kind.make(seed: 8, conceptLength: 100)
        let samples = one.next(500)
        #expect(samples == same.next(500))
        #expect(samples != other.next(500))
        #expect(samples.allSatisfy { $0.features.count == one.width && $0.label.isFinite })
        #expect(one.name == kind.rawValue)
        #expect(one.drifts == (kind.hasDrifts ? [100, 200, 300] : []))
        #expect(SyntheticStream(rawValue: kind.rawValue) == kind)
    }

    /// These need no function of the C library, so their bits are the same everywhere and for ever.
    @Test(arguments: SyntheticStream.digests) func bitsStay(stream: SyntheticStream, digest: UInt64)
    {
        var source = stream.make(seed: 42, conceptLength: 240)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bits: UInt64) {
            for byte in 0..<8 {
                hash = (hash ^ (bits >> (8 * byte) & 255)) &* 0x0000_0100_0000_01B3
            }
        }
        for sample in source.next(1000) {
            for feature in sample.features { add(UInt64(feature.bitPattern)) }
            add(sample.label.bitPattern)
        }
        #expect(hash == digest, "\(stream): \(String(hash, radix: 16))")
    }

    @Test func copyGoesOnAlone() {
        var stream = AbruptRotation(seed: 1, drifts: [50])
        _ = stream.next(20)
        var copy = stream
        #expect(copy.next(100) == stream.next(100))
    }

    @Test func seaFollowsItsThresholds() {
        let schedule = ConceptSchedule([0, 1, 2, 3], at: [5000, 10_000, 15_000])
        var stream = DriftingStream("sea", SEA(seed: 3), schedule, seed: 3)
        let samples = stream.next(20_000)
        for (variant, threshold) in SEA.thresholds.enumerated() {
            let part = samples[variant * 5000..<(variant + 1) * 5000]
            let agreeing = share(part) {
                let sum = Double($0.features[0]) + Double($0.features[1])
                return (sum > threshold) == ($0.label == 1)
            }
            #expect((agreeing - 0.9).magnitude < 0.015)
        }
        #expect(samples.allSatisfy { $0.features.allSatisfy { (0...10).contains($0) } })
        let mean = samples.reduce(0) { $0 + Double($1.features[2]) } / 20_000
        #expect((mean - 5).magnitude < 0.1)
    }

    @Test func seaWithoutNoiseIsExactAtItsDrift() {
        let schedule = ConceptSchedule([2, 3], at: [1000])
        var stream = DriftingStream("sea", SEA(seed: 3, noise: 0), schedule, seed: 3)
        let samples = stream.next(2000)
        for (index, sample) in samples.enumerated() {
            let sum = Double(sample.features[0]) + Double(sample.features[1])
            #expect((sum > (index < 1000 ? 7 : 9.5)) == (sample.label == 1))
        }
    }

    @Test(arguments: [-1, -0.5, 0, 0.8]) func planeTurnsByItsAngle(cosine: Double) {
        var stream = AbruptRotation(seed: 5, width: 20, drifts: [10, 20], cosine: cosine, noise: 0)
        for _ in 0..<2 {
            let samples = stream.next(10)
            let before = stream.weights
            #expect(
                samples.allSatisfy { sample in
                    let side = zip(before, sample.features).reduce(0) {
                        $0 + $1.0 * Double($1.1)
                    }
                    return (side > 0) == (sample.label == 1)
                }
            )
            var after = stream
            _ = after.next()
            let dot = zip(before, after.weights).reduce(0) { $0 + $1.0 * $1.1 }
            #expect((dot - cosine).magnitude < 1e-12)
        }
    }

    @Test func labelNoiseHasItsShare() {
        var stream = AbruptRotation(seed: 6, noise: 0.2)
        let weights = stream.weights
        let agreeing = share(stream.next(20_000)) { sample in
            let side = zip(weights, sample.features).reduce(0) { $0 + $1.0 * Double($1.1) }
            return (side > 0) == (sample.label == 1)
        }
        #expect((agreeing - 0.8).magnitude < 0.01)
    }

    @Test func friedmanSwapsWhatMatters() {
        let schedule = ConceptSchedule([0, 1], at: [2000])
        var stream = DriftingStream("friedman", Friedman(seed: 4, noise: 0), schedule, seed: 4)
        let samples = stream.next(4000)
        // The fourth feature counts tenfold before the drift, the ninth after it.
        func covariance(_ part: ArraySlice<SyntheticSample>, _ index: Int) -> Double {
            let label = part.reduce(0) { $0 + $1.label } / Double(part.count)
            return part.reduce(0) { $0 + ($1.label - label) * (Double($1.features[index]) - 0.5) }
                / Double(part.count) * 12
        }
        #expect((covariance(samples[..<2000], 3) - 10).magnitude < 1.5)
        #expect(covariance(samples[..<2000], 8).magnitude < 1.5)
        #expect((covariance(samples[2000...], 8) - 10).magnitude < 1.5)
        #expect(covariance(samples[2000...], 3).magnitude < 1.5)
    }
}

extension SyntheticStream {
    /// The FNV-1a of the first 1,000 samples of seed 42.
    static let digests: [(SyntheticStream, UInt64)] = [
        (.sea, 0x19A8_048D_584D_0D65), (.seaGradual, 0x7FD7_E5E3_BCAA_AE09),
        (.seaIncremental, 0x1FA4_F1EA_C40C_A4BC), (.agrawal, 0x9DAB_CA90_D9ED_3C9F),
        (.agrawalGradual, 0x1780_D397_5A88_DB5A),
        (.stagger, 0x8649_1F19_DC2E_50E5), (.staggerGradual, 0x2D10_1466_082D_4958),
        (.led, 0x6C18_3249_22E6_86F6), (.ledGradual, 0x3380_C5A7_162B_5756),
        (.hyperplane, 0xF79C_4B05_194D_741F),
        (.words, 0x2D8B_08A4_C9D2_6E92),
    ]
}
