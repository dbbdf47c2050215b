// SPDX-License-Identifier: Apache-2.0
//
// What is said of a change: how grave it is, what moved, and who saw it.

/// What is watched.
package enum DriftSignal: UInt8, Sendable, CaseIterable {
    /// Whether the prediction was wrong, 0 or 1.
    case error = 0
    /// The loss, clipped to `0...1`.
    case loss = 1
    /// The features of samples, labelled or not.
    case features = 2
    /// The labels: how frequent classes are, or what numbers are like.
    case labels = 3

    /// What the signal is called in events and metrics.
    package var name: String {
        switch self {
        case .error: "error"
        case .loss: "loss"
        case .features: "features"
        case .labels: "labels"
        }
    }
}

/// What exactly a signal was one of.
package enum DriftSubject: Sendable, Equatable {
    /// The whole stream of the learner.
    case world
    /// One feature, by name.
    case feature(String, DriftAspect)
    /// The numbers to be predicted.
    case target(DriftAspect)
    /// A class, as it is written.
    case label(String)
    /// The samples of one context.
    case context(String)
    /// The samples of one producer, and of no other.
    case producer(String)
}

/// A change that a detector saw.
package struct DriftReport: Sendable, Equatable {
    /// Warning or drift.
    package var level: DriftVerdict
    /// Which way the signal moved.
    package var change: DriftChange
    /// The name of the detector.
    package var detector: String
    /// What it watched.
    package var signal: DriftSignal
    /// How many samples ago the change began, by the detector's estimate.
    package var samplesSinceOnset: Int
    /// Of what.
    package var subject = DriftSubject.world
    /// How far it moved: in standard deviations of before (levels), as the ratio of standard
    /// deviations (spreads), or as the change of a class's share; nil where nobody knows.
    package var size: Double?
    /// How many other features moved at the same time.
    package var others = 0

    /// Whether it asks for a consolidation: a drift that is not one producer's alone.
    package var concernsTheWorld: Bool {
        if case .producer = subject { return false }
        return level == .drift
    }

    /// Makes a report.
    package init(
        level: DriftVerdict,
        change: DriftChange,
        detector: String,
        signal: DriftSignal,
        samplesSinceOnset: Int
    ) {
        self.level = level
        self.change = change
        self.detector = detector
        self.signal = signal
        self.samplesSinceOnset = samplesSinceOnset
    }
}
