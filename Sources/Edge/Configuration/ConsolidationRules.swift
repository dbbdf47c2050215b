// SPDX-License-Identifier: Apache-2.0
//
// Which rules and recipes of consolidation go with the model and with each other. Each value for
// itself was checked before; what a pool has no use for is for PoolRules to say.

import Consolidation
import Learning

/// The combinations of consolidation that a learner cannot have.
struct ConsolidationRules: KeyRules {
    private typealias Parts = ConsolidationConfiguration
    private typealias Model = LearnerConfiguration.Model

    let values: ScopedValues

    init(_ values: ScopedValues) {
        self.values = values
    }

    /// Adds what does not fit.
    func check(problems: inout ProblemList) {
        let model = LearnerRules.impliedModel(values)
        guard !model.isPool else { return }
        guard model != .embedding else { return checkAbsence(&problems) }
        checkPlasticity(&problems)
        checkIdleLists(&problems)
        checkIdleNumbers(&problems)
        for (path, trigger) in lists { checkList(path, trigger, &problems) }
    }

    /// The lists of recipes that are in use, with the rule that they are for; nil: any.
    private var lists: [(path: String, trigger: ConsolidationTrigger?)] {
        [("consolidate.recipes", nil)]
            + Parts.recipeKeys.filter { values.value($0.path) != .none }
            .map { ($0.path, $0.trigger) }
    }

    private func recipes(_ path: String) -> [Recipe] {
        Parts.words(values, path).compactMap(Recipe.init)
    }

    /// Nothing can be made of word vectors.
    private func checkAbsence(_ problems: inout ProblemList) {
        let keys =
            Parts.recipeKeys.map(\.path) + [
                "consolidate.recipes", "consolidate.on_plasticity", "consolidate.patience",
                "consolidate.shrink", "consolidate.perturb", "consolidate.ema_half_life",
            ]
        for path in keys where isGiven(path) {
            refuse(
                path,
                "no recipe of consolidation applies to word vectors",
                "remove it, or choose another model",
                &problems
            )
        }
    }

    private func checkPlasticity(_ problems: inout ProblemList) {
        guard values.flag("consolidate.on_plasticity") else {
            for name in ["samples", "dead", "rank"] where isGiven("consolidate.plasticity_\(name)")
            {
                refuse(
                    "consolidate.plasticity_\(name)",
                    "it does nothing while consolidate.on_plasticity = false",
                    "set consolidate.on_plasticity = true, or remove it",
                    &problems
                )
            }
            return
        }
        guard LearnerRules.impliedModel(values) != .network else { return }
        for name in Parts.plasticityKeys where isGiven("consolidate.\(name)") {
            refuse(
                "consolidate.\(name)",
                "only networks have units that can die",
                "remove it, or set model = \"network\"",
                &problems
            )
        }
    }

    /// Lists of rules that are off.
    private func checkIdleLists(_ problems: inout ProblemList) {
        let rules: [(path: String, isOn: Bool, remedy: String)] = [
            (
                "consolidate.recipes_on_drift", values.flag("consolidate.on_drift"),
                "consolidate.on_drift = true"
            ),
            (
                "consolidate.recipes_every_samples",
                values.integer("consolidate.every_samples") > 0,
                "consolidate.every_samples = 100000, for instance"
            ),
            (
                "consolidate.recipes_every", values.duration("consolidate.every") > .zero,
                "consolidate.every = \"1h\", for instance"
            ),
            (
                "consolidate.recipes_at", values.value("consolidate.at") != .none,
                "consolidate.at = \"03:00\", for instance"
            ),
            (
                "consolidate.recipes_on_plasticity", values.flag("consolidate.on_plasticity"),
                "consolidate.on_plasticity = true"
            ),
        ]
        for (path, isOn, remedy) in rules where !isOn && isGiven(path) {
            refuse(path, "its rule is off", "set \(remedy); or remove it", &problems)
        }
    }

    /// Numbers of recipes that no list has.
    private func checkIdleNumbers(_ problems: inout ProblemList) {
        let used = lists.flatMap { recipes($0.path) }
        let numbers: [(path: String, recipe: Recipe)] = [
            ("consolidate.shrink", .shrinkPerturb), ("consolidate.perturb", .shrinkPerturb),
            ("consolidate.ema_half_life", .average), ("consolidate.retain", .continuation),
            ("consolidate.anchor", .continuation), ("consolidate.anchor_l1", .continuation),
        ]
        for (path, recipe) in numbers where !used.contains(recipe) && isGiven(path) {
            refuse(
                path,
                "no rule has the recipe \"\(recipe.name)\"",
                "add that to consolidate.recipes, or remove it",
                &problems
            )
        }
    }

    private func checkList(
        _ path: String,
        _ trigger: ConsolidationTrigger?,
        _ problems: inout ProblemList
    ) {
        for recipe in recipes(path) {
            if let reason = obstacle(to: recipe) {
                refuse(path, reason, "remove \"\(recipe.name)\" from it", &problems)
            }
            guard recipe == .warning, let trigger, trigger != .drift, trigger != .command else {
                continue
            }
            refuse(
                path,
                "without a drift there is no warning, and no window since it",
                "remove \"warning\" from it; consolidate.recipes_on_drift may have it",
                &problems
            )
        }
    }

    /// Why a recipe does not apply to the model; nil when it does.
    private func obstacle(to recipe: Recipe) -> String? {
        guard recipe == .average else { return nil }
        let model: Model = LearnerRules.impliedModel(values)
        switch model {
        case .rls, .arow, .passiveAggressive, .factorisation:
            return "the model \"\(model.rawValue)\" has no use for an average of its parameters"
        default: break
        }
        if FeatureConfiguration(values).isSparse {
            return "an average of every bucket that was ever met would cost more than learning"
        }
        if values.text("isolation") != "off" {
            return "with isolation experts come and go, so there is no average of them"
        }
        return nil
    }
}
