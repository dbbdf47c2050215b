// SPDX-License-Identifier: Apache-2.0
//
// Streams of samples that are made here, for tests, benchmarks and the demo: the same seed gives
// the same samples everywhere, and the positions at which their world changes are known.

/// What the labels of a synthetic stream are.
package enum SyntheticTask: UInt8, Sendable {
    /// Classes 0 and 1.
    case classification = 0
    /// Numbers.
    case regression = 1
}

/// A sample of a synthetic stream.
package struct SyntheticSample: Sendable, Equatable {
    /// The features.
    package var features: [Float]
    /// The class or the number.
    package var label: Double

    /// Makes a sample.
    package init(features: [Float], label: Double) {
        self.features = features
        self.label = label
    }
}

/// An endless, seeded stream of samples.
package protocol SampleSource: Sendable {
    /// What the stream is called.
    var name: String { get }
    /// What its labels are.
    var task: SyntheticTask { get }
    /// The number of features.
    var width: Int { get }
    /// The numbers of the samples with which a new concept begins.
    var drifts: [Int] { get }
    /// Writes the next sample's features over the first `width` of `features`, and gives its label.
    mutating func next(into features: inout [Float]) -> Double
}

extension SampleSource {
    /// The next sample.
    package mutating func next() -> SyntheticSample {
        var features = [Float](repeating: 0, count: width)
        let label = next(into: &features)
        return SyntheticSample(features: features, label: label)
    }

    /// The next samples.
    package mutating func next(_ count: Int) -> [SyntheticSample] {
        (0..<count).map { _ in next() }
    }
}

/// Which concept rules, by the number of samples that came.
struct ConceptClock: Sendable {
    let drifts: [Int]
    private(set) var concept = 0
    private var index = 0

    init(drifts: [Int]) {
        let rises = zip(drifts, drifts.dropFirst()).allSatisfy { $0 < $1 }
        precondition(rises && (drifts.first ?? 1) > 0, "drifts come after the start, in order")
        self.drifts = drifts
    }

    /// Goes to the next sample; whether a new concept begins with it.
    mutating func advance() -> Bool {
        let changes = concept < drifts.count && index == drifts[concept]
        if changes { concept += 1 }
        index += 1
        return changes
    }
}
