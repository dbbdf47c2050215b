// SPDX-License-Identifier: Apache-2.0
//
// The detectors as one closed type, for lists of them: no existential, no allocation per value.

package import Primitives

/// One of the detectors.
package enum Detector: DriftDetector {
    /// Adaptive windowing.
    case adwin(ADWIN)
    /// The Page-Hinkley test.
    case pageHinkley(PageHinkley)
    /// The drift detection method.
    case ddm(DDM)
    /// The early drift detection method.
    case eddm(EDDM)
    /// Hoeffding's test of means.
    case hddmA(HDDMA)
    /// McDiarmid's test of weighted means.
    case hddmW(HDDMW)
    /// The Kolmogorov-Smirnov test of a window.
    case kswin(KSWIN)
    /// Page's cumulative sum.
    case cusum(CUSUM)
    /// The generalised likelihood ratio of errors.
    case glr(BernoulliGLR)

    /// What the family is called; `kind` says which the detector inside is.
    package static let name = "any"

    /// Takes the next value, which must be one that its ``DetectorKind/inputs`` has.
    package mutating func update(with value: Double) -> DriftVerdict {
        switch consume self {
        case .adwin(var detector):
            let verdict = detector.update(with: value)
            self = .adwin(detector)
            return verdict
        case .pageHinkley(var detector):
            let verdict = detector.update(with: value)
            self = .pageHinkley(detector)
            return verdict
        case .ddm(var detector):
            let verdict = detector.update(with: value)
            self = .ddm(detector)
            return verdict
        case .eddm(var detector):
            let verdict = detector.update(with: value)
            self = .eddm(detector)
            return verdict
        case .hddmA(var detector):
            let verdict = detector.update(with: value)
            self = .hddmA(detector)
            return verdict
        case .hddmW(var detector):
            let verdict = detector.update(with: value)
            self = .hddmW(detector)
            return verdict
        case .kswin(var detector):
            let verdict = detector.update(with: value)
            self = .kswin(detector)
            return verdict
        case .cusum(var detector):
            let verdict = detector.update(with: value)
            self = .cusum(detector)
            return verdict
        case .glr(var detector):
            let verdict = detector.update(with: value)
            self = .glr(detector)
            return verdict
        }
    }

    /// Forgets all values.
    package mutating func restart() {
        switch consume self {
        case .adwin(var detector):
            detector.restart()
            self = .adwin(detector)
        case .pageHinkley(var detector):
            detector.restart()
            self = .pageHinkley(detector)
        case .ddm(var detector):
            detector.restart()
            self = .ddm(detector)
        case .eddm(var detector):
            detector.restart()
            self = .eddm(detector)
        case .hddmA(var detector):
            detector.restart()
            self = .hddmA(detector)
        case .hddmW(var detector):
            detector.restart()
            self = .hddmW(detector)
        case .kswin(var detector):
            detector.restart()
            self = .kswin(detector)
        case .cusum(var detector):
            detector.restart()
            self = .cusum(detector)
        case .glr(var detector):
            detector.restart()
            self = .glr(detector)
        }
    }

    private var inside: any DriftDetector {
        switch self {
        case .adwin(let detector): detector
        case .pageHinkley(let detector): detector
        case .ddm(let detector): detector
        case .eddm(let detector): detector
        case .hddmA(let detector): detector
        case .hddmW(let detector): detector
        case .kswin(let detector): detector
        case .cusum(let detector): detector
        case .glr(let detector): detector
        }
    }

    /// Which way the last reported warning or drift went.
    package var lastChange: DriftChange { inside.lastChange }

    /// How many values ago the last reported warning or drift began.
    package var samplesSinceOnset: Int { inside.samplesSinceOnset }

    /// Whether the newest check saw at least a warning.
    package var isWarning: Bool { inside.isWarning }

    /// Which the detector inside is.
    package var kind: DetectorKind {
        switch self {
        case .adwin: .adwin
        case .pageHinkley: .pageHinkley
        case .ddm: .ddm
        case .eddm: .eddm
        case .hddmA: .hddmA
        case .hddmW: .hddmW
        case .kswin: .kswin
        case .cusum: .cusum
        case .glr: .glr
        }
    }
}

extension Detector: ByteCodable {
    /// Appends the number of the kind, then the detector.
    package func encode(into writer: inout ByteWriter) {
        writer.write(kind.rawValue)
        inside.encode(into: &writer)
    }

    /// Reads a detector of any kind.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let number = try reader.read(UInt8.self)
        switch DetectorKind(rawValue: number) {
        case .adwin: self = .adwin(try ADWIN(from: &reader))
        case .pageHinkley: self = .pageHinkley(try PageHinkley(from: &reader))
        case .ddm: self = .ddm(try DDM(from: &reader))
        case .eddm: self = .eddm(try EDDM(from: &reader))
        case .hddmA: self = .hddmA(try HDDMA(from: &reader))
        case .hddmW: self = .hddmW(try HDDMW(from: &reader))
        case .kswin: self = .kswin(try KSWIN(from: &reader))
        case .cusum: self = .cusum(try CUSUM(from: &reader))
        case .glr: self = .glr(try BernoulliGLR(from: &reader))
        case nil: throw .invalid("\(number) is no kind of detector")
        }
    }
}
