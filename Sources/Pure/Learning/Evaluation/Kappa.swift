// SPDX-License-Identifier: Apache-2.0
//
// Accuracy beyond a yardstick: 0 is as good as the yardstick, 1 is perfect.
//
// - Cohen's kappa ("A coefficient of agreement for nominal scales", 1960) measures against chance:
//   predictions with the same class counts, but drawn without looking. It needs only how often each
//   class was predicted and how often it was true, so its memory is bounded by the class limit.
// - Kappa against no-change (Bifet et al., "Pitfalls in benchmarking data stream classification",
//   2013) measures against repeating the last label, which many streams reward.

/// Accuracy beyond a yardstick.
package enum Kappa {
    /// (accuracy - yardstick) / (1 - yardstick); nil when the yardstick is perfect.
    package static func beyond(_ yardstick: Double, accuracy: Double) -> Double? {
        yardstick < 1 ? (accuracy - yardstick) / (1 - yardstick) : nil
    }

    /// The accuracy of chance with the given counts of predictions and labels.
    package static func chance(predicted: [UInt64], labels: [UInt64], count: UInt64) -> Double {
        guard count > 0 else { return 0 }
        var sum = 0.0
        for index in 0..<min(predicted.count, labels.count) {
            sum +=
                Double(predicted[index]) / Double(count) * (Double(labels[index]) / Double(count))
        }
        return sum
    }
}
