// SPDX-License-Identifier: Apache-2.0
//
// The table of declared features: NAME = "kind", or NAME = { kind = "text", ... }.

import Learning

/// Reads declared features and lists of lags, and writes them.
package enum FeatureTable {
    /// What a table may say, as the manual has it.
    static let range = "NAME = \"number\", \"boolean\", \"category\", \"text\" or a table"

    private static let kinds = ["number", "boolean", "category", "text"]
    private static let units = ["word", "character"]

    static func read(
        _ members: [ConfigurationNode.Member]
    ) throws(SettingType.Mistake) -> SettingValue {
        var features: [DeclaredFeature] = []
        for member in members {
            guard (1...1024).contains(member.key.utf8.count) else {
                throw mistake(
                    member,
                    "a name has 1 to 1024 bytes",
                    "shorten the name in the producer"
                )
            }
            features.append(DeclaredFeature(member.key, try kind(of: member)))
        }
        guard (1...65_536).contains(features.count) else {
            throw SettingType.Mistake(
                problem: "it declares \(features.count) features, not 1 to 65536",
                remedy: "leave the table away to let the stream bring them"
            )
        }
        return .features(features)
    }

    private static func kind(
        of member: ConfigurationNode.Member
    ) throws(SettingType.Mistake) -> DeclaredFeature.Kind {
        switch member.node.value {
        case .text(let word): return try plainKind(word, of: member)
        case .table(let options): return try text(options, of: member)
        default:
            throw mistake(
                member,
                "it is no kind of feature",
                "write one of \(kinds.joined(separator: ", ")) in quotes"
            )
        }
    }

    private static func plainKind(
        _ word: String,
        of member: ConfigurationNode.Member
    ) throws(SettingType.Mistake) -> DeclaredFeature.Kind {
        switch word {
        case "number": return .number
        case "boolean": return .boolean
        case "category": return .category
        case "text": return .text(NGrams(), buckets: nil)
        default:
            let guess = EditDistance.suggestion(for: word, among: kinds)
            throw mistake(
                member,
                "\"\(word)\" is no kind of feature",
                guess.map { "did you mean \"\($0)\"?" }
                    ?? "choose one of \(kinds.joined(separator: ", "))"
            )
        }
    }

    /// A table with a kind, and what belongs to a text.
    private static func text(
        _ options: [ConfigurationNode.Member],
        of member: ConfigurationNode.Member
    ) throws(SettingType.Mistake) -> DeclaredFeature.Kind {
        guard let kindNode = options.first(where: { $0.key == "kind" }),
            case .text(let word) = kindNode.node.value
        else {
            throw mistake(member, "it has no kind", "add kind = \"text\", for instance")
        }
        let kind = try plainKind(word, of: member)
        guard case .text(var ngrams, _) = kind else {
            if let other = options.first(where: { $0.key != "kind" }) {
                throw mistake(
                    other,
                    "only a text has \(other.key), and this is a \(word)",
                    "remove \(other.key), or set kind = \"text\"",
                    below: member
                )
            }
            return kind
        }
        var buckets: Int?
        for option in options where option.key != "kind" {
            switch (option.key, option.node.value) {
            case ("unit", .text(let unit)) where units.contains(unit):
                ngrams.unit = unit == "word" ? .word : .character
            case ("ngrams", .list(let items)):
                let numbers = items.map(\.value)
                guard numbers.count == 2, case .integer(let least) = numbers[0],
                    case .integer(let most) = numbers[1], least >= 1, most >= least,
                    most <= Int64(NGrams.mostMax)
                else { fallthrough }
                (ngrams.least, ngrams.most) = (Int(least), Int(most))
            case ("ngrams", _):
                throw mistake(
                    option,
                    "n-grams are two numbers from 1 to \(NGrams.mostMax) in order",
                    "write ngrams = [1, 2], for instance",
                    below: member
                )
            case ("buckets", .integer(let count))
            where (1...Int64(DeclaredFeature.bucketsMax)).contains(count):
                buckets = Int(count)
            case ("buckets", _):
                throw mistake(
                    option,
                    "buckets are 1 to \(DeclaredFeature.bucketsMax)",
                    "write buckets = 256, for instance",
                    below: member
                )
            case ("unit", _):
                throw mistake(
                    option,
                    "it is none of word, character",
                    "write unit = \"word\"",
                    below: member
                )
            default:
                throw mistake(
                    option,
                    "a text has no \(option.key)",
                    "a text has kind, unit, ngrams and buckets",
                    below: member
                )
            }
        }
        return .text(ngrams, buckets: buckets)
    }

    private static func mistake(
        _ member: ConfigurationNode.Member,
        _ problem: String,
        _ remedy: String,
        below parent: ConfigurationNode.Member? = nil
    ) -> SettingType.Mistake {
        SettingType.Mistake(
            problem: problem,
            remedy: remedy,
            place: (
                line: member.node.line,
                path: parent.map { $0.key + "." + member.key } ?? member.key,
                value: member.node.text
            )
        )
    }

    static func readLags(_ items: [ConfigurationNode]) throws(SettingType.Mistake) -> SettingValue {
        var lags: [Int] = []
        for item in items {
            guard case .integer(let lag) = item.value,
                (1...Int64(FeatureSettings.lagMax)).contains(lag), !lags.contains(Int(lag))
            else {
                throw SettingType.Mistake(
                    problem: "\(item.text) is no lag, or stands twice",
                    remedy: "list different whole numbers from 1 to \(FeatureSettings.lagMax)"
                )
            }
            lags.append(Int(lag))
        }
        guard lags.count <= FeatureSettings.lagsMost else {
            throw SettingType.Mistake(
                problem: "it lists \(lags.count) lags, more than \(FeatureSettings.lagsMost)",
                remedy: "keep those that matter"
            )
        }
        return .lags(lags)
    }

    static func toml(_ features: [DeclaredFeature]) -> String {
        let items = features.map { feature -> String in
            let value =
                switch feature.kind {
                case .number: "\"number\""
                case .boolean: "\"boolean\""
                case .category: "\"category\""
                case .text(let ngrams, let buckets):
                    "{ kind = \"text\", unit = \"\(ngrams.unit.name)\", ngrams = "
                        + "[\(ngrams.least), \(ngrams.most)]"
                        + (buckets.map { ", buckets = \($0)" } ?? "") + " }"
                }
            return "\"\(feature.name)\" = \(value)"
        }
        return "{ " + items.joined(separator: ", ") + " }"
    }
}
