// SPDX-License-Identifier: Apache-2.0
//
// A linear world that turns: features are standard normal, the class is the side of a plane through
// the origin on which they lie, and at each drift the plane is turned by a given angle. With cosine
// -1 every label changes, with 0 what was learned is worth nothing. Without drifts it is a control.

import Primitives

/// A linearly separable stream with label noise whose plane turns.
package struct AbruptRotation: SampleSource {
    /// What the stream is called.
    package let name: String
    /// Classes.
    package let task = SyntheticTask.classification
    /// The number of features.
    package let width: Int
    /// The share of flipped labels: no model errs less often.
    package let noise: Double
    /// The cosine of the angle between a concept's plane and the next one's.
    package let cosine: Double
    /// The unit vector across the plane.
    package private(set) var weights: [Double]

    private var clock: ConceptClock
    private var turns: RandomSource
    private var random: RandomSource

    /// Makes the stream whose plane turns at `drifts`.
    ///
    /// - Precondition: there are at least two features, and `cosine` lies in `-1...1`.
    package init(
        name: String = "abrupt",
        seed: UInt64,
        width: Int = 10,
        drifts: [Int] = [],
        cosine: Double = -1,
        noise: Double = 0.05
    ) {
        precondition(width > 1, "a plane turns in at least two dimensions")
        precondition((-1...1).contains(cosine), "a cosine lies between -1 and 1")
        self.name = name
        self.width = width
        self.noise = noise
        self.cosine = cosine
        clock = ConceptClock(drifts: drifts)
        random = RandomSource(seed: seed)
        turns = random.fork()
        let width = width
        weights = AbruptRotation.unit((0..<width).map { _ in 0.0 }, &turns)
    }

    /// The numbers of the samples with which the plane turns.
    package var drifts: [Int] { clock.drifts }

    /// Writes the next sample's features, and gives its class.
    package mutating func next(into features: inout [Float]) -> Double {
        if clock.advance() { turn() }
        var side = 0.0
        for index in 0..<width {
            features[index] = Float(random.normal())
            side += weights[index] * Double(features[index])
        }
        return (side > 0) != random.chance(noise) ? 1 : 0
    }

    /// Takes the weights to the given angle, in a random direction.
    private mutating func turn() {
        let across = AbruptRotation.unit(weights, &turns)
        let sine = (1 - cosine * cosine).squareRoot()
        for index in weights.indices {
            weights[index] = cosine * weights[index] + sine * across[index]
        }
    }

    /// A random unit vector across `direction`, which is a unit vector or zero.
    private static func unit(_ direction: [Double], _ turns: inout RandomSource) -> [Double] {
        var vector = direction.map { _ in turns.normal() }
        let along = zip(vector, direction).reduce(0) { $0 + $1.0 * $1.1 }
        for index in vector.indices { vector[index] -= along * direction[index] }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}
