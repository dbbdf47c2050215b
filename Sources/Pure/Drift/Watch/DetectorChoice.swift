// SPDX-License-Identifier: Apache-2.0
//
// Which detectors watch a learner, and with which parameters.

package import Primitives

/// A detector that watches, and what is told of its parameters.
package struct DetectorChoice: Sendable, Equatable {
    /// A parameter and its value, as they are written.
    package struct Parameter: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value.
        package var value: String

        /// Makes a parameter.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The detector.
    package var kind: DetectorKind
    /// What is told of its parameters.
    package var parameters: [Parameter]

    /// Makes a choice.
    package init(_ kind: DetectorKind, _ parameters: [Parameter] = []) {
        self.kind = kind
        self.parameters = parameters
    }

    /// The name as in settings.
    package var word: String { String(kind.name.map { $0 == "-" ? "_" : $0 }) }
}

extension DetectorChoice: ByteCodable {
    /// Appends kind and parameters.
    package func encode(into writer: inout ByteWriter) {
        writer.write(kind.rawValue)
        writer.write(UInt64(parameters.count))
        for parameter in parameters {
            writer.write(parameter.name)
            writer.write(parameter.value)
        }
    }

    /// Reads kind and parameters.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let kind = DetectorKind(rawValue: try reader.read()) else {
            throw .invalid("an unknown detector")
        }
        self.init(kind)
        for _ in 0..<(try reader.readCount(itemBytes: 8)) {
            let name = try reader.readText()
            parameters.append(Parameter(name, try reader.readText()))
        }
    }
}

extension DriftSettings {
    /// The detectors that watch unless others are chosen.
    package static let usualDetectors = [DetectorChoice(.adwin), DetectorChoice(.pageHinkley)]

    /// Whether the usual detectors watch, each for itself: they have a faster way.
    var isUsual: Bool {
        let usual = DriftSettings.usualDetectors
        return quorum == 1 && detectors.count == usual.count
            && usual.allSatisfy { detectors.contains($0) }
    }

    /// Makes a chosen detector; ADWIN and Page-Hinkley have settings of their own.
    func makeDetector(_ choice: DetectorChoice) throws(DetectorError) -> Detector {
        var parameters: [(name: String, value: String)] = []
        switch choice.kind {
        case .adwin:
            parameters = [
                ("delta", "\(adwinDelta)"), ("warning_delta", "\(adwinWarningDelta)"),
                ("clock", "\(adwinClock)"), ("eager", "true"),
            ]
        case .pageHinkley:
            parameters = [
                ("threshold", "\(pageHinkleyThreshold)"),
                ("warning_threshold", "\(pageHinkleyThreshold / 2)"),
                ("delta", "\(pageHinkleyDelta)"), ("alpha", "\(pageHinkleyAlpha)"),
                ("min_instances", "\(pageHinkleyMinimum)"),
                ("mode", policy == .risesOnly ? "up" : "both"),
            ]
        default: break
        }
        for own in choice.parameters {
            if let place = parameters.firstIndex(where: { $0.name == own.name }) {
                parameters.remove(at: place)
            }
        }
        parameters += choice.parameters.map { ($0.name, $0.value) }
        return try Detector(choice.kind, parameters: parameters)
    }

    /// How many pairs of a detector and a signal there are, where there are error bits.
    var pairs: Int {
        detectors.reduce(0) { $0 + ($1.kind.input == .errorBit ? 1 : 2) }
    }

    /// What is wrong with the choice of detectors, if anything.
    var detectorsComplaint: String? {
        if detectors.isEmpty { return "there are no detectors; set drift.enabled = false instead" }
        for (place, choice) in detectors.enumerated() {
            if detectors[..<place].contains(where: { $0.kind == choice.kind }) {
                return "the detector \(choice.word) is listed twice"
            }
            do throws(DetectorError) {
                _ = try makeDetector(choice)
            } catch {
                return error.description
            }
        }
        if !(1...pairs).contains(quorum) {
            return "the quorum is \(quorum), it must be 1 to \(pairs): each detector on errors and "
                + "on losses (eddm on errors only)"
        }
        if !(1...1_000_000).contains(quorumSamples) {
            return "quorum samples is \(quorumSamples), it must be 1 to 1000000"
        }
        return nil
    }
}
