// SPDX-License-Identifier: Apache-2.0
//
// Why a version exists. The reason decides how long it is kept.

/// What led to a version.
package enum VersionReason: UInt8, Sendable, CaseIterable {
    /// The learner has learned enough for a first one.
    case first = 0
    /// Time or samples have passed and the model has moved.
    case routine = 1
    /// The daemon has started again from a checkpoint.
    case resumed = 2
    /// A challenger has won.
    case consolidated = 3
    /// The operator went back to an earlier version.
    case rollback = 4
    /// A champion of earlier is better again.
    case recalled = 5

    /// The word in the manifest.
    package var name: String {
        switch self {
        case .first: "first"
        case .routine: "routine"
        case .resumed: "resumed"
        case .consolidated: "consolidated"
        case .rollback: "rollback"
        case .recalled: "recalled"
        }
    }

    /// The reason with the given word.
    package init?(name: String) {
        guard let reason = VersionReason.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = reason
    }
}
