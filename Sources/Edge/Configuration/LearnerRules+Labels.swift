// SPDX-License-Identifier: Apache-2.0
//
// Questions and the samples that wait for an answer.

extension LearnerRules {
    /// Adds what does not fit about late labels.
    func checkLabels(_ problems: inout ProblemList) {
        guard values.number("query.budget") > 0 else { return }
        if values.integer("labels.wait_rows") == 0 {
            refuse(
                "query.budget",
                "it asks for labels, and no sample waits for one (labels.wait_rows = 0)",
                "set labels.wait_rows to 1 or more, or query.budget = 0",
                &problems
            )
        }
        if LearnerRules.impliedTask(values) == .unlabelled {
            refuse(
                "query.budget",
                "it asks for labels, and this learner looks at none",
                "set query.budget = 0, or choose a model that learns from labels",
                &problems
            )
        }
    }
}
