// SPDX-License-Identifier: Apache-2.0
//
// A world that never changes, whose label noise comes in bursts: every error-rate detector alarms
// on it, and no consolidation can help. The control for the gate.

import Primitives

/// A stationary linear world whose flipped labels follow each other.
package struct BurstyNoise: SampleSource {
    /// What the stream is called.
    package let name = "bursty"
    /// Classes.
    package let task = SyntheticTask.classification
    /// It never changes.
    package let drifts: [Int] = []
    /// The share of flipped labels.
    package let noise: Double
    /// The correlation of one flip with the next.
    package let correlation: Double

    private var world: AbruptRotation
    private var random: RandomSource
    private var isFlipped = false

    /// Makes the stream.
    package init(
        seed: UInt64,
        width: Int = 10,
        noise: Double = 0.1,
        correlation: Double = 0.7
    ) {
        self.noise = noise
        self.correlation = correlation
        world = AbruptRotation(seed: seed, width: width, noise: 0)
        random = RandomSource(seed: seed &+ 1)
    }

    /// The number of features.
    package var width: Int { world.width }

    /// Writes the next sample's features, and gives its class.
    package mutating func next(into features: inout [Float]) -> Double {
        let label = world.next(into: &features)
        if !random.chance(correlation) { isFlipped = random.chance(noise) }
        return isFlipped ? 1 - label : label
    }
}
