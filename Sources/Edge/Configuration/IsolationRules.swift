// SPDX-License-Identifier: Apache-2.0
//
// Which keys go with contexts that own parts of a model. Each value for itself was checked before.

/// The combinations that isolation cannot have.
struct IsolationRules: KeyRules {
    private typealias Isolation = LearnerConfiguration.Isolation

    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        let model: LearnerConfiguration.Model = values.word("model")
        let isolation: Isolation = values.word("isolation")
        switch isolation {
        case .off:
            guard isGiven("isolation_max") else { return }
            refuse(
                "isolation_max",
                "it does nothing while isolation = \"off\"",
                "set isolation = \"experts\", or remove it",
                &problems
            )
        case .heads:
            checkHeads(model, &problems)
            checkRoom(&problems)
            checkScaling(&problems)
            checkRetention(&problems)
        case .experts:
            checkModel(&problems)
            checkRoom(&problems)
            checkScaling(&problems)
            checkRetention(&problems)
        }
    }

    /// Who answers best can only be told by labels.
    private func checkModel(_ problems: inout ProblemList) {
        let model: LearnerConfiguration.Model = values.word("model")
        guard model == .embedding else { return }
        refuse(
            "isolation",
            "experts need labels, and model = \"embedding\" learns without",
            "set isolation = \"off\", or run a learner for each context",
            &problems
        )
    }

    /// Heads are the last layers of one network.
    private func checkHeads(_ model: LearnerConfiguration.Model, _ problems: inout ProblemList) {
        guard model == .network else {
            return refuse(
                "isolation",
                "a head is the last layer of a network, and this model has only one layer",
                "set isolation = \"experts\", or model = \"network\"",
                &problems
            )
        }
        let isDeadGiven = isGiven("replace.dead_after") && values.integer("replace.dead_after") > 0
        for (key, isAsked) in [
            ("replace.rate", values.number("replace.rate") > 0),
            ("replace.dead_after", isDeadGiven),
        ] where isAsked {
            refuse(
                key,
                "units that heads share cannot be replaced by one of them",
                "set \(key) = 0, or isolation = \"experts\"",
                &problems
            )
        }
    }

    /// An expert without a context is never opened.
    private func checkRoom(_ problems: inout ProblemList) {
        guard values.integer("contexts_max") == 0 else { return }
        refuse(
            "isolation",
            "no context is told apart while contexts_max = 0",
            "raise contexts_max, or set isolation = \"off\"",
            &problems
        )
    }

    /// The window of an expert would have to leave out the rows of others.
    private func checkScaling(_ problems: inout ProblemList) {
        guard values.value("standardise.scaling") == .text("windowed") else { return }
        refuse(
            "standardise.scaling",
            "with isolation each context scales for itself, which no window can do",
            "set standardise.scaling = \"running\" or \"none\", or isolation = \"off\"",
            &problems
        )
    }

    /// What is done against forgetting holds one model; experts do not forget one another's world.
    private func checkRetention(_ problems: inout ProblemList) {
        var paths = ["retain.ewc", "retain.distil", "retain.anchor", "retain.anchor_l1"]
        paths.append("retain.replay")
        for path in paths where isGiven(path) {
            refuse(
                path,
                "it holds one model, and with isolation there are several",
                "remove it, or set isolation = \"off\"",
                &problems
            )
        }
        if isGiven("consolidate.retain") {
            refuse(
                "consolidate.retain",
                "with isolation a continuation is held by an anchor",
                "remove it (\"l2sp\" is the default), or set isolation = \"off\"",
                &problems
            )
        }
    }
}
