// SPDX-License-Identifier: Apache-2.0
//
// The keys of how drift is looked for: what they become in the engine, and what is refused.

import Configuration
import Drift
import Engine
import Testing

@Suite struct DriftRulesTests {
    @Test func theKeysBecomeSettings() throws {
        let settings = try settings(
            """
            [learner.default.drift]
            detectors = ["hddm_a", "adwin", "cusum"]
            parameters = ["hddm_a.drift_confidence=0.0005", "cusum.shift=0.15"]
            quorum = 3
            quorum_samples = 100
            features = "drift"
            labels = "off"
            contexts = "drift"
            producers = false
            block_delta = 0.01
            """
        )
        let drift = EngineSettings(try #require(settings.learners.first), of: settings).drift
        #expect(drift.complaint == nil)
        #expect(drift.detectors.map(\.kind) == [.hddmA, .adwin, .cusum])
        #expect(drift.detectors[0].parameters == [.init("drift_confidence", "0.0005")])
        #expect(drift.detectors[1].parameters.isEmpty)
        #expect(drift.quorum == 3 && drift.quorumSamples == 100)
        #expect(drift.beside.features == .drift && drift.beside.labels == .off)
        #expect(drift.beside.contexts == .drift && !drift.beside.producers)
        #expect(drift.beside.delta == 0.01)
    }

    @Test(arguments: [
        ("detectors = []", "drift.detectors", "it lists nothing"),
        ("detectors = [\"adwine\"]", "drift.detectors", "is none of adwin"),
        (
            "parameters = [\"ddm.drift_threshold=2\"]", "drift.parameters",
            "ddm is not among drift.detectors"
        ),
        ("parameters = [\"drift_threshold=2\"]", "drift.parameters", "no parameter of a detector"),
        (
            "detectors = [\"ddm\"]\nparameters = [\"ddm.drift=2\"]", "drift.parameters",
            "ddm has no parameter"
        ),
        (
            "detectors = [\"glr\"]\nparameters = [\"glr.threshold=-2\"]", "drift.parameters",
            "threshold is \"-2\""
        ),
        ("quorum_samples = 9", "drift.quorum_samples", "while one detector is enough"),
        ("detectors = [\"eddm\"]\nquorum = 2", "drift.quorum", "it must be 1 to 1"),
        ("features = \"on\"", "drift.features", "none of off, warn, drift"),
    ])
    func whatDoesNotFitIsRefused(text: String, key: String, problem: String) throws {
        let found = problems("[learner.default.drift]\n" + text)
        let first = try #require(found.first)
        #expect(found.count == 1 && first.key == "learner.default.\(key)")
        #expect((first.problem + first.remedy).contains(problem), "\(first.problem)")
    }
}
