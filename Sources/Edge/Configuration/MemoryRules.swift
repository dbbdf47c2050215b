// SPDX-License-Identifier: Apache-2.0
//
// Which policy of the memory goes with the rest of a learner. A regression has no classes to
// balance over; there the default keeps every row with the same probability. What a pool has no
// use for is for PoolRules to say.

/// The combinations of memory that a learner cannot have.
struct MemoryRules: KeyRules {
    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        let policy: MemoryConfiguration.Policy = values.word("memory.policy")
        if LearnerRules.impliedModel(values) == .embedding, policy != .balanced {
            refuse(
                "memory.policy",
                "no rows are remembered of texts, since nothing is made of them",
                "remove it, or set another model",
                &problems
            )
        }
        if policy == .contexts, values.integer("contexts_max") == 0 {
            refuse(
                "memory.policy",
                "no context is told apart while contexts_max = 0",
                "raise contexts_max, or set memory.policy = \"balanced\"",
                &problems
            )
        }
    }
}
