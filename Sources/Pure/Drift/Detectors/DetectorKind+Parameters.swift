// SPDX-License-Identifier: Apache-2.0
//
// The parameters of each detector, in the order in which they are listed to people.

extension DetectorKind {
    /// The detector's parameters with ranges and defaults.
    package var parameters: [DetectorParameter] {
        switch self {
        case .adwin:
            [
                DetectorParameter("delta", .chance, "0.002"),
                DetectorParameter("clock", .values(from: 1), "32"),
                DetectorParameter("max_buckets", .count(2...100), "5"),
                DetectorParameter("min_window_length", .values(from: 1), "5"),
                DetectorParameter("grace_period", .values(from: 0), "10"),
                DetectorParameter("warning_delta", .chance, "none", isOptional: true),
                .reference,
            ]
        case .pageHinkley:
            [
                DetectorParameter("min_instances", .values(from: 0), "30"),
                DetectorParameter("delta", .number(from: -.infinity, to: .infinity), "0.005"),
                DetectorParameter("threshold", .positive, "50"),
                DetectorParameter("alpha", .number(from: 0, to: 1), "0.9999"),
                DetectorParameter("mode", .word(["both", "up", "down"]), "both"),
                DetectorParameter("warning_threshold", .positive, "none", isOptional: true),
            ]
        case .ddm:
            [
                DetectorParameter("warm_start", .values(from: 0), "30"),
                DetectorParameter("warning_threshold", .number(from: 0, to: 1e9), "2"),
                DetectorParameter("drift_threshold", .number(from: 0, to: 1e9), "3"),
                .reference,
            ]
        case .eddm:
            [
                DetectorParameter("warm_start", .values(from: 0), "30"),
                DetectorParameter("alpha", .number(from: 0, to: 1), "0.95"),
                DetectorParameter("beta", .number(from: 0, to: 1), "0.9"),
                .reference,
            ]
        case .hddmA: hoeffding + [.twoSided("false"), .reference]
        case .hddmW:
            hoeffding + [
                DetectorParameter("lambda_val", .number(from: 0, to: 1), "0.05"),
                .twoSided("false"), .reference,
            ]
        case .kswin:
            [
                DetectorParameter("alpha", .number(from: 0, to: 1), "0.005"),
                DetectorParameter("window_size", .count(2...KSWIN.windowMax), "100"),
                DetectorParameter("stat_size", .count(1...(KSWIN.windowMax / 2)), "30"),
                DetectorParameter("seed", .count(0...Int.max), "0"),
                .reference,
            ]
        case .cusum, .glr: likelihoods
        }
    }

    private var hoeffding: [DetectorParameter] {
        let confidence = DetectorParameter.Range.number(from: 0, to: 1, hasFirst: false)
        return [
            DetectorParameter("drift_confidence", confidence, "0.001"),
            DetectorParameter("warning_confidence", confidence, "0.005"),
        ]
    }

    private var likelihoods: [DetectorParameter] {
        if self == .glr {
            return [
                DetectorParameter("threshold", .positive, "10"),
                DetectorParameter("warning_threshold", .positive, "5", isOptional: true),
                DetectorParameter("max_buckets", .count(2...100), "5"),
                .twoSided("true"),
            ]
        }
        let shift = DetectorParameter.Range.number(
            from: -1,
            to: 1,
            hasFirst: false,
            hasLast: false
        )
        return [
            DetectorParameter("p0", .chance, "none", isOptional: true),
            DetectorParameter("p1", .chance, "none", isOptional: true),
            DetectorParameter("shift", shift, "0.1"),
            DetectorParameter("threshold", .positive, "9.210340371976184"),
            DetectorParameter(
                "warning_threshold",
                .positive,
                "4.605170185988092",
                isOptional: true
            ),
            DetectorParameter("warm_start", .values(from: 1), "200"),
            .twoSided("false"),
        ]
    }
}

extension DetectorParameter.Range {
    /// Above 0 and below 1.
    fileprivate static var chance: DetectorParameter.Range {
        .number(from: 0, to: 1, hasFirst: false, hasLast: false)
    }

    /// Above 0.
    fileprivate static var positive: DetectorParameter.Range {
        .number(from: 0, to: .infinity, hasFirst: false)
    }

    /// A number of values, up to a thousand million.
    fileprivate static func values(from first: Int) -> DetectorParameter.Range {
        .count(first...1_000_000_000)
    }
}

extension DetectorParameter {
    /// Whose rule is followed.
    fileprivate static let reference = DetectorParameter(
        "reference",
        .word(DetectorReference.allCases.map(\.name)),
        DetectorReference.river.name
    )

    /// Whether falls are looked for too.
    fileprivate static func twoSided(_ standard: String) -> DetectorParameter {
        DetectorParameter("two_sided_test", .flag, standard)
    }
}
