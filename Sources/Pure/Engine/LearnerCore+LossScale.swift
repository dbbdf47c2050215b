// SPDX-License-Identifier: Apache-2.0
//
// How losses are brought to the 0 to 1 that detectors and races take.

import Consolidation
import Learning

extension LearnerCore {
    /// Log losses count in full at 2 nats; errors at six times the usual one, and the losses of a
    /// learner without labels at twice the trivial one: its own falls while it learns, and a scale
    /// that falls with it would look like a drift.
    var lossScale: LossScale {
        switch schema.task {
        case .classes: LossScale(full: 2, isSquared: false)
        case .regression:
            LossScale(
                full: 6 * max(usualError.mean, 1e-12),
                isSquared: evaluation.yardstick.isSquared
            )
        case .unlabelled: LossScale(full: 2 * max(usualError.mean, 1e-12), isSquared: false)
        }
    }
}
