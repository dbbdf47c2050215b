// SPDX-License-Identifier: Apache-2.0
//
// Shares, noise and geometry of the generated worlds, beside closed forms. Tolerances are four
// standard deviations or more of what is counted.

import Primitives
import Samples
import Testing

/// Samples of one concept.
private func samples(
    _ world: some ConceptWorld,
    _ count: Int,
    concept: Int = 0
) -> [SyntheticSample] {
    var stream = DriftingStream("test", world, ConceptSchedule([concept]), seed: 1)
    return stream.next(count)
}

private func share<Items: Collection>(_ items: Items, _ holds: (Items.Element) -> Bool) -> Double {
    Double(items.count(where: holds)) / Double(items.count)
}

@Suite struct WorldTests {
    @Test(arguments: zip(0..<3, [1 / 9.0, 5 / 9.0, 2 / 3.0]))
    func staggerHasItsShares(concept: Int, expected: Double) {
        let ones = share(samples(Stagger(seed: 2), 8000, concept: concept)) { $0.label == 1 }
        #expect(abs(ones - expected) < 0.023)
        let balanced = samples(Stagger(seed: 2, isBalanced: true), 100, concept: concept)
        #expect(balanced.enumerated().allSatisfy { $1.label == Double(1 - $0 % 2) })
        let agree = balanced.allSatisfy { sample in
            Stagger.label(sample.features, concept: concept) == Int(sample.label)
        }
        #expect(agree)
    }

    @Test func agrawalKeepsItsRanges() {
        let ranges: [ClosedRange<Float>] = [
            20_000...150_000, 0...85_000, 20...80, 0...4, 1...20, 0...8, 0...1_200_000, 1...30,
            0...500_000,
        ]
        for perturbation in [0, 0.1] {
            let samples = samples(Agrawal(seed: 3, perturbation: perturbation), 4000)
            for (index, range) in ranges.enumerated() {
                #expect(samples.allSatisfy { range.contains($0.features[index]) })
            }
            for index in [2, 3, 4, 5, 7] {
                #expect(samples.allSatisfy { $0.features[index] == $0.features[index].rounded() })
            }
            // Whether somebody is from 40 to 59 is 20 of 61 ages.
            #expect(abs(share(samples) { $0.label == 1 } - 41 / 61.0) < 0.03)
            let kept = share(samples) { Agrawal.label($0.features, concept: 0) == Int($0.label) }
            // A move of up to 6.1 years, 3.05 in the mean, crosses one of two edges among 61 ages.
            #expect(perturbation == 0 ? kept == 1 : abs(kept - (1 - 6.1 / 61)) < 0.03)
        }
    }

    @Test func agrawalIsBalancedWhereAClassIsRare() {
        let samples = samples(Agrawal(seed: 3, isBalanced: true), 60, concept: 7)
        #expect(share(samples) { $0.label == 1 } == 0.5)
    }

    @Test func ledInvertsItsShareOfSegments() {
        let world = LED(seed: 4, concepts: 3, swapped: 5, noise: 0.1)
        for concept in 0..<3 {
            let samples = samples(world, 6000, concept: concept)
            var inverted = [Double](repeating: 0, count: 24)
            for sample in samples {
                for segment in 0..<7 {
                    let isLit = LED.isLit(segment, digit: Int(sample.label))
                    for place in 0..<24 where (sample.features[place] == 1) != isLit {
                        inverted[place] += segment == place ? 1 : 0
                    }
                }
            }
            // A segment that is in its place differs from the digit in a tenth of the samples, one
            // that has gone in about half.
            let inPlace = (0..<7).count { abs(inverted[$0] / 6000 - 0.1) < 0.02 }
            #expect(inPlace == (concept == 0 ? 7 : 2))
            for digit in 0..<10 {
                #expect(abs(share(samples) { Int($0.label) == digit } - 0.1) < 0.02)
            }
            let lamps = samples.reduce(0) { $0 + Double($1.features[23]) } / 6000
            #expect(concept > 0 || abs(lamps - 0.5) < 0.03)
        }
    }

    @Test func ledHasTheErrorOfTheBooks() {
        // 74 % in Breiman et al.; without inversions every digit has a display of its own.
        #expect(abs(LED.bestError(noise: 0.1) - 0.26) < 0.0005)
        #expect(LED.bestError(noise: 0) < 1e-12)
        #expect(abs(LED.bestError(noise: 0.5) - 0.9) < 1e-12)
    }

    @Test func hyperplaneDividesInHalves() {
        var stream = Hyperplane(seed: 5, width: 8, drifting: 0, noise: 0)
        let weights = stream.weights
        let samples = stream.next(6000)
        #expect(stream.weights == weights)
        #expect(abs(share(samples) { $0.label == 1 } - 0.5) < 0.03)
        for index in 0..<8 {
            let mean = samples.reduce(0) { $0 + Double($1.features[index]) } / 6000
            #expect(abs(mean - 0.5) < 0.02)
        }
    }

