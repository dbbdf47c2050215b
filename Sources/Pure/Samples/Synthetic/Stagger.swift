// SPDX-License-Identifier: Apache-2.0
//
// STAGGER concepts (Schlimmer and Granger, "Incremental learning from noisy data", Machine Learning
// 1986): things have a size, a colour and a shape, each one of three, and class 1 is
//
//   concept 0   small and red                      share 1/9
//   concept 1   green or circular                  share 5/9
//   concept 2   medium or large                    share 2/3
//
// There is no noise: a model that knows the concept never errs.

import Primitives

/// The world of STAGGER.
package struct Stagger: ConceptWorld {
    /// Three features.
    package let width = 3
    /// Three concepts.
    package let concepts = 3

    private var balance: ClassBalance?
    private var random: RandomSource

    /// Makes the world; when it is balanced, the two classes come in turns.
    package init(seed: UInt64, isBalanced: Bool = false) {
        balance = isBalanced ? ClassBalance() : nil
        random = RandomSource(seed: seed)
    }

    /// What things are made of.
    package var columns: [SyntheticColumn]? {
        [
            SyntheticColumn("size", .category(["small", "medium", "large"])),
            SyntheticColumn("color", .category(["red", "blue", "green"])),
            SyntheticColumn("shape", .category(["circle", "square", "triangle"])),
        ]
    }

    /// The class of a thing, whose features are places in the lists of the columns.
    package static func label(_ features: [Float], concept: Int) -> Int {
        let (size, color, shape) = (features[0], features[1], features[2])
        let holds =
            switch concept {
            case 0: size == 0 && color == 0
            case 1: color == 2 || shape == 0
            default: size >= 1
            }
        return holds ? 1 : 0
    }

    /// Writes a sample's features, and gives its class.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        while true {
            for index in 0..<3 { features[index] = Float(random.below(3)) }
            let label = Stagger.label(features, concept: moment.concept)
            if balance?.takes(label) ?? true { return Double(label) }
        }
    }
}
