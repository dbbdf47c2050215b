// SPDX-License-Identifier: Apache-2.0
//
// The streams on which strategies meet. Those that can be made are made anew for each seed; those
// from files are the same for all.

import Control
import Primitives
package import Samples

/// A stream that strategies go through.
package struct Arena: Sendable {
    /// What is known of a stream's changes.
    package enum Kind: Sendable {
        /// Its world breaks at known places.
        case breaks
        /// Its world moves all the time, or nobody knows when.
        case moves
        /// Its world never changes.
        case stays
    }

    /// What the stream is called.
    package let name: String
    /// What is known of its changes.
    package let kind: Kind
    /// How many samples it has.
    package let length: Int
    private let make: @Sendable (_ seed: UInt64) -> any SampleSource

    init(
        name: String,
        kind: Kind,
        length: Int,
        make: @escaping @Sendable (_ seed: UInt64) -> any SampleSource
    ) {
        self.name = name
        self.kind = kind
        self.length = length
        self.make = make
    }

    /// The samples of a seed, and where its world breaks.
    package func samples(seed: UInt64) -> (samples: [SyntheticSample], drifts: [Int]) {
        var source = make(seed)
        let samples = source.next(length)
        return (samples, kind == .breaks ? source.drifts.filter { $0 < length } : [])
    }

    /// The streams that can be made.
    package static func made(shortened share: Int = 1) -> [Arena] {
        func drifting(
            _ name: String,
            _ concepts: [Int],
            each length: Int,
            _ world: @escaping @Sendable (UInt64) -> some ConceptWorld
        ) -> Arena {
            let length = length / share
            let positions = (1..<concepts.count).map { $0 * length }
            return Arena(name: name, kind: .breaks, length: length * concepts.count) { seed in
                DriftingStream(
                    name,
                    world(seed),
                    ConceptSchedule(concepts, at: positions),
                    seed: seed
                )
            }
        }
        func endless(
            _ name: String,
            _ kind: Kind,
            _ length: Int = 40_000,
            _ make: @escaping @Sendable (UInt64) -> any SampleSource
        ) -> Arena {
            Arena(name: name, kind: kind, length: length / share, make: make)
        }
        return [
            drifting("agrawal_abrupt", [0, 3, 6, 8], each: 10_000) {
                Agrawal(seed: $0, perturbation: 0.05)
            },
            drifting("agrawal_recur", [0, 3, 0, 3, 0], each: 8000) {
                Agrawal(seed: $0, perturbation: 0.05)
            },
            drifting("sea_abrupt", [0, 1, 2, 3], each: 10_000) { SEA(seed: $0, noise: 0.1) },
            endless("hyperplane", .moves, 50_000) {
                Hyperplane(
                    seed: $0,
                    width: 10,
                    drifting: 10,
                    magnitude: 0.001,
                    sigma: 0.1,
                    noise: 0.05
                )
            },
            endless("rbf_fast", .moves, 50_000) {
                RandomRBF(seed: $0, classes: 5, speed: 0.001)
            },
            drifting("stagger", [0, 1, 2], each: 10_000) { OneHot(Stagger(seed: $0)) },
            drifting("contexts", [0, 1, 2, 0, 3, 1, 2, 3, 0, 1, 3, 2], each: 3000) {
                ContextPlanes(seed: $0, contexts: 4)
            },
            endless("stationary", .stays) { SyntheticStream.stationary.make(seed: $0) },
            endless("bursty", .stays) { BurstyNoise(seed: $0) },
        ]
    }

    /// A stream from a file, the label last.
    static func file(_ path: String) throws(UnusableFile) -> Arena {
        let name = AccuracyBench.name(of: path)
        let table = try NumberTable.read(path, rowsMax: 50_000)
        let samples = (0..<table.count).map { row in
            SyntheticSample(
                features: Array(table.features[row * table.width..<(row + 1) * table.width]),
                label: table.labels[row]
            )
        }
        return Arena(name: name, kind: .moves, length: samples.count) { _ in
            Replay(name: name, samples: samples)
        }
    }
}

/// A world whose categories are columns of ones and zeros.
private struct OneHot<World: ConceptWorld>: ConceptWorld {
    var world: World
    private let sizes: [Int]

    init(_ world: World) {
        self.world = world
        sizes = (world.columns ?? []).map { column in
            if case .category(let words) = column.kind { words.count } else { 1 }
        }
    }

    var classes: Int { world.classes }
    var width: Int { sizes.reduce(0, +) }
    var concepts: Int { world.concepts }

    mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        var places = [Float](repeating: 0, count: world.width)
        let label = world.next(by: moment, into: &places)
        var column = 0
        for (place, size) in zip(places, sizes) {
            for word in 0..<size {
                features[column] = size == 1 ? place : (Int(place) == word ? 1 : 0)
                column += 1
            }
        }
        return label
    }
}

/// Samples that are there already.
private struct Replay: SampleSource {
    let name: String
    let samples: [SyntheticSample]
    private var place = 0

    init(name: String, samples: [SyntheticSample]) {
        self.name = name
        self.samples = samples
    }

    var task: SyntheticTask { .classification }
    var width: Int { samples.first?.features.count ?? 0 }
    var drifts: [Int] { [] }

    mutating func next(into features: inout [Float]) -> Double {
        defer { place += 1 }
        features = samples[place].features
        return samples[place].label
    }
}
