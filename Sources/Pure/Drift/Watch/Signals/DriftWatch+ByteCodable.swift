// SPDX-License-Identifier: Apache-2.0
//
// The watch as bytes.

package import Primitives

extension DriftWatch: ByteCodable {
    /// Appends the settings, the detectors and the state of the warning.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        writer.write(isWarned)
        writer.write(Int64(calm))
        writer.write(samples)
        writer.write(onset)
        writer.write(hasDrifted)
        if let panel { return panel.encode(into: &writer) }
        for watch in [error, loss] {
            watch.adwin.encode(into: &writer)
            watch.pageHinkley.encode(into: &writer)
        }
    }

    /// Reads the settings, the detectors and the state of the warning.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(settings: try DriftSettings(from: &reader))
        isWarned = try reader.readFlag()
        calm = Int(try reader.read(Int64.self))
        guard (0...settings.calmSamples).contains(calm) else {
            throw .invalid("\(calm) calm samples of \(settings.calmSamples)")
        }
        samples = try reader.read()
        onset = try reader.read()
        hasDrifted = try reader.readFlag()
        guard samples < 1 << 56, onset <= samples else {
            throw .invalid("a warning began at sample \(onset) of \(samples)")
        }
        if panel != nil {
            try panel?.restore(from: &reader)
            return
        }
        error.adwin = try ADWIN(from: &reader)
        error.pageHinkley = try PageHinkley(from: &reader)
        loss.adwin = try ADWIN(from: &reader)
        loss.pageHinkley = try PageHinkley(from: &reader)
    }
}
