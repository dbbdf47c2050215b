// SPDX-License-Identifier: Apache-2.0
//
// What can be done about a world that changes, each by the daemon's own engine:
//
//   online     only learning from sample to sample
//   periodic   a model refitted on the memory takes over after each so many samples, unasked
//   reset      a model that knows nothing takes over at each drift that a detector sees
//   adopt      what is made at a drift takes over, unasked
//   oracle     a model that knows nothing takes over at each drift that there truly was
//   loop       the full loop: challengers at drifts and from time to time, and the gate decides

import Consolidation
import Engine

/// One way of dealing with a world that changes.
package enum Strategy: String, Sendable, CaseIterable {
    /// Learning alone.
    case online
    /// Refits without a gate.
    case periodic
    /// A new start at each alarm.
    case reset
    /// Challengers without a gate.
    case adopt
    /// A new start at each true drift.
    case oracle
    /// The loop with its gate.
    case loop

    /// The rivals that the loop has to be level with.
    package static let rivals: [Strategy] = [.online, .periodic, .reset, .adopt]

    /// After how many samples the periodic refit comes.
    package static let period = 2000

    /// The settings of a learner under this strategy.
    func settings(from settings: EngineSettings) -> EngineSettings {
        var settings = settings
        if self != .loop { settings.consolidation.plasticity = nil }
        switch self {
        case .loop: break
        case .online, .reset, .oracle:
            settings.consolidation.onDrift = false
            settings.consolidation.everySamples = 0
        case .periodic:
            settings.consolidation.onDrift = false
            settings.consolidation.everySamples = Strategy.period
            settings.consolidation.gate = .open
        case .adopt:
            settings.consolidation.recipes = RuleRecipes()
            settings.consolidation.recipes.usual = [.refit, .continuation]
            settings.consolidation.everySamples = 0
            settings.consolidation.gate = .open
        }
        return settings
    }
}
