// SPDX-License-Identifier: Apache-2.0
//
// What is learned, and what each row is there for.

/// What a learner predicts.
package enum Task: UInt8, Sendable, CaseIterable {
    /// A number.
    case regression = 0
    /// One of several classes.
    case classes = 1

    /// The name in manifests, metrics and configuration.
    package var name: String {
        switch self {
        case .regression: "regression"
        case .classes: "classes"
        }
    }
}

/// What a row may be used for. Every row is predicted and, when it has a label, tested.
package enum RowUse: UInt8, Sendable, BitwiseCopyable {
    /// Tested, then trained on.
    case train = 0
    /// Tested, then set aside, never trained on.
    case holdout = 1
    /// Only predicted.
    case scored = 2
}
