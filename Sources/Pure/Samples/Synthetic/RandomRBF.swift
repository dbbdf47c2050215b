// SPDX-License-Identifier: Apache-2.0
//
// Clouds that wander (random radial basis functions, as Bifet, Holmes, Pfahringer, Kirkby and
// Gavaldà use them, "New ensemble methods for evolving data streams", KDD 2009): centroids in the
// unit cube, each with a class, a weight w_c and a spread s_c, the latter two uniform in 0..<1. A
// sample belongs to centroid c with probability w_c / sum w, lies from it in a direction that is
// drawn in the cube -1..<1, at a distance |N(0, s_c)|, and has its class.
//
// Before each sample some centroids move: by speed times a direction of length 1, whose parts are
// positive at first. A part that would leave the cube stops at the wall and turns round. The clouds
// overlap; how often the best possible model errs depends on the seed.

import Primitives

/// The stream of clouds.
package struct RandomRBF: SampleSource {
    /// What the stream is called.
    package let name: String
    /// Classes.
    package let task = SyntheticTask.classification
    /// The number of classes.
    package let classes: Int
    /// The number of features.
    package let width: Int
    /// It changes everywhere, so nowhere in particular.
    package let drifts: [Int] = []
    /// The clouds as they stand for the next sample, before they move.
    package private(set) var centroids: [RadialCentroid] = []
    /// The centroid of the last sample.
    package private(set) var last = 0

    private let moving: Int
    private let speed: Double
    private var random: RandomSource

    /// Makes the stream.
    ///
    /// - Precondition: `moving` is no more than `centroids`.
    package init(
        name: String = "rbf",
        seed: UInt64,
        width: Int = 10,
        classes: Int = 2,
        centroids: Int = 50,
        moving: Int = 50,
        speed: Double = 0.0001
    ) {
        precondition(moving <= centroids, "no more centroids can move than there are")
        self.name = name
        self.width = width
        self.classes = classes
        self.moving = moving
        self.speed = speed
        random = RandomSource(seed: seed)
        for _ in 0..<centroids {
            self.centroids.append(
                RadialCentroid(width: width, classes: classes, random: &random)
            )
        }
    }

    /// Writes the next sample's features, and gives its class.
    package mutating func next(into features: inout [Float]) -> Double {
        for index in 0..<moving { centroids[index].move(by: speed) }
        var rest = random.unit() * centroids.reduce(0) { $0 + $1.weight }
        last = 0
        while last < centroids.count - 1, rest >= centroids[last].weight {
            rest -= centroids[last].weight
            last += 1
        }
        centroids[last].draw(into: &features, random: &random)
        return Double(centroids[last].label)
    }
}

/// One cloud.
package struct RadialCentroid: Sendable {
    /// Where it is.
    package private(set) var centre: [Double]
    /// Where it goes, of length 1.
    package private(set) var direction: [Double]
    /// The class of its samples.
    package let label: Int
    /// Its share of the samples, before division by the sum.
    package let weight: Double
    /// The standard deviation of the distance of its samples.
    package let spread: Double

    /// Makes a cloud that stands where it is told.
    package init(
        centre: [Double],
        direction: [Double],
        label: Int = 0,
        weight: Double = 1,
        spread: Double = 0
    ) {
        self.centre = centre
        self.direction = direction
        self.label = label
        self.weight = weight
        self.spread = spread
    }

    init(width: Int, classes: Int, random: inout RandomSource) {
        var centre: [Double] = []
        for _ in 0..<width { centre.append(random.unit()) }
        let label = random.below(classes)
        let spread = random.unit()
        let weight = random.unit()
        var direction: [Double] = []
        for _ in 0..<width { direction.append(random.unit()) }
        let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        self.init(
            centre: centre,
            direction: length > 0 ? direction.map { $0 / length } : direction,
            label: label,
            weight: weight,
            spread: spread
        )
    }

    /// Goes on; what would leave the unit cube stops at its wall and turns round.
    package mutating func move(by speed: Double) {
        for index in centre.indices {
            centre[index] += direction[index] * speed
            if centre[index] > 1 || centre[index] < 0 {
                centre[index] = centre[index] > 1 ? 1 : 0
                direction[index] = -direction[index]
            }
        }
    }

    /// Writes the features of a sample of this cloud.
    func draw(into features: inout [Float], random: inout RandomSource) {
        var square = 0.0
        var offsets: [Double] = []
        for _ in centre.indices {
            let offset = 2 * random.unit() - 1
            offsets.append(offset)
            square += offset * offset
        }
        let distance = random.normal() * spread
        let scale = square > 0 ? distance / square.squareRoot() : 0
        for (index, offset) in offsets.enumerated() {
            features[index] = Float(centre[index] + offset * scale)
        }
    }
}
