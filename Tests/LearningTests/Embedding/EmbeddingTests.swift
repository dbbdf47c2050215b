// SPDX-License-Identifier: Apache-2.0
//
// Word vectors beside the reference in numpy, and what they are good for.

import Learning
import Primitives
import Testing

@Suite("Word vectors") struct EmbeddingTests {
    @Test("Text by text as the reference, through evictions, halved counts and a falling rate")
    func golden() {
        var learner = Embedding.made(rate: 0.3) {
            $0.dimension = 12
            $0.window = 3
            $0.negatives = 2
            $0.subsample = 0.05
            $0.vocabularyMax = 24
            $0.countMemory = 150
            $0.rateWords = 300
            $0.rateMin = 0.05
            $0.seed = 7
        }
        let losses = learner.learn(WordSeries.texts)
        for (loss, expected) in zip(losses, WordSeries.losses) {
            #expect(loss.isNaN == expected.isNaN)
            if !loss.isNaN { #expect(abs(loss - expected) < 1e-5) }
        }
        #expect(learner.words == WordSeries.words)
        #expect(learner.counts == WordSeries.counts)
        #expect(learner.figure("evictions") == Int64(WordSeries.evictions))
        let vectors = learner.parameters.numbers(of: "vectors")
        #expect(vectors.count == WordSeries.vectors.count)
        for (number, expected) in zip(vectors, WordSeries.vectors) {
            #expect(abs(number - expected) < 2e-6)
        }
    }

    @Test("The nearest words are of the own cluster, and the loss falls below chance")
    func quality() {
        let clusters = Clusters(groups: 4, size: 5)
        var learner = Embedding.made(rate: 0.1) {
            $0.dimension = 12
            $0.subsample = 0
            $0.vocabularyMax = 100
        }
        let losses = learner.learn(clusters.texts(700, seed: 2))
        #expect(learner.words.count == 20)
        let purity = clusters.purity(learner)
        // By chance it would be 4 of 19.
        #expect(purity > 0.9, "\(purity)")
        let chance: Float = 6 * 0.693_147_18  // -log(1/2) for a word and five of noise
        let last = losses.suffix(100).reduce(0, +) / 100
        #expect(last < 0.9 * chance, "\(last) against \(chance)")
        var block = Block.texts(clusters.texts(1, seed: 9))
        learner.predict(&block)
        #expect(abs(block.predictions[1] - chance) < 1e-5)
    }

    @Test("A text of fewer than two known words has no loss, and teaches what it can")
    func shortTexts() {
        var learner = Embedding.made { $0.dimension = 4 }
        let losses = learner.learn(["", "one", "one", "one two", "two one", "... !"])
        #expect(losses.map(\.isNaN) == [true, true, true, true, false, true])
        #expect(learner.words == ["one", "two"])
        #expect(learner.counts == [4, 2])
        #expect(learner.figure("words_counted") == 6)
    }

    @Test("Words too long are left out and counted; the rule says what a word is")
    func rules() {
        let long = String(repeating: "x", count: 65)
        var learner = Embedding.made { $0.dimension = 4 }
        learner.learn(["Cat \(long) DOG, cat"])
        #expect(learner.words == ["cat", "dog"])
        #expect(learner.figure("words_too_long") == 1)
        var spaces = Embedding.made {
            $0.dimension = 4
            $0.tokens = .spaces
        }
        spaces.learn(["Cat DOG, cat"])
        #expect(spaces.words == ["Cat", "DOG,", "cat"])
    }

    @Test("Frequent words are left out now and then, so that they learn less")
    func subsampling() {
        func trained(_ subsample: Double) -> Float {
            var learner = Embedding.made(rate: 0.1) {
                $0.dimension = 8
                $0.subsample = subsample
            }
            let before = learner
            learner.learn(["the cat"])
            for _ in 0..<40 { learner.learn(["the the the the the the the cat"]) }
            let start = before.vector("the") ?? [Float](repeating: 0, count: 8)
            return zip(learner.vector("the") ?? [], start).reduce(0) { $0 + abs($1.0 - $1.1) }
        }
        #expect(trained(0.001) < 0.5 * trained(0))
    }

    @Test("A weight multiplies the rate, up to a rate of 1")
    func weights() {
        func numbers(rate: Float, weight: Float) -> [Float] {
            var learner = Embedding.made(rate: rate) { $0.dimension = 4 }
            for _ in 0..<5 { learner.learn(["a b c d", "b c a"], weight: weight) }
            return learner.parameters.numbers
        }
        #expect(numbers(rate: 0.1, weight: 2) == numbers(rate: 0.2, weight: 1))
        #expect(numbers(rate: 0.1, weight: 1e30) == numbers(rate: 1, weight: 1))
        #expect(numbers(rate: 0.1, weight: 1e30).allSatisfy { $0.isFinite })
    }

    @Test("A falling rate ends where it is said to")
    func rates() {
        func moved(_ words: Int) -> [Float] {
            var learner = Embedding.made(rate: 0.5) {
                $0.dimension = 4
                $0.rateWords = words
                $0.rateMin = 0.01
            }
            learner.learn(["a b", "b a"])
            return learner.parameters.numbers
        }
        var slow = Embedding.made(rate: 0.01) { $0.dimension = 4 }
        slow.learn(["a b", "b a"])
        #expect(moved(1) == slow.parameters.numbers)
        #expect(moved(0) != moved(4))
    }

    @Test("Settings that cannot be used are named")
    func problems() {
        var settings = LearnerSettings(model: .embedding, optimiser: .sgd(rate: 0.1))
        #expect(settings.problem?.contains("dimension and a vocabulary") == true)
        settings.embedding = EmbeddingSettings()
        #expect(settings.problem == nil && settings.loss == .negativeSampling)
        for change in [
            { $0.dimension = 0 }, { $0.window = 0 }, { $0.negatives = 0 }, { $0.vocabularyMax = 1 },
            { $0.subsample = 2 }, { $0.rateMin = 0 }, { $0.countMemory = 5 }, { $0.rateWords = -1 },
        ] as [(inout EmbeddingSettings) -> Void] {
            var own = EmbeddingSettings()
            change(&own)
            #expect(own.problem != nil)
        }
        settings.mode = .meanGradient
        #expect(settings.problem?.contains("sequential") == true)
        settings.mode = .sequential
        settings.optimiser = .momentum(rate: 0.1, momentum: 0.9)
        #expect(settings.problem?.contains("sgd") == true)
        settings.optimiser = .sgd(rate: 0.1)
        settings.l2 = 0.1
        #expect(settings.problem?.contains("without pace") == true)
        settings.l2 = 0
        settings.loss = .squared
        #expect(settings.problem != nil)
    }
}
