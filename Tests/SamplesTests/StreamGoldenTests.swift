// SPDX-License-Identifier: Apache-2.0
//
// The same features get the same labels as in the river package, version 0.26.1, and what moves
// moves alike. scripts/golden/streams.py writes the file and says what its lines are.

import Foundation
import Primitives
import Samples
import Testing

/// The lines of the golden file, by their first word.
private enum Golden {
    static let lines: [String: [[[Double]]]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/streams.txt")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [:] }
        var lines: [String: [[[Double]]]] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            let parts = words[1].split(separator: "|").map { part in
                part.split(separator: " ").compactMap { Double(String($0)) }
            }
            lines[String(words[0]), default: []].append(parts)
        }
        return lines
    }()

    static func lines(of kind: String, count: Int) throws -> [[[Double]]] {
        let lines = try #require(Golden.lines[kind])
        #expect(lines.count == count)
        return lines
    }
}

@Suite("river 0.26.1's generators") struct StreamGoldenTests {
    private func features(_ numbers: [Double]) -> [Float] { numbers.map { Float($0) } }

    @Test func tenFunctionsOfAgrawal() throws {
        for line in try Golden.lines(of: "agrawal", count: 100) {
            let row = features(line[0])
            #expect((0..<10).map { Double(Agrawal.label(row, concept: $0)) } == line[1])
        }
    }

    @Test func classSharesOfAgrawal() throws {
        for line in try Golden.lines(of: "agrawal-share", count: 10) {
            let (concept, share) = (Int(line[0][0]), line[1][0])
            var world = Agrawal(seed: 5)
            var row = [Float](repeating: 0, count: 9)
            var ones = 0.0
            for _ in 0..<20_000 { ones += world.next(by: ConceptMoment(concept), into: &row) }
            // Four standard deviations of both counts.
            let deviation = (share * (1 - share) * (1 / 20_000.0 + 1 / 100_000.0)).squareRoot()
            #expect(abs(ones / 20_000 - share) < 4 * deviation, "function \(concept + 1)")
        }
    }

    @Test func threeConceptsOfStagger() throws {
        for line in try Golden.lines(of: "stagger", count: 27) {
            let row = features(line[0])
            #expect((0..<3).map { Double(Stagger.label(row, concept: $0)) } == line[1])
        }
    }

    @Test func fourVariantsOfSEA() throws {
        for line in try Golden.lines(of: "sea", count: 48) {
            let threshold = SEA.thresholds[Int(line[0][0])]
            #expect(SEA.label(features(line[1]), threshold: threshold) == Int(line[2][0]))
        }
    }

    @Test func friedmanAndItsDrifts() throws {
        var differing = [Int](repeating: 0, count: 7)
        for line in try Golden.lines(of: "friedman", count: 48) {
            let row = features(line[0])
            for (place, concept) in [0, 2, 3, 4, 5, 6, 7].enumerated() {
                let value = Friedman.value(row, concept: concept)
                #expect(abs(value - line[1][place]) < 1e-10, "concept \(concept)")
                if line[1][place] != line[1][0] { differing[place] += 1 }
            }
        }
        // The regions grow, and the file has samples of them.
        #expect(0 < differing[1] && differing[1] < differing[2] && differing[2] < differing[3])
    }

    @Test func sidesOfAPlane() throws {
        for line in try Golden.lines(of: "hyperplane", count: 12) {
            #expect(Hyperplane.label(features(line[1]), weights: line[0]) == Int(line[2][0]))
        }
    }

    @Test func weightsThatMove() throws {
        for line in try Golden.lines(of: "weights", count: 1) {
            var random = RandomSource(seed: 1)
            var motion = WeightMotion(
                weights: line[1],
                moving: 3,
                magnitude: line[0][0],
                sigma: 0
            )
            for _ in 0..<Int(line[0][1]) { motion.advance(&random) }
            for (own, other) in zip(motion.weights, line[2]) { #expect(abs(own - other) < 1e-12) }
        }
    }

    @Test func segmentsOfDigits() throws {
        for (digit, lit) in try Golden.lines(of: "led", count: 1)[0].enumerated() {
            #expect((0..<7).map { LED.isLit($0, digit: digit) ? 1 : 0 } == lit)
        }
    }

    @Test func segmentsThatChangePlaces() throws {
        for line in try Golden.lines(of: "led-places", count: 6) {
            let numbers = line[0].map { Int($0) }
            let places = LED.places(swapped: numbers[2], segment: numbers[0], lamp: numbers[1])
            #expect(places.map(Double.init) == line[1])
        }
    }

    @Test func cloudsThatMove() throws {
        for line in try Golden.lines(of: "rbf", count: 3) {
            var centroid = RadialCentroid(centre: line[1], direction: line[2])
            for _ in 0..<Int(line[0][1]) { centroid.move(by: line[0][0]) }
            for (own, other) in zip(centroid.centre, line[3]) { #expect(abs(own - other) < 1e-12) }
        }
    }
}
