// SPDX-License-Identifier: Apache-2.0
//
// Which recipes make challengers of which model. A model that has none keeps no memory, since
// nobody would read it, is never asked to consolidate by drift, samples or time, and refuses the
// operator's order in words.

package import Learning

extension ModelKind {
    /// The recipes that apply to the model.
    ///
    /// A learner of the kind may still have none of its own: over hashed features, and where
    /// contexts have experts, nobody keeps an average (``Learner/averages``).
    package var recipes: [Recipe] {
        switch self {
        case .linear, .logistic, .softmax, .svm, .network:
            [.refit, .continuation, .shrinkPerturb, .average, .warning, .recalled]
        // Their parameters go with what they know of the rows so far; means of them do not.
        case .rls, .arow, .passiveAggressive, .factorisation:
            [.refit, .continuation, .shrinkPerturb, .warning, .recalled]
        // A few thousand remembered texts teach vectors little; what a refit on them has seen is
        // nothing beside what the stream has taught the champion.
        // A pool makes anew what in it is made anew, and the rest of it follows the stream.
        case .embedding, .pool: []
        }
    }

    /// The most passes over the memory that are of use; nil when more are always welcome.
    ///
    /// Least squares has its best answer after one; a second would count every row twice.
    var passesMost: Int? { self == .rls ? 1 : nil }
}
