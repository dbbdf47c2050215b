// SPDX-License-Identifier: Apache-2.0
//
// What is done with samples that come without labels, as it is configured: how they wait, which
// labels are asked for, how unusual they are.

/// The bounds of the waiting room.
package struct LabelsConfiguration: Sendable, Equatable {
    /// The most samples that wait.
    package let waitRows: Int
    /// The most bytes that they take.
    package let waitBytes: Int
    /// The longest wait.
    package let wait: Duration

    init(_ values: ScopedValues) {
        waitRows = values.integer("labels.wait_rows")
        waitBytes = values.size("labels.wait_bytes")
        wait = values.duration("labels.wait")
    }
}

/// Which labels are asked for.
package struct QueryConfiguration: Sendable, Equatable {
    /// How they are chosen.
    package enum Strategy: String, Sendable, CaseIterable {
        /// Those of which the learner is least sure.
        case uncertainty
        /// Any.
        case random
    }

    /// The share of the samples that wait.
    package let budget: Double
    /// How they are chosen.
    package let strategy: Strategy

    init(_ values: ScopedValues) {
        budget = values.number("query.budget")
        strategy = values.word("query.strategy")
    }
}

/// How samples are scored for being unusual.
package struct AnomalyConfiguration: Sendable, Equatable {
    /// Whether they are.
    package let isEnabled: Bool
    /// The number of trees.
    package let trees: Int
    /// Their height.
    package let height: Int
    /// The samples of a window.
    package let window: Int

    init(_ values: ScopedValues) {
        isEnabled = values.flag("anomaly.enabled")
        trees = values.integer("anomaly.trees")
        height = values.integer("anomaly.height")
        window = values.integer("anomaly.window")
    }
}
