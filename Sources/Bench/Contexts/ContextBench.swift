// SPDX-License-Identifier: Apache-2.0
//
// Does a context that comes back find its old skill? The daemon's engine with its default settings
// goes through worlds of recurring contexts, with isolation and without. ContextLap.swift says what
// is measured at a return. Pooled over all returns of all seeds:
//
//   ratio = sum of the errors at the return / sum of the errors when the contexts were left
//
// with the 95 % interval of a ratio of means (Cochran, "Sampling techniques", 1977, section 2.11).
// A world is passed when there are at least 50 returns and, with isolation, the upper end of the
// interval is at most 1.1 for the probes after 200 samples, and the ratio is for the live samples
// within the first 200.

package import Engine
import Learning
import Primitives

/// Recurring contexts with isolation and without.
package struct ContextBench: Sendable {
    /// How many seeds.
    package var seeds = 5
    /// The first of them.
    package var firstSeed = 201
    /// The returns of each seed.
    package var returns = 60
    /// The contexts of a world.
    package var contexts = 5
    /// The samples of each context that are for learning it, before leaving it counts.
    package var learning = 2000
    /// The mean samples of a stay.
    package var stay = 600
    /// Whether the rows are written as JSON.
    package var isJSON = false

    /// How near to the error when a context was left is near.
    package static let nearness = 1.1
    /// The returns without which nothing is said.
    package static let returnsMin = 50

    /// Makes the full comparison.
    package init() {}

    /// Makes what the arguments ask for; nil when they can't be understood.
    init?(arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--contexts": break
            case "--json": isJSON = true
            case "--seeds", "--returns", "--first-seed":
                guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else {
                    return nil
                }
                switch word {
                case "--seeds": seeds = number
                case "--returns": returns = number
                default: firstSeed = number
                }
            default: return nil
            }
        }
    }

    /// Runs one world with the given settings over all seeds.
    package func row(_ world: RecurringWorld, settings: EngineSettings) -> ContextRow {
        ContextRow(
            world: world,
            isolation: settings.isolation.name,
            laps: (firstSeed..<firstSeed + seeds).map { seed in
                ContextLap(
                    world,
                    seed: UInt64(seed),
                    contexts: contexts,
                    stay: stay,
                    learning: learning,
                    returns: returns,
                    settings: settings
                )
            }
        )
    }

    /// Runs everything, and gives the exit code.
    package func run(write: (String) -> Void) -> Int32 {
        var isolated = EngineSettings()
        isolated.isolation = .experts
        let rows = RecurringWorld.allCases.flatMap {
            [row($0, settings: isolated), row($0, settings: EngineSettings())]
        }
        if isJSON {
            write(JSONValue.array(rows.map(\.json)).jsonText)
        } else {
            write(ContextRow.heading)
            for row in rows { write(row.text) }
        }
        let isPassed = rows.allSatisfy { $0.isolation == Isolation.off.name || $0.isPassed }
        return isPassed ? 0 : 1
    }
}
