// SPDX-License-Identifier: Apache-2.0
//
// What is kept of the last report of a detector, for the status.

import Drift
import Primitives

/// A detector's report and when it came.
struct DriftRecord: Sendable, Equatable {
    var isDrift: Bool
    var detector: String
    var signal: String
    var sample: UInt64
    var samplesSinceOnset: UInt64

    init(_ report: DriftReport, sample: UInt64) {
        isDrift = report.level == .drift
        detector = report.detector
        signal = report.signal.name
        self.sample = sample
        samplesSinceOnset = UInt64(report.samplesSinceOnset)
    }

    /// The fields of the event.
    var json: JSONValue {
        [
            "level": isDrift ? "drift" : "warning",
            "detector": .string(detector),
            "signal": .string(signal),
            "sample": .int(Int64(sample)),
            "since": .int(Int64(samplesSinceOnset)),
        ]
    }
}

extension DriftRecord: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(isDrift)
        writer.write(detector)
        writer.write(signal)
        writer.write(sample)
        writer.write(samplesSinceOnset)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        isDrift = try reader.readFlag()
        detector = try reader.readText()
        signal = try reader.readText()
        sample = try reader.read()
        samplesSinceOnset = try reader.read()
    }
}
