// SPDX-License-Identifier: Apache-2.0
//
// What the file says of consolidation.

package import Consolidation
package import Engine

/// When and how challengers are made and judged.
package struct ConsolidationConfiguration: Sendable, Equatable {
    /// How the steps of the recipes fall.
    package enum Schedule: String, Sendable, CaseIterable {
        /// From pass to pass.
        case decay
        /// In cosines that begin anew.
        case cosine
    }

    /// Whether drift asks for a consolidation.
    package let onDrift: Bool
    /// The samples between two consolidations; nil when their number asks for none.
    package let everySamples: Int?
    /// The time between two consolidations; nil when time asks for none.
    package let every: Duration?
    /// The times of the week that ask for one, in UTC.
    package let at: [WeekTime]
    /// When lost plasticity asks for one; nil: never.
    package let plasticity: PlasticityRule?
    /// How challengers are made, for each rule.
    package let recipes: RuleRecipes
    /// The passes without a lower loss after which no more are made; 0: all are made.
    package let patience: Int
    /// What is left of the champion's parameters in shrink and perturb.
    package let shrink: Double
    /// The noise that they get.
    package let perturb: Double
    /// The half-life of the champion's average, in samples.
    package let averageHalfLife: Int
    /// The wait after a consolidation; it doubles with each rejection in a row.
    package let cooldown: Duration
    /// The longest wait.
    package let cooldownMax: Duration
    /// The wait in samples; whichever of time and samples is over first ends it.
    package let cooldownSamples: Int
    /// The longest wait in samples.
    package let cooldownSamplesMax: Int
    /// What stands between a challenger and the champion's place.
    package let gate: GateMode
    /// Whether the model before an adoption goes on beside the new one for a while.
    package let hasProbation: Bool
    /// How many champions of earlier worlds are kept.
    package let worlds: Int
    /// The most samples of a shadow race.
    package let raceSamples: Int
    /// The time after which a job is cancelled.
    package let deadline: Duration
    /// What keeps a challenger near the champion from which it goes on.
    package enum Retain: String, Sendable, CaseIterable {
        /// The distance of all parameters.
        case anchor = "l2sp"
        /// That of the parameters that matter.
        case importance = "ewc"
        /// That of the scores.
        case scores = "derpp"
        /// That of the probabilities.
        case distillation = "lwf"
    }

    /// What keeps the continued challenger near the champion.
    package let retain: Retain
    /// How strongly, for all but the anchor; nil: the usual.
    package let retainStrength: Double?
    /// The pull of the anchor in the anchored challenger.
    package let anchor: Double
    /// The same by the first norm.
    package let anchorL1: Double
    /// How the steps fall.
    package let schedule: Schedule
    /// How many cycles of cosines there are.
    package let cycles: Int
    /// How much worse, relatively, a challenger's holdout loss may be than the champion's.
    package let tolerance: Double

    init(_ values: ScopedValues) {
        onDrift = values.flag("consolidate.on_drift")
        let count = values.integer("consolidate.every_samples")
        everySamples = count == 0 ? nil : count
        let time = values.duration("consolidate.every")
        every = time == .zero ? nil : time
        at = ConsolidationConfiguration.words(values, "consolidate.at").compactMap(WeekTime.init)
        plasticity = ConsolidationConfiguration.plasticity(values)
        recipes = ConsolidationConfiguration.recipes(values)
        patience = values.integer("consolidate.patience")
        shrink = values.number("consolidate.shrink")
        perturb = values.number("consolidate.perturb")
        averageHalfLife = values.integer("consolidate.ema_half_life")
        cooldown = values.duration("consolidate.cooldown")
        cooldownMax = values.duration("consolidate.cooldown_max")
        cooldownSamples = values.integer("consolidate.cooldown_samples")
        cooldownSamplesMax = values.integer("consolidate.cooldown_samples_max")
        let word = values.text("consolidate.gate")
        gate = GateMode.allCases.first { $0.name == word } ?? .full
        hasProbation = values.flag("consolidate.probation")
        worlds = values.integer("consolidate.worlds")
        raceSamples = values.integer("consolidate.race_samples")
        deadline = values.duration("consolidate.deadline")
        retain = values.word("consolidate.retain")
        retainStrength =
            values.value("consolidate.retain_strength") == .none
            ? nil : values.number("consolidate.retain_strength")
        anchor = values.number("consolidate.anchor")
        anchorL1 = values.number("consolidate.anchor_l1")
        schedule = values.word("consolidate.schedule")
        cycles = values.integer("consolidate.cycles")
        tolerance = values.number("consolidate.tolerance")
    }

    /// The keys with which each rule has recipes of its own.
    static let recipeKeys: [(path: String, trigger: ConsolidationTrigger)] = [
        ("consolidate.recipes_on_drift", .drift),
        ("consolidate.recipes_every_samples", .samples),
        ("consolidate.recipes_every", .interval),
        ("consolidate.recipes_at", .calendar),
        ("consolidate.recipes_on_plasticity", .plasticity),
        ("consolidate.recipes_on_command", .command),
    ]

    /// What belongs to the rule of lost plasticity.
    static let plasticityKeys = [
        "on_plasticity", "plasticity_samples", "plasticity_dead", "plasticity_rank",
        "recipes_on_plasticity",
    ]

    /// The texts of a list; none where the key has no value.
    static func words(_ values: ScopedValues, _ path: String) -> [String] {
        guard case .labels(let labels) = values.value(path) else { return [] }
        return labels.compactMap { if case .text(let word) = $0 { word } else { nil } }
    }

    private static func recipes(_ values: ScopedValues) -> RuleRecipes {
        var recipes = RuleRecipes()
        recipes.usual = words(values, "consolidate.recipes").compactMap(Recipe.init)
        for (path, trigger) in recipeKeys where values.value(path) != .none {
            recipes.set(words(values, path).compactMap(Recipe.init), for: trigger)
        }
        return recipes
    }

    private static func plasticity(_ values: ScopedValues) -> PlasticityRule? {
        guard values.flag("consolidate.on_plasticity") else { return nil }
        var rule = PlasticityRule()
        rule.everySamples = values.integer("consolidate.plasticity_samples")
        rule.deadShare = values.number("consolidate.plasticity_dead")
        rule.rankShare = values.number("consolidate.plasticity_rank")
        return rule
    }
}
