// SPDX-License-Identifier: Apache-2.0
//
// Streams of samples that are made here, for tests, benchmarks and the demo: the same seed gives
// the same samples everywhere, and the positions at which their world changes are known.

/// What the labels of a synthetic stream are.
package enum SyntheticTask: UInt8, Sendable {
    /// Classes, as whole numbers from 0.
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
    /// The number of classes; 0 when labels are numbers.
    var classes: Int { get }
    /// The number of features.
    var width: Int { get }
    /// How the features are called and what they mean, where they have names.
    var columns: [SyntheticColumn]? { get }
    /// The context that the last sample named; nil when samples name none.
    var context: Int? { get }
    /// The numbers of the samples with which a new concept begins; of a transition that takes some
    /// time, the position that was asked for.
    var drifts: [Int] { get }
    /// Writes the next sample's features over the first `width` of `features`, and gives its label.
    mutating func next(into features: inout [Float]) -> Double
}

extension SampleSource {
    /// Two classes, or none.
    package var classes: Int { task == .classification ? 2 : 0 }
    /// Features are called by their places.
    package var columns: [SyntheticColumn]? { nil }
    /// No contexts are named.
    package var context: Int? { nil }

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
