// SPDX-License-Identifier: Apache-2.0
//
// Worlds of contexts that take turns. In each context another plane through the middle of its
// features divides the classes (or another linear law gives the number), so that what is right in
// one is worth nothing in the others. Each stay in a context lasts between half and one and a half
// times the mean, and the next context is another one, at random.

import Primitives
import Samples

/// A kind of world.
package enum RecurringWorld: String, Sendable, CaseIterable {
    /// Standard normal features, the same in all contexts; classes with 5 % flipped labels.
    case planes
    /// The same, but each context has its own level and spread of every feature.
    case shifted
    /// As `shifted`, but each second context is nearly the one before.
    case twins
    /// Numbers with noise of deviation 0.5, and features as in `shifted`.
    case numbers

    /// Whether labels are numbers.
    var isRegression: Bool { self == .numbers }
}

/// A seeded stream of one world.
struct RecurringStream: Sendable {
    /// How many features a sample has.
    static let width = 10

    private let world: RecurringWorld
    private var laws: [[Double]]
    private var levels: [[Double]]
    private var spreads: [[Double]]
    private var turns: RandomSource
    private var random: RandomSource
    private var context = -1

    init(_ world: RecurringWorld, contexts: Int, seed: UInt64) {
        self.world = world
        random = RandomSource(seed: seed)
        turns = random.fork()
        var draws = random.fork()
        func vectors(_ draw: (inout RandomSource) -> Double) -> [[Double]] {
            (0..<contexts).map { _ in (0..<Self.width).map { _ in draw(&draws) } }
        }
        laws = vectors { $0.normal() }
        levels = vectors { world == .planes ? 0 : 3 * $0.normal() }
        spreads = vectors { world == .planes ? 1 : 0.3 + 2 * $0.unit() }
        guard world == .twins else { return }
        for context in stride(from: 1, to: contexts, by: 2) {
            levels[context] = levels[context - 1]
            spreads[context] = spreads[context - 1]
            for column in 0..<Self.width {
                laws[context][column] = laws[context - 1][column] + 0.1 * draws.normal()
            }
        }
    }

    /// How many contexts there are.
    var contexts: Int { laws.count }

    /// The next stay: the context, and how many samples it lasts.
    mutating func turn(mean: Int) -> (context: Int, samples: Int) {
        let step = context < 0 || contexts == 1 ? 0 : 1 + turns.below(contexts - 1)
        context = (max(context, 0) + step) % contexts
        return (context, mean / 2 + turns.below(mean + 1))
    }

    /// A sample of a context.
    mutating func sample(of context: Int) -> SyntheticSample {
        var features: [Float] = []
        var side = 0.0
        for column in 0..<Self.width {
            let z = random.normal()
            features.append(Float(levels[context][column] + spreads[context][column] * z))
            side += laws[context][column] * z
        }
        let noise = random.normal()
        let flips = random.chance(0.05)
        let label = world.isRegression ? side + 0.5 * noise : (side > 0) != flips ? 1 : 0
        return SyntheticSample(features: features, label: label)
    }
}
