// SPDX-License-Identifier: Apache-2.0
//
// Which detectors, parameters and quorums go together.

import Drift

/// The combinations of detectors that a learner cannot have.
struct DriftRules: KeyRules {
    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        let configuration = DriftConfiguration(values)
        for text in configuration.parameters { check(text, configuration, &problems) }
        if configuration.quorum == 1, isGiven("drift.quorum_samples") {
            refuse(
                "drift.quorum_samples",
                "it does nothing while one detector is enough",
                "set drift.quorum, or remove it",
                &problems
            )
        }
        guard problems.problems.isEmpty, let complaint = configuration.settings.complaint else {
            return
        }
        let paths = ["drift.parameters", "drift.quorum", "drift.detectors", "drift.adwin_delta"]
        refuse(
            paths.first { isGiven($0) } ?? "drift.detectors",
            complaint,
            "see docs/drift.md for the detectors and their parameters",
            &problems
        )
    }

    private func check(
        _ text: String,
        _ configuration: DriftConfiguration,
        _ problems: inout ProblemList
    ) {
        guard let parameter = DetectorParameterText(text) else {
            return refuse(
                "drift.parameters",
                "\"\(text)\" is no parameter of a detector",
                "write it as \"hddm_a.drift_confidence=0.001\"",
                &problems
            )
        }
        let word = DetectorChoice(parameter.kind).word
        guard !configuration.detectors.contains(word) else { return }
        refuse(
            "drift.parameters",
            "\"\(text)\" does nothing, for \(word) is not among drift.detectors",
            "add \"\(word)\" to drift.detectors, or remove it",
            &problems
        )
    }
}
