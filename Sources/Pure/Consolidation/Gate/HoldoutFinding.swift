// SPDX-License-Identifier: Apache-2.0
//
// What the gate's first stage found of a challenger.

package import Learning

/// A challenger beside the champion on the holdout.
package struct HoldoutFinding: Sendable, Equatable {
    /// The rows since the onset that were compared.
    package var rows: Int
    /// The champion's mean loss on them.
    package var championLoss: Double
    /// The challenger's mean loss on them.
    package var challengerLoss: Double
    /// The rows among them that the champion gets right and the challenger wrong.
    package var negativeFlips = 0
    /// Those that only the challenger gets right.
    package var positiveFlips = 0
    /// Why the challenger must not race; nil when it may.
    package var objection: String?

    /// Makes a finding without flips.
    package init(
        rows: Int = 0,
        championLoss: Double = 0,
        challengerLoss: Double = 0,
        objection: String? = nil
    ) {
        self.rows = rows
        self.championLoss = championLoss
        self.challengerLoss = challengerLoss
        self.objection = objection
    }
}

/// The highest loss that counts: one absurd sample must not decide a gate.
package enum LossBound {
    /// The bound for a task.
    package static func value(for task: Task) -> Double {
        task == .classes ? 4 : .greatestFiniteMagnitude
    }
}
