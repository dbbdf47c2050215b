// SPDX-License-Identifier: Apache-2.0
//
// How a learner's signals are watched. The defaults are those the daemon ships: an error rate that
// goes from 10 to 30 % is seen after about 70 samples, with about one false drift in 100,000.

package import Primitives

/// Which changes are reported.
package enum DriftPolicy: UInt8, Sendable, Equatable {
    /// Only a signal that got worse, that is, larger.
    case risesOnly = 0
    /// Improvements too.
    case anyChange = 1
}

/// The parameters of a learner's detectors.
package struct DriftSettings: Sendable, Equatable {
    /// Whether the signals are watched at all.
    package var isEnabled = true
    /// ADWIN's level for a drift.
    package var adwinDelta = 0.05
    /// ADWIN's level for a warning; not stricter than the level for a drift.
    package var adwinWarningDelta = 0.3
    /// Every how many samples ADWIN checks its window.
    package var adwinClock = 16
    /// Page-Hinkley's threshold; half of it warns.
    package var pageHinkleyThreshold = 50.0
    /// What Page-Hinkley lets pass unnoticed at each sample.
    package var pageHinkleyDelta = 0.005
    /// How fast Page-Hinkley's sum fades.
    package var pageHinkleyAlpha = 0.9999
    /// How many samples Page-Hinkley sees before it may speak.
    package var pageHinkleyMinimum = 30
    /// How many samples without any warning end a warning.
    package var calmSamples = 256
    /// Which changes are reported.
    package var policy = DriftPolicy.risesOnly
    /// The detectors of errors and losses.
    package var detectors = DriftSettings.usualDetectors
    /// How many pairs of a detector and a signal must have said drift.
    package var quorum = 1
    /// Within how many samples.
    package var quorumSamples = 256
    /// What is watched beside errors and losses.
    package var beside = WatchSettings()

    /// Makes the default settings.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        if !(adwinDelta > 0 && adwinDelta < 1) {
            return "adwin delta is \(adwinDelta), it must lie between 0 and 1"
        }
        if !(adwinWarningDelta >= adwinDelta && adwinWarningDelta < 1) {
            return "adwin warning delta is \(adwinWarningDelta), "
                + "it must lie between delta (\(adwinDelta)) and 1"
        }
        if !(1...1_000_000).contains(adwinClock) {
            return "adwin clock is \(adwinClock), it must be 1 to 1000000 samples"
        }
        if !(pageHinkleyThreshold > 0 && pageHinkleyThreshold.isFinite) {
            return "page-hinkley threshold is \(pageHinkleyThreshold), it must be above 0"
        }
        if !(pageHinkleyDelta >= 0 && pageHinkleyDelta < 1) {
            return "page-hinkley delta is \(pageHinkleyDelta), it must be at least 0 and below 1"
        }
        if !(pageHinkleyAlpha > 0 && pageHinkleyAlpha <= 1) {
            return "page-hinkley alpha is \(pageHinkleyAlpha), it must be above 0 and at most 1"
        }
        if !(1...1_000_000).contains(pageHinkleyMinimum) {
            return "page-hinkley minimum is \(pageHinkleyMinimum), it must be 1 to 1000000"
        }
        if !(0...1_000_000_000).contains(calmSamples) {
            return "calm samples is \(calmSamples), it must be 0 to 1000000000"
        }
        return detectorsComplaint ?? beside.complaint
    }
}

extension DriftSettings: ByteCodable {
    /// Appends each setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(isEnabled)
        writer.write(pageHinkleyAlpha)
        writer.write(Int64(pageHinkleyMinimum))
        writer.write(adwinDelta)
        writer.write(adwinWarningDelta)
        writer.write(Int64(adwinClock))
        writer.write(pageHinkleyThreshold)
        writer.write(pageHinkleyDelta)
        writer.write(Int64(calmSamples))
        writer.write(policy.rawValue)
        writer.write(items: detectors)
        writer.write(Int64(quorum))
        writer.write(Int64(quorumSamples))
        beside.encode(into: &writer)
    }

    /// Reads each setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        isEnabled = try reader.readFlag()
        pageHinkleyAlpha = try reader.readDouble()
        pageHinkleyMinimum = Int(try reader.read(Int64.self))
        adwinDelta = try reader.readDouble()
        adwinWarningDelta = try reader.readDouble()
        adwinClock = Int(try reader.read(Int64.self))
        pageHinkleyThreshold = try reader.readDouble()
        pageHinkleyDelta = try reader.readDouble()
        calmSamples = Int(try reader.read(Int64.self))
        guard let policy = DriftPolicy(rawValue: try reader.read()) else {
            throw .invalid("an unknown drift policy")
        }
        self.policy = policy
        detectors = try reader.readItems()
        quorum = Int(try reader.read(Int64.self))
        quorumSamples = Int(try reader.read(Int64.self))
        beside = try WatchSettings(from: &reader)
        if let complaint { throw .invalid(complaint) }
    }
}
