// SPDX-License-Identifier: Apache-2.0
//
// What is learned, and what each row is there for.

/// What a learner predicts.
package enum Task: UInt8, Sendable, CaseIterable {
    /// A number.
    case regression = 0
    /// One of several classes.
    case classes = 1
    /// Nothing: the features are learned for themselves, and a label is not looked at.
    ///
    /// A learner of this task gives two numbers for a row: its loss, and that of a trivial model
    /// on the same row; both are NaN where it has nothing to say.
    case unlabelled = 2

    /// What a vote over labels can decide.
    ///
    /// A task without labels needs a model that learns without, and only the configuration can
    /// name that.
    package static let votable: [Task] = [.regression, .classes]

    /// The name in manifests, metrics and configuration.
    package var name: String {
        switch self {
        case .regression: "regression"
        case .classes: "classes"
        case .unlabelled: "unlabelled"
        }
    }
}

/// What a row may be used for.
///
/// Every row is predicted and, when it has a label or needs none, tested.
package enum RowUse: UInt8, Sendable, BitwiseCopyable {
    /// Tested, then trained on.
    case train = 0
    /// Tested, then set aside, never trained on.
    case holdout = 1
    /// Only predicted.
    case scored = 2
}
