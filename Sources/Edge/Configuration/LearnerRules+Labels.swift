// SPDX-License-Identifier: Apache-2.0
//
// Samples without labels: questions, the samples that wait for an answer, and what is unusual.

extension LearnerRules {
    /// Adds what does not fit about late labels.
    func checkLabels(_ problems: inout ProblemList) {
        checkAnomaly(&problems)
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

    /// The score needs columns of numbers.
    private func checkAnomaly(_ problems: inout ProblemList) {
        guard values.flag("anomaly.enabled") else { return }
        if LearnerRules.impliedTask(values) == .unlabelled {
            refuse(
                "anomaly.enabled",
                "the score needs columns of numbers, and this learner reads texts",
                "set anomaly.enabled = false",
                &problems
            )
        }
        if values.value("hash_bits") != .none {
            refuse(
                "anomaly.enabled",
                "the score needs columns of numbers, and hashed features share buckets",
                "set anomaly.enabled = false, or leave hash_bits away",
                &problems
            )
        }
    }
}
