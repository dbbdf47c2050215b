// SPDX-License-Identifier: Apache-2.0
//
// A drift of which it is not yet known whose it is, and one of which it is.

import Primitives

/// A drift of the whole stream, or of one producer alone.
package struct JudgedDrift: Sendable, Equatable {
    /// What the detector said.
    package var report: DriftReport
    /// The producer whose drift it is; nil when it is the world's.
    package var producer: Int32?

    /// Makes a judged drift.
    package init(report: DriftReport, producer: Int32?) {
        self.report = report
        self.producer = producer
    }
}

/// A drift that waits until there are enough samples to judge it.
struct WaitingDrift: Sendable {
    /// After how many samples it is judged anew.
    static let step: UInt64 = 16
    /// After how many it waits no longer.
    static let most: UInt64 = 128

    var report: DriftReport
    /// The sample at which it was reported.
    var sample: UInt64
    /// The first sample after the change.
    var onset: UInt64
}

extension WaitingDrift: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(report.change.rawValue)
        writer.write(report.detector)
        writer.write(report.signal.rawValue)
        writer.write(Int64(report.samplesSinceOnset))
        writer.write(sample)
        writer.write(onset)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let change = DriftChange(rawValue: try reader.read())
        let detector = try reader.readText()
        let signal = DriftSignal(rawValue: try reader.read())
        let since = try reader.read(Int64.self)
        sample = try reader.read()
        onset = try reader.read()
        guard let change, let signal, (0...1 << 56).contains(since), sample < 1 << 56 else {
            throw .invalid("a drift that waits is none")
        }
        report = DriftReport(
            level: .drift,
            change: change,
            detector: detector,
            signal: signal,
            samplesSinceOnset: Int(since)
        )
    }
}
