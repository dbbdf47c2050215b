// SPDX-License-Identifier: Apache-2.0
//
// The kinds of experts that a pool is to have, by name, as they are read from TOML. A name that is
// not known is refused with the list of those that are, and the one that was probably meant.

import Experts

/// A list of kinds of experts.
enum ExpertNames {
    /// The range, as the manual and the messages have it.
    static let range = "1 to \(PoolSettings.expertsMost) different names of experts"

    /// Checks a list.
    static func read(_ items: [ConfigurationNode]) throws(SettingType.Mistake) -> SettingValue {
        var names: [ConfiguredLabel] = []
        for item in items {
            guard case .text(let name) = item.value else {
                throw SettingType.Mistake(
                    problem: "\(item.text) is no name of an expert",
                    remedy: "write names in quotes, such as [\"forest\", \"naive_bayes\"]"
                )
            }
            guard ExpertKind.named(name) != nil else { throw unknown(name) }
            guard !names.contains(.text(name)) else {
                throw SettingType.Mistake(
                    problem: "\"\(name)\" is listed twice",
                    remedy: "list each expert once"
                )
            }
            names.append(.text(name))
        }
        guard (1...PoolSettings.expertsMost).contains(names.count) else {
            throw SettingType.Mistake(
                problem: "it lists \(names.count) experts, not 1 to \(PoolSettings.expertsMost)",
                remedy: "leave the key away for the usual experts"
            )
        }
        return .labels(names)
    }

    private static func unknown(_ name: String) -> SettingType.Mistake {
        let known = ExpertKind.all.map(\.name)
        let guess = EditDistance.suggestion(for: name, among: known)
        return SettingType.Mistake(
            problem: "there is no expert \"\(name)\"",
            remedy: (guess.map { "did you mean \"\($0)\"? " } ?? "") + "there are "
                + known.joined(separator: ", ")
        )
    }
}
