// SPDX-License-Identifier: Apache-2.0
//
// The detectors of one learner: ADWIN and Page-Hinkley on its error bit and on its clipped loss.
// 1. Every sample goes to every detector; an error bit is missing in regression, and a number that
//    is not finite is passed over, since a detector would keep it for good.
// 2. The gravest rise of the sample is reported: drift before warning, error before loss, ADWIN
//    before Page-Hinkley.
// 3. A warning is reported once; the next one only after `calmSamples` without any, or a restart.
//    A drift counts as its own warning. Drifts are all reported: each detector starts afresh at its
//    own, and how often they act is for the cool-down to say.

/// Watches the signals of one learner.
package struct DriftWatch: Sendable {
    /// How the signals are watched.
    package let settings: DriftSettings
    /// Whether a warning or drift was reported and calm has not come back.
    package internal(set) var isWarned = false
    /// The samples that were taken, also while nothing is watched.
    package internal(set) var samples: UInt64 = 0

    var error: SignalWatch
    var loss: SignalWatch
    /// The detectors, when they are others than the usual two or several must agree.
    var panel: DetectorPanel?
    var calm = 0
    /// The sample before which the present warning began, by the estimate of its first report.
    var onset: UInt64 = 0
    /// Whether the present warning has become a drift.
    var hasDrifted = false

    /// Makes a watch that has seen nothing.
    ///
    /// - Parameters:
    ///   - settings: How the signals are watched.
    ///   - samples: The samples that others have seen before, so that all number them alike.
    /// - Precondition: `settings` has no complaint.
    package init(settings: DriftSettings = DriftSettings(), samples: UInt64 = 0) {
        precondition(settings.complaint == nil, "drift settings are checked before they are used")
        self.settings = settings
        self.samples = samples
        error = SignalWatch(settings)
        loss = SignalWatch(settings)
        panel = settings.isUsual ? nil : DetectorPanel(settings)
    }

    /// How many samples had been taken when the present warning began, by the detector's estimate;
    /// nil when there is none.
    ///
    /// A drift keeps the beginning of the warning that came before it. One that comes before calm
    /// is back begins anew.
    package var warningOnset: UInt64? { isWarned ? onset : nil }

    /// Takes the error bit (none in regression) and the clipped loss of the next sample.
    package mutating func observe(error bit: Double?, loss value: Double) -> DriftReport? {
        samples += 1
        guard settings.isEnabled else { return nil }
        if panel != nil {
            return conclude(panel?.observe(error: bit, loss: value, sample: samples))
        }
        let policy = settings.policy
        if let bit, bit.isFinite {
            error.update(with: bit, policy)
        } else {
            error.said = (.none, .none)
        }
        if value.isFinite {
            loss.update(with: value, policy)
        } else {
            loss.said = (.none, .none)
        }
        return conclude()
    }

    /// Turns what the detectors said of a sample into a report, if it is news.
    mutating func conclude() -> DriftReport? {
        let gravest = max(error.gravest, loss.gravest)
        if gravest == .none {
            if isWarned { countCalm() }
            return nil
        }
        calm = 0
        if gravest == .warning && isWarned { return nil }
        let report = error.report(gravest, .error) ?? loss.report(gravest, .loss)
        if let report { note(report) }
        return report
    }

    /// Lets what the panel said of a sample pass, if it is news.
    private mutating func conclude(_ report: DriftReport?) -> DriftReport? {
        guard let report else {
            if isWarned { countCalm() }
            return nil
        }
        calm = 0
        if report.level == .warning && isWarned { return nil }
        note(report)
        return report
    }

    /// Opens a warning, or notes that the present one has become a drift.
    private mutating func note(_ report: DriftReport) {
        let isDrift = report.level == .drift
        if !isWarned || isDrift && hasDrifted {
            onset = samples - min(samples, UInt64(max(0, report.samplesSinceOnset)))
        }
        hasDrifted = isDrift || isWarned && hasDrifted
        isWarned = true
    }

    /// Takes samples that bring no more than repeated warnings, at the bits of `warned`.
    ///
    /// - Returns: Whether they are as said; if not, nothing has changed.
    mutating func settle(_ samples: Int, warned: UInt32) -> Bool {
        if warned == 0 && !isWarned { return true }
        let before = (isWarned, calm)
        for index in 0..<samples {
            if warned >> UInt32(index) & 1 == 0 {
                if isWarned { countCalm() }
            } else if isWarned {
                calm = 0
            } else {
                (isWarned, calm) = before
                return false
            }
        }
        return true
    }

    /// Forgets what was seen, as after the adoption of another model.
    ///
    /// - Parameter samples: How many samples there have been, if they are numbered anew.
    package mutating func restart(samples: UInt64? = nil) {
        self.samples = samples ?? self.samples
        error.restart()
        loss.restart()
        panel?.restart()
        isWarned = false
        calm = 0
    }

    /// Ends the warning after enough samples at which no detector is in its warning zone.
    private mutating func countCalm() {
        // A test that is in its warning zone has said so: only ADWIN's stays between checks.
        let isUneasy =
            panel?.isUneasy ?? (error.isUneasy(settings.policy) || loss.isUneasy(settings.policy))
        calm = isUneasy ? 0 : calm + 1
        if calm >= settings.calmSamples {
            isWarned = false
            calm = 0
        }
    }
}
