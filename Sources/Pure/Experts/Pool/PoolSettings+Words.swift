// SPDX-License-Identifier: Apache-2.0
//
// Models that people look for by a name of their own are pools of one expert: the mix calibrates
// what it says, refits and late labels go as for every pool, and nothing else has to be there for
// them. Where classes and numbers take different kinds, both are named: a pool leaves out what
// cannot predict what it is asked for.

extension PoolSettings {
    /// A model that is a pool of one expert.
    package struct Word: Sendable, Equatable {
        /// What it is called.
        package let name: String
        /// The kinds that it may be, each for what it predicts.
        package let experts: [String]
    }

    /// The names, in the order of the manual.
    package static let words = [
        Word(name: "hoeffding_tree", experts: ["hoeffding_tree"]),
        Word(name: "adaptive_tree", experts: ["adaptive_tree"]),
        Word(name: "leveraging_bagging", experts: ["leveraging_bagging"]),
        Word(name: "adaptive_forest", experts: ["adaptive_forest"]),
        Word(name: "knn", experts: ["knn_1000", "knn_numbers"]),
        Word(name: "naive_bayes", experts: ["naive_bayes"]),
    ]

    /// What the pool is called: by a name of its own, if it has one.
    package var name: String {
        PoolSettings.words.first { $0.experts == experts }?.name ?? "pool"
    }
}
