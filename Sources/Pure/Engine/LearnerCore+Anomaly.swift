// SPDX-License-Identifier: Apache-2.0
//
// The anomaly score beside the model: it sees every row once, when it comes, with a label or
// without.

import Learning

extension LearnerCore {
    /// Makes or ends the score, as the settings want it; other trees begin anew.
    ///
    /// Rows of buckets have no columns in which something could be far out.
    mutating func configureAnomaly(_ settings: EngineSettings) {
        guard settings.anomaly.isEnabled, !schema.isSparse, schema.task != .unlabelled else {
            anomaly = nil
            return
        }
        guard anomaly?.trees.settings != settings.anomaly else { return }
        anomaly = AnomalyScore(
            settings: settings.anomaly,
            width: schema.width,
            seed: settings.seed
        )
    }

    /// Scores the rows of the block but those that have waited: they were scored when they came.
    mutating func scoreAnomalies(isHeld: Bool) {
        guard anomaly != nil else { return }
        anomalies =
            anomaly?.scoreThenLearn(block, except: joined.map(\.row), isHeld: isHeld) ?? []
    }

    /// What is known of a row of the block.
    func anomaly(of row: Int) -> Anomaly? {
        anomaly == nil || row >= anomalies.count ? nil : anomalies[row]
    }
}
