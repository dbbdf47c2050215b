// SPDX-License-Identifier: Apache-2.0
//
// How a consolidation is reported: when it starts, and when the gate has decided. A verdict also
// goes into the registry, adopted or not.

package import Consolidation
package import Primitives

/// How a consolidation ended.
package enum ConsolidationVerdict: String, Sendable {
    /// A challenger became champion.
    case adopted
    /// Every challenger was worse.
    case rejected
    /// No decision within the bounds, or the job was dropped.
    case expired
}

/// What one challenger showed.
package struct ChallengerFigures: Sendable, Equatable {
    /// How it was made.
    package var recipe: Recipe
    /// What the holdout said.
    package var finding: HoldoutFinding
    /// The remembered samples that it had to show before its race.
    package var remembered: Int
    /// The live samples of its race.
    package var raced: Int
    /// The champion's bounded loss minus its own, on average over the race.
    package var advantage: Double

    /// The figures as JSON.
    package var json: JSONValue {
        [
            "recipe": .string(recipe.name),
            "holdout_rows": .int(Int64(finding.rows)),
            "champion_loss": .number(finding.championLoss),
            "challenger_loss": .number(finding.challengerLoss),
            "negative_flips": .int(Int64(finding.negativeFlips)),
            "positive_flips": .int(Int64(finding.positiveFlips)),
            "remembered": .int(Int64(remembered)),
            "objection": finding.objection.map { .string($0) } ?? .null,
            "raced": .int(Int64(raced)),
            "advantage": .number(advantage),
        ]
    }
}

/// One step of a consolidation's life.
package struct ConsolidationNews: Sendable {
    /// The consolidation's number within its learner.
    package var id: UInt64
    /// What asked for it.
    package var trigger: ConsolidationTrigger
    /// The verdict; nil when it has just started.
    package var verdict: ConsolidationVerdict?
    /// What exactly moved the rule to ask, where that can be said.
    package var cause: String
    /// Who won.
    package var winner: Recipe?
    /// Why, in words.
    package var reason: String
    /// How challengers are made; none in a pool, and once it is decided.
    package var recipes: [Recipe]
    /// The version that was published for it.
    package var version: UInt64?
    /// What each challenger showed.
    package var challengers: [ChallengerFigures]
    /// The labelled samples seen when it happened.
    package var sample: UInt64

    /// Makes the news.
    package init(
        id: UInt64,
        trigger: ConsolidationTrigger,
        verdict: ConsolidationVerdict? = nil,
        cause: String = "",
        winner: Recipe? = nil,
        reason: String,
        recipes: [Recipe] = [],
        version: UInt64? = nil,
        challengers: [ChallengerFigures] = [],
        sample: UInt64
    ) {
        self.id = id
        self.trigger = trigger
        self.verdict = verdict
        self.cause = cause
        self.winner = winner
        self.reason = reason
        self.recipes = recipes
        self.version = version
        self.challengers = challengers
        self.sample = sample
    }

    /// The fields of the event and of the registry's record.
    package var fields: [JSONValue.Member] {
        [
            .init("event", "consolidation"),
            .init("id", .int(Int64(id))),
            .init("phase", verdict == nil ? "started" : "decided"),
            .init("trigger", .string(trigger.name)),
            .init("cause", cause.isEmpty ? .null : .string(cause)),
            .init("verdict", verdict.map { .string($0.rawValue) } ?? .null),
            .init("challenger", winner.map { .string($0.name) } ?? .null),
            .init("reason", .string(reason)),
            .init("recipes", .array(recipes.map { .string($0.name) })),
            .init("version", version.map { .int(Int64($0)) } ?? .null),
            .init("sample", .int(Int64(sample))),
            .init("challengers", .array(challengers.map(\.json))),
        ]
    }
}
