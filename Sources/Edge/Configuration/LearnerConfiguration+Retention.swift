// SPDX-License-Identifier: Apache-2.0
//
// What is done against forgetting, as it is configured.

import Learning

/// What keeps a learner from forgetting.
package struct RetentionConfiguration: Sendable, Equatable {
    /// Which rows of the past are learned again with each new one.
    package enum Replay: String, Sendable, CaseIterable {
        /// None.
        case none
        /// Rows with their labels.
        case plain = "er"
        /// The same, and the scores that they had.
        case scores = "derpp"
    }

    /// Which rows of the past are learned again.
    package let replay: Replay
    /// The most rows of the buffer.
    package let rows: Int
    /// The most bytes of the buffer.
    package let bytesMax: Int
    /// How many of them are learned with each new row.
    package let draws: Int
    /// How much the distance from buffered scores counts.
    package let alpha: Double
    /// How much the loss on further buffered rows counts.
    package let beta: Double
    /// How strongly parameters that matter are held.
    package let ewc: Double
    /// How much of what mattered before still does.
    package let ewcDecay: Double
    /// From how many rows it is told what matters.
    package let ewcRows: Int
    /// How much the probabilities of an earlier self count.
    package let distil: Double
    /// The temperature at which they are compared.
    package let temperature: Double
    /// How strongly all parameters are held by the second norm.
    package let anchor: Double
    /// How strongly all parameters are held by the first norm.
    package let anchorL1: Double
    /// After how many samples the earlier self is that of now.
    package let renewEvery: Int

    init(_ values: ScopedValues) {
        replay = values.word("retain.replay")
        rows = values.integer("retain.rows")
        bytesMax = values.size("retain.bytes_max")
        draws = values.integer("retain.draws")
        alpha = values.number("retain.alpha")
        beta = values.number("retain.beta")
        ewc = values.number("retain.ewc")
        ewcDecay = values.number("retain.ewc_decay")
        ewcRows = values.integer("retain.ewc_rows")
        distil = values.number("retain.distil")
        temperature = values.number("retain.temperature")
        anchor = values.number("retain.anchor")
        anchorL1 = values.number("retain.anchor_l1")
        renewEvery = values.integer("retain.renew_every")
    }

    /// What the engine makes of it.
    var settings: RetentionSettings {
        var settings = RetentionSettings()
        settings.replay =
            switch replay {
            case .none: .none
            case .plain: .plain
            case .scores: .scores
            }
        settings.rows = rows
        settings.bytesMax = bytesMax
        settings.draws = draws
        settings.alpha = Float(alpha)
        settings.beta = Float(beta)
        settings.ewc = Float(ewc)
        settings.ewcDecay = Float(ewcDecay)
        settings.ewcRows = ewcRows
        settings.distil = Float(distil)
        settings.temperature = Float(temperature)
        settings.anchor = Float(anchor)
        settings.anchorL1 = Float(anchorL1)
        settings.renewEvery = renewEvery
        return settings
    }
}
