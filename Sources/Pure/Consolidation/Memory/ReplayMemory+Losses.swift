// SPDX-License-Identifier: Apache-2.0
//
// What was lost on remembered rows when they came.

extension ReplayMemory {
    /// With fewer rows nobody knows what is usual.
    private static let usualLeast = 30

    /// The mean loss on the newest rows from before a change.
    ///
    /// - Parameters:
    ///   - onset: The first sample after the change; 0 when there was none.
    ///   - scale: What brings losses to 0...1.
    /// - Returns: The mean; nil where there are too few rows.
    package func usualLoss(before onset: UInt64, scale: LossScale) -> Double? {
        guard onset > 0 else { return nil }
        let losses = recentLosses(since: 0).lazy.filter { $0.sample < onset }
        var sum = 0.0
        var count = 0
        for (_, loss) in losses {
            sum += scale.bounded(loss)
            count += 1
        }
        return count >= ReplayMemory.usualLeast ? sum / Double(count) : nil
    }
}
