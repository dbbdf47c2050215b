// SPDX-License-Identifier: Apache-2.0
//
// Short sequences, for recurrent networks: some inputs at each of some steps, all noise, but for
// two marks. A mark sets one of the first two inputs, A or B, to 1; the two marks come at two
// different steps, drawn anew for each sequence. Concepts say what the class is:
//
//   0   the order: class 0 is A before B, class 1 is B before A
//   1   sameness: class 0 is AA or BB, class 1 is AB or BA. Each mark alone, and each step alone,
//       says nothing: no linear model is better than chance, and a memory must hold the first mark.
//
// Features are in steps: all inputs of the first, then all of the second. The best possible model
// hardly errs at the usual noise, since a mark is ten standard deviations high.

import Primitives

/// The world of marked sequences.
package struct MarkSequences: ConceptWorld {
    /// Order and sameness.
    package let concepts = 2
    /// The number of steps.
    package let steps: Int
    /// The numbers that come at each step.
    package let inputs: Int
    /// The standard deviation of the noise on each number.
    package let noise: Double

    private var random: RandomSource

    /// Makes the world.
    ///
    /// - Precondition: there are two steps and two inputs at least.
    package init(seed: UInt64, steps: Int = 8, inputs: Int = 10, noise: Double = 0.1) {
        precondition(steps > 1 && inputs > 1, "two marks need two steps, and two inputs")
        self.steps = steps
        self.inputs = inputs
        self.noise = noise
        random = RandomSource(seed: seed)
    }

    /// The numbers of a whole sequence.
    package var width: Int { steps * inputs }

    /// Writes a sequence, and gives its class.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        for index in 0..<width { features[index] = Float(noise * random.normal()) }
        let one = random.below(steps)
        let other = (one + 1 + random.below(steps - 1)) % steps
        let first = random.below(2)
        let second = moment.concept == 0 ? 1 - first : random.below(2)
        features[min(one, other) * inputs + first] += 1
        features[max(one, other) * inputs + second] += 1
        return moment.concept == 0 ? Double(first) : first == second ? 0 : 1
    }
}
