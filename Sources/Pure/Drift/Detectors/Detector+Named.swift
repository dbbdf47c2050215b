// SPDX-License-Identifier: Apache-2.0
//
// From a name and parameters in text to a detector, as commands and settings tell them.

extension Detector {
    /// Makes a detector from its name and from what is told of its parameters.
    ///
    ///     var detector = try Detector.named("ddm", parameters: [("drift_threshold", "2.5")])
    ///
    /// - Parameters:
    ///   - name: One of the names of ``DetectorKind``.
    ///   - parameters: Names and values; those that are not told have their defaults.
    /// - Returns: The detector, which has seen nothing.
    /// - Throws: A name, a parameter or a value that is not known, or out of range.
    package static func named(
        _ name: String,
        parameters: [(name: String, value: String)] = []
    ) throws(DetectorError) -> Detector {
        guard let kind = DetectorKind(name: name) else { throw .unknownDetector(name) }
        return try Detector(kind, parameters: parameters)
    }

    /// Makes a detector from its kind and from what is told of its parameters.
    ///
    /// - Throws: As ``named(_:parameters:)``.
    package init(
        _ kind: DetectorKind,
        parameters: [(name: String, value: String)] = []
    ) throws(DetectorError) {
        let told = try Told(kind, parameters)
        switch kind {
        case .adwin: self = .adwin(try told.adwin())
        case .pageHinkley: self = .pageHinkley(try told.pageHinkley())
        case .ddm: self = .ddm(told.ddm())
        case .eddm: self = .eddm(try told.eddm())
        case .hddmA: self = .hddmA(told.hddmA())
        case .hddmW: self = .hddmW(told.hddmW())
        case .kswin: self = .kswin(try told.kswin())
        case .cusum: self = .cusum(try told.cusum())
        case .glr: self = .glr(try told.glr())
        }
    }
}

/// What is told of a detector's parameters, each within its range, with the defaults of the rest.
private struct Told {
    let kind: DetectorKind
    private var values: [String: DetectorValue] = [:]
    private var told: [String] = []

    init(
        _ kind: DetectorKind,
        _ parameters: [(name: String, value: String)]
    ) throws(DetectorError) {
        self.kind = kind
        let known = kind.parameters
        for parameter in known { values[parameter.name] = parameter.value(of: parameter.standard) }
        for (name, text) in parameters {
            guard let parameter = known.first(where: { $0.name == name }) else {
                throw .unknownParameter(kind, name)
            }
            if told.contains(name) { throw .repeated(kind, name) }
            guard let value = parameter.value(of: text) else {
                throw .outOfRange(kind, parameter, text)
            }
            values[name] = value
            told.append(name)
        }
    }

    private func optional(_ name: String) -> Double? {
        if case .number(let number)? = values[name] { number } else { nil }
    }

    private func number(_ name: String) -> Double { optional(name) ?? 0 }

    private func count(_ name: String) -> Int {
        if case .count(let count)? = values[name] { count } else { 0 }
    }

    private var isTwoSided: Bool { values["two_sided_test"] == .flag(true) }

    private var reference: DetectorReference {
        values["reference"] == .word(DetectorReference.paper.name) ? .paper : .river
    }

    func adwin() throws(DetectorError) -> ADWIN {
        let delta = number("delta")
        if let warning = optional("warning_delta"), warning < delta {
            throw .contradiction(
                kind,
                "warning_delta is \(warning), it must be at least delta (\(delta))"
            )
        }
        let isEager = values["eager"] == .flag(true)
        if isEager && optional("warning_delta") == nil {
            throw .contradiction(kind, "eager needs warning_delta, the level at which it begins")
        }
        return ADWIN(
            delta: delta,
            clock: count("clock"),
            graceObservations: count("grace_period"),
            minWindow: count("min_window_length"),
            maxBuckets: count("max_buckets"),
            warningDelta: optional("warning_delta"),
            isEager: isEager,
            reference: reference
        )
    }

    func pageHinkley() throws(DetectorError) -> PageHinkley {
        let threshold = number("threshold")
        return PageHinkley(
            minInstances: count("min_instances"),
            delta: number("delta"),
            threshold: threshold,
            alpha: number("alpha"),
            direction: values["mode"] == .word("up")
                ? .up : values["mode"] == .word("down") ? .down : .both,
            warningThreshold: try warning(below: threshold) ?? threshold
        )
    }

    func ddm() -> DDM {
        DDM(
            warmStart: count("warm_start"),
            warningThreshold: number("warning_threshold"),
            driftThreshold: number("drift_threshold"),
            reference: reference
        )
    }

    func eddm() throws(DetectorError) -> EDDM {
        let (alpha, beta) = (number("alpha"), number("beta"))
        if alpha < beta {
            throw .contradiction(kind, "alpha is \(alpha), it must be at least beta (\(beta))")
        }
        return EDDM(
            warmStart: count("warm_start"),
            alpha: alpha,
            beta: beta,
            reference: reference
        )
    }

    func hddmA() -> HDDMA {
        HDDMA(
            driftConfidence: number("drift_confidence"),
            warningConfidence: number("warning_confidence"),
            isTwoSided: isTwoSided,
            reference: reference
        )
    }

    func hddmW() -> HDDMW {
        HDDMW(
            driftConfidence: number("drift_confidence"),
            warningConfidence: number("warning_confidence"),
            weight: number("lambda_val"),
            isTwoSided: isTwoSided,
            reference: reference
        )
    }

    func kswin() throws(DetectorError) -> KSWIN {
        let (window, statistic) = (count("window_size"), count("stat_size"))
        if 2 * statistic > window {
            throw .contradiction(
                kind,
                "stat_size is \(statistic), it must be at most half of window_size (\(window))"
            )
        }
        return KSWIN(
            alpha: number("alpha"),
            windowSize: window,
            statisticSize: statistic,
            seed: UInt64(count("seed")),
            reference: reference
        )
    }

    func cusum() throws(DetectorError) -> CUSUM {
        var shift = number("shift")
        if let after = optional("p1") {
            guard let before = optional("p0") else {
                throw .contradiction(kind, "p1 needs p0; where p0 is not known, tell the shift")
            }
            if told.contains("shift") {
                throw .contradiction(kind, "p1 and shift say the same, tell one of them")
            }
            shift = after - before
        }
        if shift == 0 { throw .contradiction(kind, "a rate that shifts by 0 does not change") }
        let threshold = number("threshold")
        return CUSUM(
            rate: optional("p0"),
            shift: shift,
            threshold: threshold,
            warningThreshold: try warning(below: threshold),
            warmStart: count("warm_start"),
            isTwoSided: isTwoSided
        )
    }

    func glr() throws(DetectorError) -> BernoulliGLR {
        let threshold = number("threshold")
        return BernoulliGLR(
            threshold: threshold,
            warningThreshold: try warning(below: threshold),
            maxBuckets: count("max_buckets"),
            isTwoSided: isTwoSided
        )
    }

    /// The level of a warning; one that was told must lie below the one of a drift, and one that
    /// was not told is left out where it does not.
    private func warning(below threshold: Double) throws(DetectorError) -> Double? {
        guard let warning = optional("warning_threshold") else { return nil }
        if warning < threshold { return warning }
        if !told.contains("warning_threshold") { return nil }
        throw .contradiction(
            kind,
            "warning_threshold is \(warning), it must be below threshold (\(threshold))"
        )
    }
}
