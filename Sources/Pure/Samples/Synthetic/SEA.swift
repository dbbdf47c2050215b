// SPDX-License-Identifier: Apache-2.0
//
// SEA concepts (Street and Kim, "A streaming ensemble algorithm (SEA) for large-scale
// classification", KDD 2001): three features, uniform in 0..<10, of which the third says nothing;
// the class is 1 where the first two sum up to more than a threshold, and some labels are flipped.

import Primitives

/// The SEA stream.
package struct SEA: SampleSource {
    /// The threshold of each variant.
    package static let thresholds = [8, 9, 7, 9.5]

    /// What the stream is called.
    package let name: String
    /// Classes.
    package let task = SyntheticTask.classification
    /// Three features.
    package let width = 3
    /// The share of flipped labels: no model errs less often.
    package let noise: Double

    private let variants: [Int]
    private var clock: ConceptClock
    private var random: RandomSource

    /// Makes the stream that goes through `variants` (0 to 3), changing at `drifts`.
    ///
    /// - Precondition: there is one variant more than there are drifts.
    package init(
        name: String = "sea",
        seed: UInt64,
        variants: [Int] = [0],
        drifts: [Int] = [],
        noise: Double = 0.1
    ) {
        precondition(variants.count == drifts.count + 1, "a variant for each concept")
        precondition(variants.allSatisfy(SEA.thresholds.indices.contains), "variants are 0 to 3")
        self.name = name
        self.variants = variants
        self.noise = noise
        clock = ConceptClock(drifts: drifts)
        random = RandomSource(seed: seed)
    }

    /// The numbers of the samples with which a new variant begins.
    package var drifts: [Int] { clock.drifts }

    /// Writes the next sample's features, and gives its class.
    package mutating func next(into features: inout [Float]) -> Double {
        _ = clock.advance()
        for index in 0..<3 { features[index] = Float(random.unit() * 10) }
        let sum = Double(features[0]) + Double(features[1])
        let isAbove = sum > SEA.thresholds[variants[clock.concept]]
        return isAbove != random.chance(noise) ? 1 : 0
    }
}
