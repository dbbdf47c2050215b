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

package import Primitives

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

/// Watches the signals of one learner.
package struct DriftWatch: Sendable {
    /// How the signals are watched.
    package let settings: DriftSettings
    /// Whether a warning or drift was reported and calm has not come back.
    package private(set) var isWarned = false

    var error: SignalWatch
    var loss: SignalWatch
    private var calm = 0

    /// Makes a watch that has seen nothing.
    ///
    /// - Precondition: `settings` has no complaint.
    package init(settings: DriftSettings = DriftSettings()) {
        precondition(settings.complaint == nil, "drift settings are checked before they are used")
        self.settings = settings
        error = SignalWatch(settings)
        loss = SignalWatch(settings)
    }

    /// Takes the error bit (none in regression) and the clipped loss of the next sample.
    package mutating func observe(error bit: Double?, loss value: Double) -> DriftReport? {
        guard settings.isEnabled else { return nil }
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
        isWarned = true
        return error.report(gravest, .error) ?? loss.report(gravest, .loss)
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
    package mutating func restart() {
        error.restart()
        loss.restart()
        isWarned = false
        calm = 0
    }

    /// Ends the warning after enough samples at which no detector is in its warning zone.
    private mutating func countCalm() {
        // A test that is in its warning zone has said so: only ADWIN's stays between checks.
        let isUneasy = error.isUneasy(settings.policy) || loss.isUneasy(settings.policy)
        calm = isUneasy ? 0 : calm + 1
        if calm >= settings.calmSamples {
            isWarned = false
            calm = 0
        }
    }
}

/// The detectors of one signal, and what each said of the newest value.
struct SignalWatch: Sendable {
    var adwin: ADWIN
    var pageHinkley: PageHinkley
    var said = (adwin: DriftVerdict.none, pageHinkley: DriftVerdict.none)

    init(_ settings: DriftSettings) {
        adwin = ADWIN(
            delta: settings.adwinDelta,
            clock: settings.adwinClock,
            warningDelta: settings.adwinWarningDelta
        )
        pageHinkley = PageHinkley(
            minInstances: settings.pageHinkleyMinimum,
            delta: settings.pageHinkleyDelta,
            threshold: settings.pageHinkleyThreshold,
            alpha: settings.pageHinkleyAlpha,
            direction: settings.policy == .risesOnly ? .up : .both
        )
    }

    /// Takes the next value and keeps the verdicts that the policy lets through.
    mutating func update(with value: Double, _ policy: DriftPolicy) {
        said.adwin = adwin.update(with: value)
        hushFalls(policy)
        said.pageHinkley = pageHinkley.update(with: value)
    }

    /// What ADWIN says once `held` values, which it has, are counted.
    mutating func check(_ held: Int, _ policy: DriftPolicy) {
        said.adwin = adwin.pass(held)
        hushFalls(policy)
        said.pageHinkley = pageHinkley.isWarning ? .warning : .none
    }

    private mutating func hushFalls(_ policy: DriftPolicy) {
        if adwin.lastChange == .fall && policy == .risesOnly { said.adwin = .none }
    }

    var gravest: DriftVerdict { max(said.adwin, said.pageHinkley) }

    /// Whether ADWIN's newest check saw a warning that the policy lets through.
    func isUneasy(_ policy: DriftPolicy) -> Bool {
        adwin.isWarning && (policy == .anyChange || adwin.lastChange != .fall)
    }

    func report(_ level: DriftVerdict, _ signal: DriftSignal) -> DriftReport? {
        if said.adwin == level { return report(of: adwin, level, signal) }
        return said.pageHinkley == level ? report(of: pageHinkley, level, signal) : nil
    }

    private func report<Said: DriftDetector>(
        of detector: Said,
        _ level: DriftVerdict,
        _ signal: DriftSignal
    ) -> DriftReport {
        DriftReport(
            level: level,
            change: detector.lastChange,
            detector: Said.name,
            signal: signal,
            samplesSinceOnset: detector.samplesSinceOnset
        )
    }

    mutating func restart() {
        adwin.restart()
        pageHinkley.restart()
        said = (.none, .none)
    }
}

extension DriftWatch: ByteCodable {
    /// Appends the settings, the detectors and the state of the warning.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        writer.write(isWarned)
        writer.write(Int64(calm))
        for watch in [error, loss] {
            watch.adwin.encode(into: &writer)
            watch.pageHinkley.encode(into: &writer)
        }
    }

    /// Reads the settings, the detectors and the state of the warning.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(settings: try DriftSettings(from: &reader))
        isWarned = try reader.readFlag()
        calm = Int(try reader.read(Int64.self))
        guard (0...settings.calmSamples).contains(calm) else {
            throw .invalid("\(calm) calm samples of \(settings.calmSamples)")
        }
        error.adwin = try ADWIN(from: &reader)
        error.pageHinkley = try PageHinkley(from: &reader)
        loss.adwin = try ADWIN(from: &reader)
        loss.pageHinkley = try PageHinkley(from: &reader)
    }
}
