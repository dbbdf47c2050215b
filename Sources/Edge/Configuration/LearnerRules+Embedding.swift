// SPDX-License-Identifier: Apache-2.0
//
// What goes with word vectors and what only with them. A key that would do nothing is refused as
// soon as it has another value than its default.

extension LearnerRules {
    /// What means nothing to word vectors.
    private static let foreign: [(path: String, problem: String)] = [
        ("optimiser", "word vectors are learned by \"sgd\""),
        ("mode", "word vectors are learned one sample after the other"),
        ("l1", "word vectors have no regulariser"),
        ("l2", "word vectors have no regulariser"),
        ("width", "word vectors are learned from texts, not from arrays"),
        ("retain.replay", "what has no labels cannot be held on to"),
        ("retain.ewc", "what has no labels cannot be held on to"),
        ("retain.distil", "what has no labels cannot be held on to"),
        ("retain.anchor", "what has no labels cannot be held on to"),
        ("retain.anchor_l1", "what has no labels cannot be held on to"),
        ("consolidate.every", "no recipe of consolidation applies to word vectors"),
        ("consolidate.every_samples", "no recipe of consolidation applies to word vectors"),
        ("consolidate.at", "no recipe of consolidation applies to word vectors"),
    ]

    /// Adds what does not fit.
    func checkEmbedding(_ problems: inout ProblemList) {
        let keys = SettingKey.keys(of: .learner)
        guard LearnerRules.impliedModel(values) == .embedding else {
            for key in keys
            where (key.path.hasPrefix("embedding.") || key.path == "text.name")
                && values.value(key.path) != key.standard
            {
                refuse(
                    key.path,
                    "only model = \"embedding\" has it",
                    "remove it, or set model = \"embedding\"",
                    &problems
                )
            }
            return
        }
        for (path, problem) in LearnerRules.foreign {
            guard let key = keys.first(where: { $0.path == path }),
                values.value(path) != key.standard
            else { continue }
            refuse(path, problem, "remove it, or choose another model", &problems)
        }
        let memory = values.integer("embedding.count_memory")
        let words = values.integer("embedding.vocabulary_max")
        if memory > 0, memory < 4 * words {
            refuse(
                "embedding.count_memory",
                "it is less than four times embedding.vocabulary_max = \(words)",
                "raise it to at least \(4 * words), or set 0 to never halve the counts",
                &problems
            )
        }
    }
}
