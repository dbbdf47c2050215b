// SPDX-License-Identifier: Apache-2.0
//
// Losses, optimisers and rates, and the models whose steps follow from their rows alone, as they are
// configured.

package import Learning

/// What belongs to one loss, one optimiser or one model alone.
package struct LinearConfiguration: Sendable, Equatable {
    /// What becomes of the rate by itself.
    package enum Schedule: String, Sendable, CaseIterable {
        /// It stays.
        case constant
        /// It falls with each step.
        case decay
    }

    /// What the rate learns from.
    package enum Adaptation: String, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// The agreement of gradients.
        case hypergradient
    }

    /// What bounds a passive-aggressive step.
    package enum Variant: String, Sendable, CaseIterable {
        /// C.
        case first
        /// C and the row, softly.
        case second
    }

    /// The quantile or expectile.
    package let tau: Double
    /// What AdaGrad keeps of its squares.
    package let adagradKeep: Double
    /// What RMSProp keeps of its squares.
    package let rmspropKeep: Double
    /// AdamW's decay of the weights.
    package let weightDecay: Double
    /// What becomes of the rate by itself.
    package let schedule: Schedule
    /// How fast it falls.
    package let rateDecay: Double
    /// The power of its fall.
    package let ratePower: Double
    /// What it learns from.
    package let adaptation: Adaptation
    /// How much.
    package let hypergradientGain: Double
    /// What belongs to one model alone.
    package let models: ModelSettings

    init(_ values: ScopedValues) {
        tau = values.number("tau")
        adagradKeep = values.number("adagrad_keep")
        rmspropKeep = values.number("rmsprop_keep")
        weightDecay = values.number("weight_decay")
        schedule = values.word("rate_schedule")
        rateDecay = values.number("rate_decay")
        ratePower = values.number("rate_power")
        adaptation = values.word("rate_adaptation")
        hypergradientGain = values.number("hypergradient_gain")
        var models = ModelSettings()
        models.rls.forgetting = Float(values.number("rls.forgetting"))
        models.rls.ridge = Float(values.number("rls.ridge"))
        models.rls.traceCap = Float(values.number("rls.trace_cap"))
        models.rls.clip = Float(values.number("rls.clip"))
        models.arow.r = Float(values.number("arow.r"))
        models.arow.q = Float(values.number("arow.q"))
        models.arow.fullWidth = values.integer("arow.full_width")
        models.passiveAggressive.aggressiveness = Float(
            values.number("passive_aggressive.aggressiveness")
        )
        let variant: Variant = values.word("passive_aggressive.variant")
        models.passiveAggressive.variant = variant == .first ? .first : .second
        models.passiveAggressive.insensitivity = Float(
            values.number("passive_aggressive.insensitivity")
        )
        self.models = models
    }

    /// What the engine makes of schedule and adaptation.
    var pace: RatePace {
        if adaptation == .hypergradient { return .hypergradient(gain: Float(hypergradientGain)) }
        return schedule == .constant
            ? .constant : .decay(speed: Float(rateDecay), power: Float(ratePower))
    }
}
