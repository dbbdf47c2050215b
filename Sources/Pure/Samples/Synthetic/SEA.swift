// SPDX-License-Identifier: Apache-2.0
//
// SEA concepts (Street and Kim, "A streaming ensemble algorithm (SEA) for large-scale
// classification", KDD 2001): three features, uniform in 0..<10, of which the third says nothing;
// the class is 1 where the first two sum up to more than a threshold t, and some labels are
// flipped. Between two concepts lies a world whose threshold lies between theirs.
//
// Class 1 has the share 1 - t^2 / 200 before labels are flipped.

import Primitives

/// The world of SEA.
package struct SEA: ConceptWorld {
    /// The threshold of each concept.
    package static let thresholds = [8, 9, 7, 9.5]

    /// Three features.
    package let width = 3
    /// Thresholds can slide.
    package let isContinuous = true
    /// The share of flipped labels: no model errs less often.
    package let noise: Double

    private var random: RandomSource

    /// Makes the world.
    package init(seed: UInt64, noise: Double = 0.1) {
        self.noise = noise
        random = RandomSource(seed: seed)
    }

    /// One for each threshold.
    package var concepts: Int { SEA.thresholds.count }

    /// The class of features before noise.
    package static func label(_ features: [Float], threshold: Double) -> Int {
        Double(features[0]) + Double(features[1]) > threshold ? 1 : 0
    }

    /// Writes a sample's features, and gives its class.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        for index in 0..<3 { features[index] = Float(random.unit() * 10) }
        let from = SEA.thresholds[moment.concept]
        let threshold = from + moment.share * (SEA.thresholds[moment.next] - from)
        let label = SEA.label(features, threshold: threshold)
        return Double(random.chance(noise) ? 1 - label : label)
    }
}
