// SPDX-License-Identifier: Apache-2.0
//
// A hyperplane that rotates all the time (Hulten, Spencer and Domingos, "Mining time-changing data
// streams", KDD 2001): d features, uniform in 0..<1; the class is 1 where the sum of w_i x_i is at
// least half of the sum of the weights w_i, which begin uniform in 0..<1.
//
// After each sample, the first k weights move by the magnitude in their direction, and then each of
// them turns round with probability sigma. This is incremental drift without any position. Some
// labels are flipped.

package import Primitives

/// The stream of a plane that moves with every sample.
package struct Hyperplane: SampleSource {
    /// What the stream is called.
    package let name: String
    /// Classes.
    package let task = SyntheticTask.classification
    /// The number of features.
    package let width: Int
    /// It changes everywhere, so nowhere in particular.
    package let drifts: [Int] = []
    /// The share of flipped labels: no model errs less often.
    package let noise: Double
    /// The weights by which the next sample is judged.
    package var weights: [Double] { motion.weights }

    private var motion: WeightMotion
    private var random: RandomSource

    /// Makes the stream.
    ///
    /// - Precondition: `drifting` is no more than `width`.
    package init(
        name: String = "hyperplane",
        seed: UInt64,
        width: Int = 10,
        drifting: Int = 2,
        magnitude: Double = 0.001,
        sigma: Double = 0.1,
        noise: Double = 0.05
    ) {
        precondition(drifting <= width, "no more weights can move than there are")
        self.name = name
        self.width = width
        self.noise = noise
        random = RandomSource(seed: seed)
        var weights: [Double] = []
        for _ in 0..<width { weights.append(random.unit()) }
        motion = WeightMotion(
            weights: weights,
            moving: drifting,
            magnitude: magnitude,
            sigma: sigma
        )
    }

    /// The class of features before noise.
    package static func label(_ features: [Float], weights: [Double]) -> Int {
        var sum = 0.0
        var total = 0.0
        for (index, weight) in weights.enumerated() {
            sum += weight * Double(features[index])
            total += weight
        }
        return sum >= 0.5 * total ? 1 : 0
    }

    /// Writes the next sample's features, and gives its class.
    package mutating func next(into features: inout [Float]) -> Double {
        for index in 0..<width { features[index] = Float(random.unit()) }
        let label = Hyperplane.label(features, weights: motion.weights)
        let isFlipped = random.chance(noise)
        motion.advance(&random)
        return Double(isFlipped ? 1 - label : label)
    }
}

/// Weights of which the first few move.
package struct WeightMotion: Sendable {
    /// Where they are.
    package private(set) var weights: [Double]

    private var steps: [Double]
    private let sigma: Double

    /// Makes the motion; all directions are upward at first.
    package init(weights: [Double], moving: Int, magnitude: Double, sigma: Double) {
        self.weights = weights
        self.sigma = sigma
        steps = Array(repeating: magnitude, count: moving)
    }

    /// Moves each weight, then perhaps turns its direction round.
    package mutating func advance(_ random: inout RandomSource) {
        for index in steps.indices {
            weights[index] += steps[index]
            if random.chance(sigma) { steps[index] = -steps[index] }
        }
    }
}
