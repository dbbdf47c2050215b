// SPDX-License-Identifier: Apache-2.0
//
// Which detectors there are, what they are called where people name them, and what they eat. A
// detector of errors takes 1 for wrong and 0 for right: fed with the opposite it would sleep
// through each drift and alarm at each improvement.

/// One of the detectors, by name.
package enum DetectorKind: UInt8, Sendable, CaseIterable {
    /// Adaptive windowing.
    case adwin = 0
    /// The Page-Hinkley test.
    case pageHinkley = 1
    /// The drift detection method.
    case ddm = 2
    /// The early drift detection method.
    case eddm = 3
    /// Hoeffding's test of means.
    case hddmA = 4
    /// McDiarmid's test of weighted means.
    case hddmW = 5
    /// The Kolmogorov-Smirnov test of a window.
    case kswin = 6
    /// Page's cumulative sum.
    case cusum = 7
    /// The generalised likelihood ratio of errors.
    case glr = 8

    /// The name, as in commands and settings.
    package var name: String {
        switch self {
        case .adwin: "adwin"
        case .pageHinkley: "page-hinkley"
        case .ddm: "ddm"
        case .eddm: "eddm"
        case .hddmA: "hddm-a"
        case .hddmW: "hddm-w"
        case .kswin: "kswin"
        case .cusum: "cusum"
        case .glr: "glr"
        }
    }

    /// What the detector is called in events and metrics.
    package var eventName: String {
        switch self {
        case .adwin: ADWIN.name
        case .pageHinkley: PageHinkley.name
        case .ddm: DDM.name
        case .eddm: EDDM.name
        case .hddmA: HDDMA.name
        case .hddmW: HDDMW.name
        case .kswin: KSWIN.name
        case .cusum: CUSUM.name
        case .glr: BernoulliGLR.name
        }
    }

    /// The kind of that name; `_` and `-` are the same.
    package init?(name: String) {
        let name = String(name.map { $0 == "_" ? "-" : $0 })
        guard let kind = DetectorKind.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = kind
    }

    /// What the detector takes.
    package var input: DetectorInput {
        switch self {
        case .adwin, .pageHinkley, .kswin: .number
        case .hddmA, .hddmW: .errorOfAnySize
        case .ddm, .cusum, .glr: .error
        case .eddm: .errorBit
        }
    }

    /// Whether the detector can find a fall, with the right parameters.
    package var seesFalls: Bool {
        switch self {
        case .ddm, .eddm: false
        default: true
        }
    }
}

/// What a detector takes at each sample.
package enum DetectorInput: Sendable, Equatable {
    /// Any number; the level of a stream of them is watched.
    case number
    /// An error from 0 (right) to 1 (wrong); other numbers are taken, but nothing is promised.
    case errorOfAnySize
    /// An error from 0 (right) to 1 (wrong).
    case error
    /// An error: 0 (right) or 1 (wrong).
    case errorBit

    /// Whether the number is one of them.
    package func has(_ value: Double) -> Bool {
        switch self {
        case .number, .errorOfAnySize: value.isFinite
        case .error: value >= 0 && value <= 1
        case .errorBit: value == 0 || value == 1
        }
    }

    /// What is taken, in words.
    package var text: String {
        switch self {
        case .number: "a finite number"
        case .errorOfAnySize: "an error as a finite number, 0 for right and 1 for wrong"
        case .error: "an error from 0 (right) to 1 (wrong)"
        case .errorBit: "an error, 0 (right) or 1 (wrong)"
        }
    }
}
