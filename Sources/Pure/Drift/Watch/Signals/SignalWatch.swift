// SPDX-License-Identifier: Apache-2.0
//
// One signal of a learner under its two detectors.

/// The detectors of one signal, and what each said of the newest value.
struct SignalWatch: Sendable {
    var adwin: ADWIN
    var pageHinkley: PageHinkley
    var said = (adwin: DriftVerdict.none, pageHinkley: DriftVerdict.none)

    init(_ settings: DriftSettings) {
        adwin = ADWIN(
            delta: settings.adwinDelta,
            clock: settings.adwinClock,
            warningDelta: settings.adwinWarningDelta,
            isEager: true
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
