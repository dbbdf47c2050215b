// SPDX-License-Identifier: Apache-2.0
//
// A detector of the scoreboard: how it is made at its defaults, and at any other level of the one
// parameter that trades delay for false alarms.

import Drift

/// A detector and its level.
struct DriftContender: Sendable {
    /// What the rows are called.
    let name: String
    /// The parameter that is turned.
    let parameter: String
    /// From the most cautious level to the least.
    let levels: (cautious: Double, hasty: Double)
    /// The level at which it is shipped.
    let standard: Double
    /// Makes the detector at a level.
    let make: @Sendable (Double) -> Detector

    /// Whether the detector takes numbers that are no errors, and promises something of them.
    var takesNumbers: Bool { make(standard).kind.input == .number }

    /// ADWIN as the daemon has it.
    static let shipped = DriftContender(
        name: "adwin shipped",
        parameter: "delta",
        levels: (1e-9, 0.9),
        standard: 0.05
    ) { .adwin(ADWIN(delta: $0, clock: 16, warningDelta: max($0, 0.3), isEager: true)) }

    /// The same, but checked at every value, which is river's rule.
    static let everyValue = DriftContender(
        name: "adwin clock 1",
        parameter: "delta",
        levels: (1e-9, 0.9),
        standard: 0.05
    ) { .adwin(ADWIN(delta: $0, clock: 1)) }

    /// Every detector of the table.
    static let all: [DriftContender] = [
        shipped,
        everyValue,
        DriftContender(
            name: "adwin",
            parameter: "delta",
            levels: (1e-9, 0.9),
            standard: 0.002
        ) { .adwin(ADWIN(delta: $0)) },
        DriftContender(
            name: "page-hinkley",
            parameter: "threshold",
            levels: (500, 0.5),
            standard: 50
        ) { .pageHinkley(PageHinkley(threshold: $0)) },
        DriftContender(
            name: "ddm",
            parameter: "drift_threshold",
            levels: (30, 1),
            standard: 3
        ) { .ddm(DDM(driftThreshold: $0)) },
        DriftContender(
            name: "eddm",
            parameter: "beta",
            levels: (0.1, 0.95),
            standard: 0.9
        ) { .eddm(EDDM(beta: $0)) },
        DriftContender(
            name: "hddm-a",
            parameter: "drift_confidence",
            levels: (1e-12, 0.5),
            standard: 0.001
        ) { .hddmA(HDDMA(driftConfidence: $0)) },
        DriftContender(
            name: "hddm-w",
            parameter: "drift_confidence",
            levels: (1e-12, 0.5),
            standard: 0.001
        ) { .hddmW(HDDMW(driftConfidence: $0)) },
        DriftContender(
            name: "kswin",
            parameter: "alpha",
            levels: (1e-12, 0.5),
            standard: 0.005
        ) { .kswin(KSWIN(alpha: $0)) },
        DriftContender(
            name: "cusum",
            parameter: "threshold",
            levels: (60, 0.5),
            standard: CUSUM.threshold
        ) { .cusum(CUSUM(threshold: $0, warningThreshold: nil)) },
        DriftContender(
            name: "glr",
            parameter: "threshold",
            levels: (60, 0.5),
            standard: 10
        ) { .glr(BernoulliGLR(threshold: $0, warningThreshold: nil)) },
    ]
}
