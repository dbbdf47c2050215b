// SPDX-License-Identifier: Apache-2.0
//
// How drift is looked for, as it is configured.

package import Drift

/// How drift is looked for.
package struct DriftConfiguration: Sendable, Equatable {
    /// Whether it is looked for at all.
    package let isEnabled: Bool
    /// The detectors of errors and losses, by name.
    package let detectors: [String]
    /// What is told of their parameters: `DETECTOR.PARAMETER=VALUE` each.
    package let parameters: [String]
    /// How many pairs of a detector and a signal must have said drift.
    package let quorum: Int
    /// Within how many samples.
    package let quorumSamples: Int
    /// What becomes of a drift of features.
    package let features: WatchAction
    /// What becomes of a drift of labels.
    package let labels: WatchAction
    /// What becomes of a drift of one context.
    package let contexts: WatchAction
    /// Whether a drift of one producer is told from one of the world.
    package let producers: Bool
    /// The chance of a false report of features, labels, contexts or producers in 25,600 samples.
    package let blockDelta: Double
    /// ADWIN's confidence.
    package let adwinDelta: Double
    /// How many samples lie between two checks of ADWIN.
    package let adwinClock: Int
    /// The sum at which Page-Hinkley alarms.
    package let pageHinkleyThreshold: Double
    /// The rise that Page-Hinkley tolerates.
    package let pageHinkleyDelta: Double
    /// How much of its sum Page-Hinkley keeps at each sample.
    package let pageHinkleyAlpha: Double
    /// The samples before Page-Hinkley may alarm.
    package let pageHinkleyMinimum: Int

    init(_ values: ScopedValues) {
        isEnabled = values.flag("drift.enabled")
        detectors = ConsolidationConfiguration.words(values, "drift.detectors")
        parameters = ConsolidationConfiguration.words(values, "drift.parameters")
        quorum = values.integer("drift.quorum")
        quorumSamples = values.integer("drift.quorum_samples")
        features = DriftConfiguration.action(values, "drift.features")
        labels = DriftConfiguration.action(values, "drift.labels")
        contexts = DriftConfiguration.action(values, "drift.contexts")
        producers = values.flag("drift.producers")
        blockDelta = values.number("drift.block_delta")
        adwinDelta = values.number("drift.adwin_delta")
        adwinClock = values.integer("drift.adwin_clock")
        pageHinkleyThreshold = values.number("drift.page_hinkley_threshold")
        pageHinkleyDelta = values.number("drift.page_hinkley_delta")
        pageHinkleyAlpha = values.number("drift.page_hinkley_alpha")
        pageHinkleyMinimum = values.integer("drift.page_hinkley_minimum")
    }

    private static func action(_ values: ScopedValues, _ path: String) -> WatchAction {
        switch values.text(path) {
        case "off": .off
        case "warn": .warn
        default: .drift
        }
    }

    /// The settings of the watch.
    package var settings: DriftSettings {
        var settings = DriftSettings()
        settings.isEnabled = isEnabled
        settings.adwinDelta = adwinDelta
        settings.adwinWarningDelta = max(settings.adwinWarningDelta, adwinDelta)
        settings.adwinClock = adwinClock
        settings.pageHinkleyThreshold = pageHinkleyThreshold
        settings.pageHinkleyDelta = pageHinkleyDelta
        settings.pageHinkleyAlpha = pageHinkleyAlpha
        settings.pageHinkleyMinimum = pageHinkleyMinimum
        settings.detectors = detectors.compactMap { word in
            DetectorKind(name: word).map { kind in
                DetectorChoice(kind, parameters.compactMap { told($0, of: kind) })
            }
        }
        settings.quorum = quorum
        settings.quorumSamples = quorumSamples
        settings.beside.features = features
        settings.beside.labels = labels
        settings.beside.contexts = contexts
        settings.beside.producers = producers
        settings.beside.delta = blockDelta
        return settings
    }

    private func told(_ text: String, of kind: DetectorKind) -> DetectorChoice.Parameter? {
        guard let parameter = DetectorParameterText(text), parameter.kind == kind else {
            return nil
        }
        return DetectorChoice.Parameter(parameter.name, parameter.value)
    }
}

/// A parameter of a detector as it is written: `DETECTOR.PARAMETER=VALUE`.
struct DetectorParameterText {
    /// The detector.
    let kind: DetectorKind
    /// The parameter.
    let name: String
    /// Its value.
    let value: String

    /// Reads a text; nil when it is none of a detector that there is.
    init?(_ text: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let path = sides[0].split(separator: ".", omittingEmptySubsequences: false)
        guard path.count == 2, let kind = DetectorKind(name: String(path[0])) else { return nil }
        self.kind = kind
        name = String(path[1])
        value = String(sides[1])
    }
}
