// SPDX-License-Identifier: Apache-2.0
//
// Images, sequences and texts: what makes the class is there, and nothing else tells it.

import Primitives
import Samples
import Testing

@Suite struct ShapedStreamTests {
    private func samples(
        _ world: some ConceptWorld,
        _ count: Int,
        concept: Int = 0
    ) -> [SyntheticSample] {
        var stream = DriftingStream("test", world, ConceptSchedule([concept]), seed: 1)
        return stream.next(count)
    }

    /// The box of an image without noise: its corner and its radius, from the lit pixels.
    private func shape(of sample: SyntheticSample, side: Int) -> Int? {
        let lit = (0..<side * side).filter { sample.features[$0] > 0.5 }
        for radius in 2...(side - 1) / 2 {
            for across in radius..<side - radius {
                for down in radius..<side - radius {
                    for shape in 0..<10 {
                        let covered = (0..<side * side).filter { pixel in
                            let (u, v) = (pixel % side - across, pixel / side - down)
                            return max(abs(u), abs(v)) <= radius
                                && ShapeImages.covers(shape, u, v, radius: radius)
                        }
                        if covered == lit { return shape }
                    }
                }
            }
        }
        return nil
    }

    @Test func imagesShowTheirShapes() {
        for sample in samples(ShapeImages(seed: 3, side: 7, noise: 0), 30) {
            #expect(shape(of: sample, side: 7) == Int(sample.label))
        }
    }

    @Test(arguments: [7, 8, 9, 28]) func imagesKeepToTheirRange(side: Int) {
        let world = ShapeImages(seed: 4, side: side, classes: 4, noise: 0.2)
        for concept in 0..<2 {
            let samples = samples(world, 40, concept: concept)
            #expect(samples.allSatisfy { $0.features.count == side * side })
            #expect(samples.allSatisfy { $0.features.allSatisfy { (0...1).contains($0) } })
            #expect(Set(samples.map(\.label)) == [0, 1, 2, 3])
            // Most of an image is ground: black, or in a negative white.
            let mean = samples.joined().reduce(0, +) / Float(40 * side * side)
            #expect(concept == 0 ? mean < 0.45 : mean > 0.55)
        }
    }

    @Test func marksMakeTheClass() {
        for concept in 0..<2 {
            for sample in samples(MarkSequences(seed: 5, noise: 0), 200, concept: concept) {
                let marks = sample.features.indices.filter { sample.features[$0] > 0.5 }
                #expect(marks.count == 2 && marks[0] / 10 != marks[1] / 10)
                let (first, second) = (marks[0] % 10, marks[1] % 10)
                #expect(first < 2 && second < 2)
                let expected = concept == 0 ? first : first == second ? 0 : 1
                #expect(concept == 1 || first != second)
                #expect(Double(expected) == sample.label)
            }
        }
    }

    /// In concept 1 the mean of every feature is the same in both classes.
    @Test func noLinearModelSeesSameness() {
        var sums = [[Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8)]
        var counts = [0.0, 0.0]
        let world = MarkSequences(seed: 6, steps: 4, inputs: 2, noise: 0)
        for sample in samples(world, 8000, concept: 1) {
            let label = Int(sample.label)
            counts[label] += 1
            for (index, value) in sample.features.enumerated() {
                sums[label][index] += Double(value)
            }
        }
        for index in 0..<8 {
            #expect(abs(sums[0][index] / counts[0] - sums[1][index] / counts[1]) < 0.045)
        }
        #expect(abs(counts[0] / 8000 - 0.5) < 0.025)
    }

    @Test(arguments: 0..<2) func wordsKeepTheirCompany(concept: Int) {
        let world = TopicTexts(seed: 7, length: 10, topics: 4, wordsPerTopic: 6, commonWords: 5)
        var together = [Int: [Int: Double]]()
        var common = 0.0
        for sample in samples(world, 3000, concept: concept) {
            let words = sample.features.map { Int($0) }
            for word in words {
                guard let topic = world.topic(of: word, concept: concept) else {
                    common += 1
                    continue
                }
                #expect(Double(topic) == sample.label)
                for other in words where other != word {
                    together[word, default: [:]][other, default: 0] += 1
                }
            }
        }
        #expect(abs(common / 30_000 - 0.3) < 0.015)
        #expect(together.count == 24)
        // A word meets the others of its topic alike: each with probability 0.7 / 6.
        for (word, others) in together {
            let all = others.values.reduce(0, +)
            let home = world.topic(of: word, concept: concept)
            let friends = others.filter { world.topic(of: $0.key, concept: concept) == home }
            #expect(friends.count == 5)
            for count in friends.values {
                #expect(abs(count / all - 0.7 / 6 / (1 - 0.7 / 6)) < 0.05)
            }
        }
        #expect(world.vocabulary[7] == "t1w1" && world.vocabulary[24] == "c0")
    }
}

extension Sequence where Element == SyntheticSample {
    /// All features, one after another.
    fileprivate func joined() -> [Float] { flatMap(\.features) }
}
