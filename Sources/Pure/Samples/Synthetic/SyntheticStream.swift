// SPDX-License-Identifier: Apache-2.0
//
// The synthetic streams by name. What each of them is stands in SyntheticStream+Facts.swift, how it
// is made in SyntheticStream+Make.swift.

import Primitives

/// A synthetic stream that can be asked for by name.
package enum SyntheticStream: String, Sendable, CaseIterable {
    /// SEA through its four variants: small changes.
    case sea
    /// SEA between its two most different variants.
    case seaAbrupt = "sea-abrupt"
    /// SEA through its four variants, by a sigmoid.
    case seaGradual = "sea-gradual"
    /// SEA whose threshold slides from variant to variant.
    case seaIncremental = "sea-incremental"
    /// SEA whose variants come back.
    case seaRecurring = "sea-recurring"
    /// Agrawal's loans, function after function.
    case agrawal
    /// The same, by a sigmoid.
    case agrawalGradual = "agrawal-gradual"
    /// Agrawal's loans with three functions that come back.
    case agrawalRecurring = "agrawal-recurring"
    /// STAGGER's three concepts.
    case stagger
    /// The same, by a sigmoid.
    case staggerGradual = "stagger-gradual"
    /// STAGGER's three concepts, which come back.
    case staggerRecurring = "stagger-recurring"
    /// A linear world of ten features that turns by 120 degrees.
    case abrupt
    /// The same world, which never turns.
    case stationary
    /// The same world, whose flipped labels come in bursts.
    case bursty
    /// A plane that rotates all the time.
    case hyperplane
    /// A broken display whose segments and lamps change places.
    case led
    /// The same, by a sigmoid.
    case ledGradual = "led-gradual"
    /// Clouds that wander.
    case rbf
    /// Friedman's regression, whose features change places.
    case friedman
    /// Friedman's regression with two regions of change that grow.
    case friedmanLocal = "friedman-local"
    /// Friedman's regression, to another function and back.
    case friedmanRecurring = "friedman-recurring"
    /// Friedman's regression through three functions, by mixtures.
    case friedmanGradual = "friedman-gradual"
    /// Several planes, one in each named context.
    case contexts
    /// Small images of shapes.
    case shapes
    /// Two marks within a sequence.
    case sequences
    /// Texts about topics.
    case words

    /// The names, for messages.
    package static var names: String {
        allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Whether its world changes at positions, rather than never or all the time.
    package var hasDrifts: Bool {
        switch self {
        case .stationary, .bursty, .hyperplane, .rbf: false
        default: true
        }
    }

    /// Whether each of its samples names the context that it belongs to.
    package var namesContexts: Bool { self == .contexts }

    /// Whether its samples are texts, which only a name can carry.
    package var isText: Bool { self == .words }

    /// How many concepts rule one after another unless somebody says where the world changes.
    package var concepts: Int {
        switch self {
        case .stationary, .bursty, .hyperplane, .rbf, .shapes, .sequences, .words: 1
        case .friedmanRecurring, .friedmanGradual: 3
        case .seaRecurring, .agrawalRecurring, .staggerRecurring: 12
        case .contexts: 300
        default: 4
        }
    }

    /// Where the world changes within so many samples, unless somebody says it: at equal distances;
    /// contexts stay for half as long as that up to half as long again.
    ///
    /// - Precondition: `rows` is positive.
    package func positions(within rows: Int, seed: UInt64) -> [Int] {
        precondition(rows > 0, "a stream has samples")
        let length = max(1, rows / concepts)
        guard self == .contexts else {
            return (1..<max(1, concepts)).map { $0 * length }
        }
        var random = RandomSource(seed: seed)
        var positions: [Int] = []
        var next = 0
        for _ in 1..<concepts {
            next += max(1, length / 2 + random.below(length + 1))
            positions.append(next)
        }
        return positions
    }
}
