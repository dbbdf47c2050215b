// SPDX-License-Identifier: Apache-2.0
//
// How much each expert is heard for a row that has no expert of its own: fixed share (Herbster and
// Warmuth, "Tracking the best expert", 1998). For each labelled row, with the losses L of the
// experts and prior weights q:
//
//   1. v = w exp(-L), brought to a sum of 1
//   2. w = (1 - share) v + share q
//
// The first step follows evidence, the second lets an expert come back within some tens of rows
// when the world changes. For classes L is the log loss, so that v is Bayes' rule. For numbers it
// is the squared error by twice the variance of the mix's own errors, the log loss of a Gaussian.
// The prior gives half to the shared expert, which has learned from all contexts, and the other
// half to the others in equal parts.

import Kernels
import Primitives

/// Weights of experts by their recent losses.
struct ExpertMix: Sendable, Equatable {
    /// A weight for each expert; they add up to 1.
    private(set) var weights: [Double] = [1]
    /// The mean squared error of the mix lately; 0 while there is none.
    private var noise = 0.0
    private var noiseCount = 0.0

    private static let share = 0.02
    private static let noiseMemory = 200.0
    static let leastProbability = 1e-7

    init() {}

    /// The weight that an expert has without evidence.
    func prior(of place: Int) -> Double {
        if weights.count == 1 { return 1 }
        return place == 0 ? 0.5 : 0.5 / Double(weights.count - 1)
    }

    /// Where the heaviest weight is.
    var best: Int { weights.indices.reduce(0) { weights[$1] > weights[$0] ? $1 : $0 } }

    /// Makes room for one more expert, at its prior weight.
    mutating func append() {
        weights.append(0)
        let own = prior(of: weights.count - 1)
        for place in weights.indices { weights[place] *= 1 - own }
        weights[weights.count - 1] = own
    }

    /// Takes an expert away; its weight goes to the one at `heir`, or to all.
    mutating func remove(at place: Int, heir: Int?) {
        if let heir { weights[heir] += weights[place] }
        weights.remove(at: place)
        normalise()
    }

    /// Forgets the evidence.
    mutating func restart() {
        for place in weights.indices { weights[place] = prior(of: place) }
        noise = 0
        noiseCount = 0
    }

    /// The weighted mean of what the experts say, written from `to` on.
    ///
    /// The outputs of the first expert begin at `start` of the votes; those of the others follow,
    /// `stride` apart.
    func blend(
        _ votes: Span<Float>,
        at start: Int,
        stride: Int,
        outputs: Int,
        into predictions: inout MutableSpan<Float>,
        to: Int
    ) {
        for output in 0..<outputs {
            var sum = 0.0
            for place in weights.indices {
                sum += weights[place] * Double(votes[start + place * stride + output])
            }
            predictions[to + output] = Float(sum)
        }
    }

    /// Learns from the probabilities that the experts gave to the true class.
    mutating func learn(_ votes: Span<Float>, at start: Int, stride: Int, class label: Int) {
        for place in weights.indices {
            let probability = Double(votes[start + place * stride + label])
            weights[place] *= max(probability, ExpertMix.leastProbability)
        }
        normalise()
        spread()
    }

    /// Learns from the numbers that the experts predicted.
    mutating func learn(
        _ votes: Span<Float>,
        at start: Int,
        stride: Int,
        target: Float,
        mixed: Float
    ) {
        let error = Double(mixed) - Double(target)
        noiseCount = min(noiseCount + 1, ExpertMix.noiseMemory)
        noise += (error * error - noise) / noiseCount
        guard noise > 0 else { return }
        for place in weights.indices {
            let error = Double(votes[start + place * stride]) - Double(target)
            weights[place] *= Scalar.exp(-min(error * error / (2 * noise), 16))
        }
        normalise()
        spread()
    }

    private mutating func spread() {
        for place in weights.indices {
            weights[place] += ExpertMix.share * (prior(of: place) - weights[place])
        }
    }

    private mutating func normalise() {
        var sum = 0.0
        for weight in weights { sum += weight }
        guard sum > 0 else { return restart() }
        for place in weights.indices { weights[place] /= sum }
    }
}

extension ExpertMix: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(weights)
        writer.write(noise)
        writer.write(noiseCount)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        weights = try reader.readDoubles()
        noise = try reader.readDouble()
        noiseCount = try reader.readDouble()
        var sum = 0.0
        for weight in weights { sum += weight }
        guard !weights.isEmpty, weights.allSatisfy({ $0 >= 0 }), abs(sum - 1) < 1e-6,
            noise.isFinite, noise >= 0, (0...ExpertMix.noiseMemory).contains(noiseCount)
        else { throw .invalid("the weights of an ensemble do not add up to 1") }
    }
}