    @Test func hyperplaneFlipsItsShareAndMoves() {
        var stream = Hyperplane(seed: 6, drifting: 3, magnitude: 0.01, sigma: 0.25, noise: 0.1)
        var features = [Float](repeating: 0, count: 10)
        var flips = 0.0
        var turns = [Double](repeating: 0, count: 3)
        var before = [1.0, 1, 1]
        for _ in 0..<6000 {
            let weights = stream.weights
            let label = stream.next(into: &features)
            if Hyperplane.label(features, weights: weights) != Int(label) { flips += 1 }
            for index in 0..<3 {
                let step = stream.weights[index] - weights[index]
                #expect(abs(abs(step) - 0.01) < 1e-9)
                if step * before[index] < 0 { turns[index] += 1 }
                before[index] = step
            }
            #expect(Array(stream.weights[3...]) == Array(weights[3...]))
        }
        #expect(abs(flips / 6000 - 0.1) < 0.02)
        for count in turns { #expect(abs(count / 6000 - 0.25) < 0.03) }
    }

    @Test func cloudsHaveTheirWeightsAndSpreads() {
        var stream = RandomRBF(seed: 7, width: 4, classes: 3, centroids: 5, moving: 0)
        let centroids = stream.centroids
        let total = centroids.reduce(0) { $0 + $1.weight }
        var features = [Float](repeating: 0, count: 4)
        var counts = [Double](repeating: 0, count: 5)
        var distances = [Double](repeating: 0, count: 5)
        for _ in 0..<8000 {
            let label = stream.next(into: &features)
            let centroid = centroids[stream.last]
            #expect(label == Double(centroid.label))
            let square = zip(features, centroid.centre).reduce(0) {
                $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
            }
            counts[stream.last] += 1
            distances[stream.last] += square
        }
        for (index, centroid) in centroids.enumerated() {
            let share = centroid.weight / total
            #expect(abs(counts[index] / 8000 - share) < 0.02)
            // The distance is |N(0, s)|, so its square is s^2 in the mean.
            let spread = (distances[index] / max(1, counts[index])).squareRoot()
            #expect(abs(spread - centroid.spread) < 0.1 * centroid.spread + 0.01)
        }
    }

    @Test func cloudsMoveBySpeedAndStayInTheCube() {
        var stream = RandomRBF(seed: 8, width: 3, centroids: 6, moving: 4, speed: 0.01)
        let start = stream.centroids
        _ = stream.next()
        for (index, centroid) in stream.centroids.enumerated() {
            let way = zip(centroid.centre, start[index].centre).reduce(0) {
                $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
            }
            let isFree = start[index].centre.allSatisfy { $0 < 0.99 }
            if isFree { #expect(abs(way.squareRoot() - (index < 4 ? 0.01 : 0)) < 1e-12) }
        }
        _ = stream.next(1000)
        #expect(stream.centroids.allSatisfy { $0.centre.allSatisfy((0...1).contains) })
        #expect(stream.centroids[5].centre == start[5].centre)
    }

    @Test func friedmanHasItsNoise() {
        let samples = samples(Friedman(seed: 9, noise: 2), 4000, concept: 6)
        let square = samples.reduce(0) {
            let error = $1.label - Friedman.value($1.features, concept: 6)
            return $0 + error * error
        }
        #expect(abs((square / 4000).squareRoot() - 2) < 0.1)
    }

    @Test func contextsAreNamedAndReturn() {
        let positions = SyntheticStream.contexts.positions(within: 30_000, seed: 3)
        var stream = SyntheticStream.contexts.make(seed: 3, drifts: positions)
        let world = ContextPlanes(seed: 3)
        var features = [Float](repeating: 0, count: 10)
        var visits = [0, 0, 0, 0, 0]
        var last: Int?
        var agreeing = 0.0
        for index in 0..<30_000 {
            let label = stream.next(into: &features)
            guard let context = stream.context else {
                Issue.record("sample \(index) names no context")
                return
            }
            if context != last {
                #expect(index == 0 || positions.contains(index))
                visits[context] += 1
            }
            last = context
            if world.label(features, context: context) == Int(label) { agreeing += 1 }
        }
        #expect(visits.allSatisfy { $0 > 30 }, "\(visits)")
        #expect(visits.reduce(0, +) - 5 >= 250)
        #expect(abs(agreeing / 30_000 - 0.95) < 0.01)
        let other = SyntheticStream.sea.make(seed: 3)
        #expect(other.context == nil)
    }

    @Test func namesOfColumnsCoverWhatComes() {
        for kind in SyntheticStream.allCases {
            var stream = kind.make(seed: 2, conceptLength: 50)
            guard let columns = stream.columns else { continue }
            #expect(columns.count == stream.width)
            for sample in stream.next(300) {
                for (column, value) in zip(columns, sample.features) {
                    switch column.kind {
                    case .number: break
                    case .category(let names), .word(let names):
                        #expect(names.indices.contains(Int(value)) && value == value.rounded())
                    }
                }
            }
        }
    }
}
