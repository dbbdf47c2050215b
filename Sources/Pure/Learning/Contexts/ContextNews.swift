// SPDX-License-Identifier: Apache-2.0
//
// What a learner has to tell of its contexts: who got a model, who had to give it back and why. The
// learner knows contexts by number; whoever has the names adds them.

/// A change in who owns a model.
package struct ContextNews: Sendable, Equatable {
    /// What happened to the model of a context.
    package enum Change: Sendable, Equatable {
        /// The context has one from now on.
        case opened
        /// It is one with that of another context from now on.
        case merged(into: Int32)
        /// It is gone; the ensemble predicts for the context.
        case dropped
    }

    /// The context's number.
    package var context: Int32
    /// What happened.
    package var change: Change
    /// How many samples the model had been trained on.
    package var samples: UInt64
    /// Why, in words.
    package var reason: String

    /// Makes news.
    package init(context: Int32, change: Change, samples: UInt64, reason: String) {
        self.context = context
        self.change = change
        self.samples = samples
        self.reason = reason
    }
}

/// One expert, as an operator sees it.
package struct ExpertStatus: Sendable, Equatable {
    /// The contexts that own it; none for the shared one.
    package var contexts: [Int32]
    /// How many samples it has been trained on.
    package var trained: UInt64
    /// Its weight in the ensemble.
    package var weight: Double
}
