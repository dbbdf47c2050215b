// SPDX-License-Identifier: Apache-2.0
//
// The synthetic streams by name.

/// A synthetic stream that can be asked for by name.
package enum SyntheticStream: String, Sendable, CaseIterable {
    /// SEA through its four variants: small changes.
    case sea
    /// SEA between its two most different variants.
    case seaAbrupt = "sea-abrupt"
    /// A linear world of ten features that turns by 120 degrees.
    case abrupt
    /// The same world, which never turns.
    case stationary
    /// Friedman's regression, whose features change places.
    case friedman

    /// The names, for messages.
    package static var names: String {
        allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// Makes the stream; a new concept begins every `conceptLength` samples, `concepts` in all, of
    /// which the last one stays.
    ///
    /// - Precondition: both are positive.
    package func make(
        seed: UInt64,
        conceptLength: Int = 10_000,
        concepts: Int = 4
    ) -> any SampleSource {
        precondition(conceptLength > 0 && concepts > 0, "a stream has a concept")
        let drifts = (1..<max(1, concepts)).map { $0 * conceptLength }
        switch self {
        case .sea:
            return SEA(
                name: rawValue,
                seed: seed,
                variants: (0..<concepts).map { $0 % 4 },
                drifts: drifts
            )
        case .seaAbrupt:
            return SEA(
                name: rawValue,
                seed: seed,
                variants: (0..<concepts).map { $0 % 2 == 0 ? 2 : 3 },
                drifts: drifts
            )
        case .abrupt:
            return AbruptRotation(name: rawValue, seed: seed, drifts: drifts, cosine: -0.5)
        case .stationary:
            return AbruptRotation(name: rawValue, seed: seed)
        case .friedman:
            return Friedman(name: rawValue, seed: seed, drifts: drifts)
        }
    }
}
