// SPDX-License-Identifier: Apache-2.0
//
// What is said of a change: how grave it is, what moved, and who saw it.

/// What is watched.
package enum DriftSignal: UInt8, Sendable, CaseIterable {
    /// Whether the prediction was wrong, 0 or 1.
    case error = 0
    /// The loss, clipped to `0...1`.
    case loss = 1

    /// What the signal is called in events and metrics.
    package var name: String {
        switch self {
        case .error: "error"
        case .loss: "loss"
        }
    }
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
