// SPDX-License-Identifier: Apache-2.0
//
// The kernels against plain double-precision arithmetic, at every width that takes another way
// through their lanes.

import Kernels
import Testing

@Suite("Scores and probabilities")
struct ScoresTests {
    private func numbers(_ count: Int, seed: Int) -> [Float] {
        (0..<count).map { Float((($0 + seed) * 7919) % 2003) / 1001 - 1 }
    }

    @Test("Dot products are those of double precision", arguments: 0..<140)
    func dot(width: Int) {
        let left = numbers(width, seed: 1)
        let right = numbers(width, seed: 50)
        let exact = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(Double(Scores.dot(left.span, right.span)) - exact) <= 1e-5 * Double(width + 1))
    }

    @Test("Scores add the bias, row by row", arguments: [0, 1, 5, 16, 50, 67])
    func fill(width: Int) {
        let parameters = numbers(3 * (width + 1), seed: 3)
        let features = numbers(2 * width, seed: 8)
        var scores = [Float](repeating: .nan, count: 5)
        var span = scores.mutableSpan
        Scores.fill(
            &span,
            to: 1,
            rows: 3,
            width: width,
            parameters: parameters.span,
            features: features.span,
            at: width
        )
        #expect(scores[0].isNaN && scores[4].isNaN)
        for row in 0..<3 {
            let start = row * (width + 1)
            var exact = Double(parameters[start + width])
            for column in 0..<width {
                exact += Double(parameters[start + column]) * Double(features[width + column])
            }
            #expect(abs(Double(scores[row + 1]) - exact) <= 1e-4)
        }
    }

    @Test("A score never overflows")
    func overflow() {
        let parameters: [Float] = [1e18, 1e18, -1e18, 0]
        for features in [[3e38, 3e38, 3e38] as [Float], [3e38, -3e38, 1], [-3e38, -3e38, -3e38]] {
            var scores: [Float] = [0]
            var span = scores.mutableSpan
            Scores.fill(
                &span,
                to: 0,
                rows: 1,
                width: 3,
                parameters: parameters.span,
                features: features.span,
                at: 0
            )
            #expect(scores[0].isFinite && abs(scores[0]) <= 1e30)
        }
    }

    @Test("A range outside of the memory stops the program")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            let features: [Float] = [1, 2, 3]
            _ = Scores.squaredNorm(features.span, at: 1, width: 3)
        }
    }

    @Test("The sigmoid is that of double precision")
    func sigmoid() {
        for step in -1000...1000 {
            let score = Float(step) / 10
            let exact = 1 / (1 + Scalar.exp(-Double(score)))
            let value = Double(Probability.sigmoid(score))
            #expect(abs(value - exact) <= 1e-7 + 1e-36)
            #expect(abs(value - exact) <= 4e-7 * exact + 1e-37)
        }
        #expect(Probability.sigmoid(0) == 0.5)
        #expect(Probability.sigmoid(1e30) == 1)
        #expect(Probability.sigmoid(-1e30) < 1e-37)
    }

    @Test("Softmax sums to one and keeps ratios", arguments: [1, 2, 3, 10, 17, 1000])
    func softmax(count: Int) {
        let scores = numbers(count, seed: 4).map { $0 * 20 }
        var probabilities = scores
        var span = probabilities.mutableSpan
        Probability.softmax(&span, at: 0, count: count)
        let top = scores.max() ?? 0
        let sum = scores.reduce(0.0) { $0 + Scalar.exp(Double($1) - Double(top)) }
        for (score, probability) in zip(scores, probabilities) {
            let exact = Scalar.exp(Double(score) - Double(top)) / sum
            #expect(abs(Double(probability) - exact) <= 5e-6 * exact + 1e-37)
        }
    }

    @Test("Softmax survives scores at the limit")
    func softmaxExtremes() {
        var scores: [Float] = [1e30, -1e30, 1e30, 0]
        var span = scores.mutableSpan
        Probability.softmax(&span, at: 0, count: 4)
        #expect(scores[0] == 0.5 && scores[2] == 0.5)
        #expect(scores[1] < 1e-30 && scores[3] < 1e-30)
    }
}
