// SPDX-License-Identifier: Apache-2.0
//
// The step of skip-gram with negative sampling against the slope of its own loss.

import Kernels
import Testing

@Suite("Skip-gram") struct SkipGramTests {
    private let width = 13

    private func numbers(_ count: Int, seed: Int) -> [Float] {
        (0..<count).map { Float((($0 + seed) * 7919) % 2003) / 1001 - 1 }
    }

    /// The loss of one centre word against the targets.
    private func loss(_ vector: [Double], _ contexts: [Double], _ targets: [UInt32]) -> Double {
        var sum = 0.0
        for (place, target) in targets.enumerated() {
            var score = 0.0
            for i in 0..<width { score += vector[i] * contexts[Int(target) * width + i] }
            sum += Scalar.log(1 + Scalar.exp(place == 0 ? -score : score))
        }
        return sum
    }

    private func step(
        _ vectors: inout [Float],
        _ contexts: inout [Float],
        centre: Int = 0,
        _ targets: [UInt32],
        size: Int,
        rate: Float
    ) {
        var gradient = [Float](repeating: 9, count: width)
        var v = vectors.mutableSpan
        var c = contexts.mutableSpan
        var g = gradient.mutableSpan
        SkipGram.learn(
            centre: centre,
            vectors: &v,
            contexts: &c,
            width: width,
            targets: targets.span,
            size: size,
            rate: rate,
            gradient: &g
        )
    }

    @Test(
        "A step goes down the slope of the loss",
        arguments: [[0], [0, 1], [2, 1, 0], [1, 2, 2]] as [[UInt32]]
    )
    func gradients(targets: [UInt32]) {
        var vectors = numbers(width, seed: 1)
        var contexts = numbers(3 * width, seed: 40)
        let (before, others) = (vectors.map(Double.init), contexts.map(Double.init))
        let rate: Float = 0.01
        step(&vectors, &contexts, targets, size: targets.count, rate: rate)
        let h = 1e-6
        for i in 0..<width {
            var (up, down) = (before, before)
            up[i] += h
            down[i] -= h
            let slope = (loss(up, others, targets) - loss(down, others, targets)) / (2 * h)
            let move = (Double(vectors[i]) - before[i]) / -Double(rate)
            // The same noise word twice moves between the two.
            let tolerance = Set(targets).count == targets.count ? 1e-4 : 0.02
            #expect(abs(move - slope) < tolerance)
        }
        for i in 0..<3 * width where Set(targets).count == targets.count {
            var (up, down) = (others, others)
            up[i] += h
            down[i] -= h
            let slope = (loss(before, up, targets) - loss(before, down, targets)) / (2 * h)
            #expect(abs((Double(contexts[i]) - others[i]) / -Double(rate) - slope) < 1e-4)
        }
    }

    @Test("The fit is the product of the probabilities; noise that is the context is left out")
    func fit() {
        let vectors = numbers(2 * width, seed: 1)
        let contexts = numbers(3 * width, seed: 40)
        func fit(_ targets: [UInt32], smallest: Double = 1e-12) -> Double {
            SkipGram.fit(
                centre: 1,
                vectors: vectors.span,
                contexts: contexts.span,
                width: width,
                targets: targets.span,
                smallest: smallest
            )
        }
        let own = vectors[width...].map(Double.init)
        let expected = Scalar.exp(-loss(own, contexts.map(Double.init), [2, 0, 1]))
        #expect(abs(fit([2, 0, 1]) - expected) < 1e-5)
        #expect(fit([2, 2, 0, 1]) == fit([2, 0, 1]))
        #expect(fit([2, 0, 1], smallest: 1) == 1)
        var left = (vectors, contexts)
        var right = left
        step(&left.0, &left.1, centre: 1, [2, 2, 1], size: 3, rate: 0.1)
        step(&right.0, &right.1, centre: 1, [2, 1], size: 2, rate: 0.1)
        #expect(left.0 == right.0 && left.1 == right.1)
    }

    @Test("Pairs in one call are pairs one after the other")
    func pairs() {
        var left = (numbers(width, seed: 3), numbers(4 * width, seed: 9))
        var right = left
        step(&left.0, &left.1, [0, 3, 1, 2], size: 2, rate: 0.5)
        step(&right.0, &right.1, [0, 3], size: 2, rate: 0.5)
        step(&right.0, &right.1, [1, 2], size: 2, rate: 0.5)
        #expect(left.0 == right.0 && left.1 == right.1)
    }

    @Test("The longest steps between the longest vectors stay within the bounds")
    func bounds() {
        var vectors = [Float](repeating: SkipGram.limit, count: width)
        var contexts = [Float](repeating: -SkipGram.limit, count: 2 * width)
        for round in 0..<50 {
            step(
                &vectors,
                &contexts,
                [UInt32(round % 2), UInt32((round + 1) % 2)],
                size: 2,
                rate: 1
            )
            #expect((vectors + contexts).allSatisfy { $0.magnitude <= SkipGram.limit })
        }
    }
}
