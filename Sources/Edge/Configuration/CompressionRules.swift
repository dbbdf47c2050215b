// SPDX-License-Identifier: Apache-2.0
//
// Which keys of compressed versions fit the model. A key that would do nothing is refused, because
// somebody meant something by it. Each value for itself was checked before.

/// The combinations that compressed versions cannot have.
struct CompressionRules: KeyRules {
    private typealias Model = LearnerConfiguration.Model

    let values: ScopedValues
    private let model: Model

    init(_ values: ScopedValues) {
        self.values = values
        model = LearnerRules.impliedModel(values)
    }

    private static let sparsity = ["publish.prune", "publish.top_k"]

    /// Adds what does not fit.
    func check(_ learner: LearnerConfiguration, problems: inout ProblemList) {
        checkIdle(&problems)
        checkPool(&problems)
        checkEmbedding(&problems)
        checkPruning(isSparse: learner.features.isSparse, &problems)
    }

    /// What says how something is compressed counts only while something is.
    private func checkIdle(_ problems: inout ProblemList) {
        if isGiven("publish.keep_pruned"), values.number("publish.prune") == 0 {
            refuse(
                "publish.keep_pruned",
                "it does nothing while publish.prune = 0",
                "set publish.prune above 0, or remove it",
                &problems
            )
        }
        let asks = ["publish.weights", "publish.prune_units"] + CompressionRules.sparsity
        if isGiven("publish.tolerance"), !asks.contains(where: isGiven) {
            refuse(
                "publish.tolerance",
                "it does nothing while versions are not compressed",
                "set publish.weights or publish.prune, or remove it",
                &problems
            )
        }
    }

    /// The networks of a pool are published in half precision, if anything.
    private func checkPool(_ problems: inout ProblemList) {
        guard model.isPool else { return }
        for path in CompressionRules.sparsity where isGiven(path) {
            refuse(path, "the weights of a pool's experts stay", remedy, &problems)
        }
        if values.text("publish.weights") == "int8" {
            refuse(
                "publish.weights",
                "a pool publishes its networks in half precision at most",
                "set it to \"float16\", or choose another model",
                &problems
            )
        }
    }

    /// Whole vectors of words are looked up, and no rows are kept on which they could be compared.
    private func checkEmbedding(_ problems: inout ProblemList) {
        guard model == .embedding else { return }
        for path in CompressionRules.sparsity + ["publish.weights"] where isGiven(path) {
            refuse(path, "word vectors are published as they are", remedy, &problems)
        }
    }

    /// What is pruned while it learns.
    private func checkPruning(isSparse: Bool, _ problems: inout ProblemList) {
        if isGiven("publish.prune_units"), model != .network {
            refuse(
                "publish.prune_units",
                "only model = \"network\" has hidden units",
                "remove it, or set model = \"network\"",
                &problems
            )
        }
        let isolation = values.text("isolation") != "off"
        for path in ["publish.keep_pruned", "publish.prune_units"] where isGiven(path) && isolation
        {
            refuse(
                path,
                "experts of contexts are not pruned while they learn",
                "remove it, or set isolation = \"off\"",
                &problems
            )
        }
        let canKeep: [Model] = [.auto, .network, .linear, .logistic, .softmax, .svm]
        if isGiven("publish.keep_pruned"), !canKeep.contains(model) || isSparse {
            refuse(
                "publish.keep_pruned",
                "the model \(model.rawValue) is not pruned while it learns"
                    + (isSparse ? " over hashed slots" : ""),
                "remove it; publish.prune alone prunes each version",
                &problems
            )
        }
    }

    private var remedy: String { "remove it, or choose another model" }
}
