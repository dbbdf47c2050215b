// SPDX-License-Identifier: Apache-2.0
//
// Which keys of losses, optimisers, rates and models fit together. A key that would do nothing is
// refused, because somebody meant something by it. Each value for itself was checked before.

import Learning

/// The combinations that the linear models and their like cannot have.
struct LinearRules: KeyRules {
    private typealias Model = LearnerConfiguration.Model

    let values: ScopedValues
    private let model: LearnerConfiguration.Model

    init(_ values: ScopedValues) {
        self.values = values
        model = LearnerRules.impliedModel(values)
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        checkIdle(&problems)
        checkRates(&problems)
        checkRowByRow(&problems)
        checkWidth(&problems)
        checkConsolidation(&problems)
    }

    /// Keys that belong to something that is not chosen.
    private func checkIdle(_ problems: inout ProblemList) {
        let loss = values.text("loss")
        let optimiser = values.text("optimiser")
        let decays = values.text("rate_schedule") == "decay"
        let adapts = values.text("rate_adaptation") == "hypergradient"
        let hasTau = loss == "quantile" || loss == "expectile"
        var idle: [(path: String, isIdle: Bool, needs: String)] = [
            ("tau", !hasTau, "loss = \"quantile\" or \"expectile\""),
            ("adagrad_keep", optimiser != "adagrad", "optimiser = \"adagrad\""),
            ("rmsprop_keep", optimiser != "rmsprop", "optimiser = \"rmsprop\""),
            ("weight_decay", optimiser != "adamw", "optimiser = \"adamw\""),
            ("rate_decay", !decays, "rate_schedule = \"decay\""),
            ("rate_power", !decays, "rate_schedule = \"decay\""),
            ("hypergradient_gain", !adapts, "rate_adaptation = \"hypergradient\""),
        ]
        let owners: [(Model, String)] = [
            (.rls, "rls."), (.arow, "arow."), (.passiveAggressive, "passive_aggressive."),
        ]
        for (owner, table) in owners where model != owner {
            for key in SettingKey.linear where key.path.hasPrefix(table) {
                idle.append((key.path, true, "model = \"\(owner.rawValue)\""))
            }
        }
        let isClasses = LearnerRules.impliedTask(values) == .classes
        idle.append(
            (
                "passive_aggressive.insensitivity", isClasses && model == .passiveAggressive,
                "task = \"regression\""
            )
        )
        for (path, isIdle, needs) in idle where isIdle && isGiven(path) {
            refuse(path, "it does nothing without \(needs)", "remove it, or set that", &problems)
        }
    }

    /// A rate that falls or learns.
    private func checkRates(_ problems: inout ProblemList) {
        let decays = values.text("rate_schedule") == "decay"
        let adapts = values.text("rate_adaptation") == "hypergradient"
        if decays && adapts {
            refuse(
                "rate_adaptation",
                "a rate cannot fall by itself and follow its gradients",
                "remove rate_schedule or rate_adaptation",
                &problems
            )
        }
        for (path, isSet) in [("rate_schedule", decays), ("rate_adaptation", adapts)] where isSet {
            if values.text("optimiser") != "sgd" {
                refuse(
                    path,
                    "it needs the plain steps of optimiser = \"sgd\"",
                    "set optimiser = \"sgd\", or remove it",
                    &problems
                )
            }
            if [.network, .factorisation, .embedding].contains(model) {
                refuse(
                    path,
                    "model = \"\(model.rawValue)\" learns at a rate of its own",
                    "remove it, or set model = \"linear\", \"logistic\", \"softmax\" or \"svm\"",
                    &problems
                )
            }
        }
        if adapts, case .number(let rate) = values.value("rate"), !(1e-6...1).contains(rate) {
            refuse(
                "rate",
                "the hypergradient keeps it between 1e-06 and 1",
                "choose a rate in that range",
                &problems
            )
        }
    }

    /// Models whose steps follow from their rows alone have no gradient to do anything to.
    private func checkRowByRow(_ problems: inout ProblemList) {
        guard [.rls, .arow, .passiveAggressive].contains(model) else { return }
        let paths = [
            "optimiser", "rate", "momentum", "beta1", "beta2", "epsilon", "l1", "l2", "mode",
            "huber_delta", "rate_schedule", "rate_adaptation",
        ]
        for path in paths where isGiven(path) {
            refuse(
                path,
                "model = \"\(model.rawValue)\" takes each row by itself, without gradients",
                "remove it, or set another model",
                &problems
            )
        }
        let held = [
            "retain.ewc", "retain.distil", "retain.replay", "consolidate.retain", "warm_start",
        ]
        for path in held
        where SettingKey.keys(of: .learner).contains(where: { $0.path == path }) && isGiven(path) {
            // Replayed rows are rows like others; only their scores are not.
            if path == "retain.replay", values.text(path) == "er" { continue }
            refuse(
                path,
                "model = \"\(model.rawValue)\" has no gradients and no scores to hold it by",
                "remove it; retain.anchor, retain.anchor_l1 and retain.replay = \"er\" are there",
                &problems
            )
        }
    }

    private func checkWidth(_ problems: inout ProblemList) {
        let most = LeastSquaresSettings.widthMost
        guard model == .rls else { return }
        for path in ["width", "features_max"] where isGiven(path) {
            guard case .integer(let width) = values.value(path), width > most else { continue }
            refuse(
                path,
                "model = \"rls\" has \(most) features at most, for a row costs their square",
                "lower it to \(most), or set model = \"linear\"",
                &problems
            )
        }
    }

    private func checkConsolidation(_ problems: inout ProblemList) {
        if values.text("consolidate.schedule") != "cosine", isGiven("consolidate.cycles") {
            refuse(
                "consolidate.cycles",
                "it does nothing without consolidate.schedule = \"cosine\"",
                "remove it, or set that",
                &problems
            )
        }
        let retain = values.text("consolidate.retain")
        if retain != "l2sp", isGiven("consolidate.anchor_l1") {
            refuse(
                "consolidate.anchor_l1",
                "it does nothing while consolidate.retain = \"\(retain)\"",
                "set consolidate.retain = \"l2sp\", or remove it",
                &problems
            )
        }
    }
}
