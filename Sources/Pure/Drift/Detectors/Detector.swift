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

    /// What the family is called; `kind` has the name of the detector inside.
    package static let name = "any"

    /// The name of the detector inside.
    package var kind: String {
        switch self {
        case .adwin: ADWIN.name
        case .pageHinkley: PageHinkley.name
        }
    }

    /// Takes the next value, which must be finite.
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
        }
    }

    private var inside: any DriftDetector {
        switch self {
        case .adwin(let detector): detector
        case .pageHinkley(let detector): detector
        }
    }

    /// Which way the last reported warning or drift went.
    package var lastChange: DriftChange { inside.lastChange }

    /// How many values ago the last reported warning or drift began.
    package var samplesSinceOnset: Int { inside.samplesSinceOnset }

    /// Whether the newest check saw at least a warning.
    package var isWarning: Bool { inside.isWarning }
}

extension Detector: ByteCodable {
    /// Appends a number for the kind, then the detector.
    package func encode(into writer: inout ByteWriter) {
        switch self {
        case .adwin(let detector):
            writer.write(UInt8(0))
            detector.encode(into: &writer)
        case .pageHinkley(let detector):
            writer.write(UInt8(1))
            detector.encode(into: &writer)
        }
    }

    /// Reads a detector of any kind.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        switch try reader.read(UInt8.self) {
        case 0: self = .adwin(try ADWIN(from: &reader))
        case 1: self = .pageHinkley(try PageHinkley(from: &reader))
        case let kind: throw .invalid("\(kind) is no kind of detector")
        }
    }
}
