// SPDX-License-Identifier: Apache-2.0
//
// Several tasks over the same features, which are standard normal: in each context another plane
// through the origin divides the classes. Features say nothing about the context, so a model that
// is not told it cannot do better than the mixture of all planes, while one that is told errs on
// the flipped labels alone. It is made for parameter isolation: contexts return many times, and
// what was learned of one must be there when it does.
//
// Two planes in d dimensions stand at nearly right angles, so of another context's samples about
// half have another class.

import Primitives

/// The world of planes.
package struct ContextPlanes: ConceptWorld {
    /// The number of features.
    package let width: Int
    /// The share of flipped labels: no model errs less often.
    package let noise: Double
    /// Each context's vector across its plane.
    package let normals: [[Double]]

    private var random: RandomSource

    /// Makes the world.
    ///
    /// - Precondition: there is a context and a feature.
    package init(seed: UInt64, contexts: Int = 5, width: Int = 10, noise: Double = 0.05) {
        precondition(contexts > 0 && width > 0, "a world has a context and a feature")
        self.width = width
        self.noise = noise
        random = RandomSource(seed: seed)
        var draws = random.fork()
        var normals: [[Double]] = []
        for _ in 0..<contexts {
            var normal: [Double] = []
            for _ in 0..<width { normal.append(draws.normal()) }
            normals.append(normal)
        }
        self.normals = normals
    }

    /// One for each plane.
    package var concepts: Int { normals.count }

    /// The class of features in a context, before noise.
    package func label(_ features: [Float], context: Int) -> Int {
        var side = 0.0
        for (index, weight) in normals[context].enumerated() {
            side += weight * Double(features[index])
        }
        return side > 0 ? 1 : 0
    }

    /// Writes a sample's features, and gives its class.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        for index in 0..<width { features[index] = Float(random.normal()) }
        let label = label(features, context: moment.concept)
        return Double(random.chance(noise) ? 1 - label : label)
    }
}
