// SPDX-License-Identifier: Apache-2.0
//
// When passes over the memory end before their number is full: the loss on rows that are not
// trained on is looked at after each pass, and when it has not fallen below its least for
// `patience` passes in a row, no more are made. Whether they end early or not, what goes on is the
// model as it was after the best pass (Prechelt, "Early stopping - but when?", 1998, with the
// patience as his number of strips).

/// Looks at the loss after each pass.
package struct StopRule: Sendable, Equatable {
    /// After so many passes without a lower loss none follows; 0: all are made.
    package let patience: Int
    /// The least loss so far; infinite before the first that is a number.
    package private(set) var least = Double.infinity
    /// The passes since then.
    package private(set) var waited = 0

    /// Makes a rule that has seen no loss.
    package init(patience: Int) { self.patience = patience }

    /// Whether passes have been made in vain for long enough.
    package var isOver: Bool { patience > 0 && waited >= patience }

    /// Takes the loss after a pass.
    ///
    /// - Parameters:
    ///   - loss: The loss; one that is no number is never the least.
    ///   - counts: Whether the pass counts as one in vain if the loss has not fallen.
    /// - Returns: Whether this pass is the best so far.
    package mutating func take(_ loss: Double, counts: Bool = true) -> Bool {
        if loss < least {
            least = loss
            waited = 0
            return true
        }
        if counts { waited += 1 }
        return false
    }
}
