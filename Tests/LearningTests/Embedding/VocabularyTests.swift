// SPDX-License-Identifier: Apache-2.0
//
// The laws of the bounded vocabulary, seen through the learner: Space-Saving keeps the frequent and
// forgets those that are out of use.

import Learning
import Primitives
import Testing

@Suite("The vocabulary") struct VocabularyTests {
    private func learner(words: Int, memory: Int = 0) -> Embedding {
        Embedding.made {
            $0.dimension = 2
            $0.window = 1
            $0.negatives = 1
            $0.vocabularyMax = words
            $0.countMemory = memory
        }
    }

    @Test("It grows to its bound and no further; counts add up to what was counted")
    func bound() {
        var learner = learner(words: 30)
        var random = RandomSource(seed: 3)
        var seen: [String: Double] = [:]
        var total = 0.0
        for _ in 0..<150 {
            let words = (0..<6).map { _ in "w\(Int(100 * random.unit() * random.unit()))" }
            for word in words { seen[word, default: 0] += 1 }
            total += 6
            learner.learn([words.joined(separator: " ")])
            #expect(learner.words.count <= 30)
            let sum = learner.counts.reduce(0, +)
            #expect(sum == total)
            #expect(learner.parameters.numbers.count == 2 * learner.words.count)
        }
        #expect(learner.words.count == 30)
        #expect(Set(learner.words).count == 30)
        #expect((learner.figure("evictions") ?? 0) > 30)
        // No count is too low, and none by more than the error that one in 30 makes.
        for (word, count) in zip(learner.words, learner.counts) {
            #expect(count >= seen[word] ?? 0)
            #expect(count <= (seen[word] ?? 0) + total / 30)
        }
        // Whatever is more frequent than one in 30 is there.
        for word in seen.keys.sorted() where (seen[word] ?? 0) > total / 30 {
            #expect(learner.words.contains(word))
        }
    }

    @Test("The rarest gives way, of equals the oldest, and its slot starts anew")
    func order() {
        var learner = learner(words: 3)
        learner.learn(["a a a", "b c", "c b"])
        #expect(learner.words == ["a", "b", "c"])
        let (b, c) = (learner.vector("b"), learner.vector("c"))
        // Both have 2, but c has had it for longer.
        learner.learn(["d"])
        #expect(learner.words == ["a", "b", "d"])
        #expect(learner.counts == [3, 2, 3])
        #expect(learner.vector("b") == b)
        let fresh = learner.vector("d") ?? [1]
        let isSmall = fresh.allSatisfy { $0.magnitude <= 0.25 }
        #expect(fresh != c && isSmall)
        learner.learn(["c"])
        #expect(learner.words == ["a", "c", "d"])
        #expect(learner.figure("evictions") == 2)
    }

    @Test("A word may give way to a later one of its own text")
    func crowded() {
        var learner = learner(words: 2)
        for _ in 0..<20 { learner.learn(["a b c d e f g h", "h g f e d c b a"]) }
        #expect(learner.words.count == 2 && learner.isFinite)
    }

    @Test("With a memory, words that are out of use give way to those in use")
    func fading() {
        func survivors(memory: Int) -> [String] {
            var learner = learner(words: 8, memory: memory)
            for _ in 0..<50 { learner.learn(["old1 old2 old3 old4"]) }
            for round in 0..<60 {
                learner.learn(["new\(round % 6) new\((round + 1) % 6) new\((round + 2) % 6)"])
            }
            return learner.words.filter { $0.hasPrefix("new") }
        }
        #expect(survivors(memory: 0).count == 4)
        #expect(survivors(memory: 40).count >= 6)
    }

    @Test("Noise words come about as often as their counts to the power of 3/4 ask for")
    func noise() {
        // With rate nearly 0, the loss of a text tells nothing; so the state does: every draw that
        // training takes is from the table, whose entries are 4 bytes each before the last mass.
        var learner = learner(words: 200)
        let texts = (0..<60).map { _ in
            (["often"] + Array(repeating: "often", count: 15) + ["seldom"]).joined(separator: " ")
        }
        learner.learn(texts)
        let counts = Dictionary(uniqueKeysWithValues: zip(learner.words, learner.counts))
        #expect(counts["often"] == 960 && counts["seldom"] == 60)
        // The table has room for 1,600 entries: one in about (960/60)^(3/4) = 8 is of the seldom.
        let bytes = learner.bytes
        let vectors = 2 * (8 + 2 * 2 * 4)
        let table = Array(bytes.dropLast(vectors + 16 + 8))
        let entries = 172 + 22  // 960^(3/4) and 60^(3/4)
        var often = 0
        for place in 0..<entries - 10 {
            let at = table.count - 4 * (place + 1)
            if table[at] == 0 { often += 1 }
        }
        let share = Double(often) / Double(entries - 10)
        #expect(abs(share - 172 / 194) < 0.06, "\(share)")
    }
}
