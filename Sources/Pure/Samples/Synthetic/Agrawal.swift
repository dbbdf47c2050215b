// SPDX-License-Identifier: Apache-2.0
//
// Who gets a loan (Agrawal, Imielinski and Swami, "Database mining: a performance perspective",
// IEEE TKDE 1993): nine features of different kinds, and ten functions that give the class; each of
// them is a concept (Agrawal+Functions.swift).
//
//   salary      uniform in 20,000..<150,000
//   commission  0 when the salary is 75,000 or more, else uniform in 10,000..<85,000
//   age         a whole number in 20...80
//   elevel      the level of education, one of five
//   car         the make of the car, one of twenty
//   zipcode     the town, z, one of nine
//   hvalue      the value of the house, uniform in (8 - z) * 50,000 ..< (8 - z) * 150,000
//   hyears      how long the house has been owned, a whole number in 1...30
//   loan        uniform in 0..<500,000
//
// These are the ranges of MOA and river. With a perturbation p, numbers move by up to p times their
// range in both directions after the class has been given, and stay within the range. Ages and
// years are rounded.

import Primitives

/// The world of loans.
package struct Agrawal: ConceptWorld {
    /// Nine features.
    package let width = 9
    /// Ten functions; concept 0 is the first of the paper.
    package let concepts = 10
    /// How far numbers move after the class has been given, as a share of their range.
    package let perturbation: Double

    private var balance: ClassBalance?
    private var random: RandomSource

    /// Makes the world; when it is balanced, the two classes come in turns.
    ///
    /// - Precondition: `perturbation` lies in `0...1`.
    package init(seed: UInt64, perturbation: Double = 0, isBalanced: Bool = false) {
        precondition((0...1).contains(perturbation), "a perturbation is a share of the range")
        self.perturbation = perturbation
        balance = isBalanced ? ClassBalance() : nil
        random = RandomSource(seed: seed)
    }

    /// What is known of a person.
    package var columns: [SyntheticColumn]? {
        func places(_ letter: String, _ range: ClosedRange<Int>) -> SyntheticColumn.Kind {
            .category(range.map { "\(letter)\($0)" })
        }
        return [
            SyntheticColumn("salary"),
            SyntheticColumn("commission"),
            SyntheticColumn("age"),
            SyntheticColumn("elevel", places("e", 0...4)),
            SyntheticColumn("car", places("c", 0...20)),
            SyntheticColumn("zipcode", places("z", 0...8)),
            SyntheticColumn("hvalue"),
            SyntheticColumn("hyears"),
            SyntheticColumn("loan"),
        ]
    }

    /// Writes a sample's features, and gives its class.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        while true {
            draw(into: &features)
            let label = Agrawal.label(features, concept: moment.concept)
            guard balance?.takes(label) ?? true else { continue }
            if perturbation > 0 { perturb(&features) }
            return Double(label)
        }
    }

    private mutating func draw(into features: inout [Float]) {
        features[0] = Float(uniform(20_000, 150_000))
        features[1] = features[0] >= 75_000 ? 0 : Float(uniform(10_000, 85_000))
        features[2] = Float(20 + random.below(61))
        features[3] = Float(random.below(5))
        features[4] = Float(1 + random.below(20))
        let town = random.below(9)
        features[5] = Float(town)
        features[6] = Float(Double(8 - town) * uniform(50_000, 150_000))
        features[7] = Float(1 + random.below(30))
        features[8] = Float(uniform(0, 500_000))
    }

    private mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * random.unit()
    }

    private mutating func perturb(_ features: inout [Float]) {
        move(&features[0], within: 20_000...150_000)
        if features[1] > 0 { move(&features[1], within: 10_000...85_000) }
        move(&features[2], within: 20...80)
        features[2] = features[2].rounded()
        let house = 8 - Double(features[5])
        move(&features[6], within: house * 50_000...house * 150_000)
        move(&features[7], within: 1...30)
        features[7] = features[7].rounded()
        move(&features[8], within: 0...500_000)
    }

    private mutating func move(_ value: inout Float, within range: ClosedRange<Double>) {
        let length = range.upperBound - range.lowerBound
        let moved = Double(value) + length * (2 * random.unit() - 1) * perturbation
        value = Float(min(max(moved, range.lowerBound), range.upperBound))
    }
}
