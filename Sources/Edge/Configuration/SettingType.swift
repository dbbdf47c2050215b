// SPDX-License-Identifier: Apache-2.0
//
// What a key takes: how its value is read from TOML, which range it has, and how both are written
// in messages and in docs/configuration.md.

package import Learning

/// A checked value.
package enum SettingValue: Sendable, Hashable {
    /// True or false.
    case flag(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number.
    case number(Double)
    /// A size in bytes.
    case size(Int)
    /// A duration.
    case duration(Duration)
    /// A text, or one of several words.
    case text(String)
    /// The place of a socket.
    case endpoint(Endpoint)
    /// Labels in order.
    case labels([ConfiguredLabel])
    /// The sizes of a shape.
    case sizes([Int])
    /// How many labels ago, each different.
    case lags([Int])
    /// Declared features in order.
    case features([DeclaredFeature])
    /// Nothing: the key has no value, or is left to learnd.
    case none

    /// The value as TOML.
    package var toml: String {
        switch self {
        case .flag(let flag): String(flag)
        case .integer(let number): String(number)
        case .number(let number): SettingValue.text(of: number)
        case .size(let bytes): "\"\(SizeText.text(bytes))\""
        case .duration(let duration): "\"\(DurationText.text(duration))\""
        case .text(let text): "\"\(text)\""
        case .endpoint(let endpoint): "\"\(endpoint)\""
        case .labels(let labels): "[" + labels.map(\.toml).joined(separator: ", ") + "]"
        case .sizes(let sizes): "\(sizes)"
        case .lags(let lags): "[" + lags.map { String($0) }.joined(separator: ", ") + "]"
        case .features(let features): FeatureTable.toml(features)
        case .none: "none"
        }
    }

    /// A number without a point where it needs none.
    static func text(of number: Double) -> String {
        number.magnitude < 1e15 && number == number.rounded() ? String(Int64(number)) : "\(number)"
    }
}

/// A label that a learner was told about.
package enum ConfiguredLabel: Sendable, Hashable {
    /// A text.
    case text(String)
    /// A number.
    case number(Double)
    /// True or false.
    case flag(Bool)

    /// The label as TOML.
    package var toml: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .number(let number): SettingValue.text(of: number)
        case .flag(let flag): String(flag)
        }
    }
}

/// What a key takes.
package enum SettingType: Sendable {
    /// `true` or `false`.
    case flag
    /// A whole number in a range.
    case integer(ClosedRange<Int64>)
    /// A number in a range; the lower end may be left out.
    case number(ClosedRange<Double>, isAboveLower: Bool = false)
    /// A size such as "16MiB", or a number of bytes.
    case size(ClosedRange<Int>)
    /// A duration such as "10s".
    case duration(ClosedRange<Duration>)
    /// One of several words.
    case choice([String])
    /// The permissions of a socket file, in octal.
    case fileMode
    /// A name of the system's, such as a group; may be empty.
    case systemName
    /// The place of a socket.
    case endpoint
    /// A list of texts, numbers or flags, each different.
    case labels
    /// The name of a feature.
    case featureName
    /// A list of one to three whole numbers.
    case sizes
    /// The whole path of a file.
    case path
    /// A list of names of tensors or layers.
    case names
    /// A list of whole numbers, each different.
    case lags
    /// A table of names and kinds.
    case features
    /// A list of kinds of experts.
    case experts
    /// A list of some of several words.
    case words([String])
    /// A time of the week, or a list of such.
    case times

    /// The name of the type, as the manual has it.
    package var name: String {
        switch self {
        case .flag: "flag"
        case .integer: "integer"
        case .number: "number"
        case .size: "size"
        case .duration: "duration"
        case .choice: "word"
        case .fileMode, .systemName, .featureName, .path: "text"
        case .endpoint: "endpoint"
        case .labels, .sizes, .lags, .names, .experts, .words: "list"
        case .times: "text or list"
        case .features: "table"
        }
    }

    /// The range, as the manual and the messages have it.
    package var range: String {
        switch self {
        case .flag: return "true or false"
        case .integer(let range): return "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range, let isAboveLower):
            let low = SettingValue.text(of: range.lowerBound)
            let high = SettingValue.text(of: range.upperBound)
            return isAboveLower ? "above \(low), to \(high)" : "\(low) to \(high)"
        case .size(let range):
            return "\(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
        case .duration(let range):
            return DurationText.text(range.lowerBound) + " to "
                + DurationText.text(range.upperBound)
        case .choice(let words): return words.joined(separator: ", ")
        case .fileMode: return "0000 to 0777, octal"
        case .systemName: return "a group of this system, or empty"
        case .endpoint: return "tcp://ADDRESS:PORT or ipc://PATH"
        case .labels: return "2 to 100000 different texts, numbers or flags"
        case .featureName: return "1 to 1024 bytes"
        case .sizes: return "1 to 3 whole numbers from 1 to 65536"
        case .path: return "a path from / on"
        case .names: return "1 to 1000 different texts"
        case .lags:
            return "up to \(FeatureSettings.lagsMost) different numbers, "
                + "1 to \(FeatureSettings.lagMax)"
        case .features: return FeatureTable.range
        case .experts: return ExpertNames.range
        case .words(let words): return "some of " + words.joined(separator: ", ")
        case .times: return WeekTimes.range
        }
    }

    /// Why a value was not taken.
    struct Mistake: Error {
        let problem: String
        let remedy: String
        /// Where in a table it is; nil for the value itself.
        var place: (line: Int, path: String, value: String)?
    }

    /// Checks a value.
    func read(_ node: ConfigurationNode.Value) throws(Mistake) -> SettingValue {
        switch (self, node) {
        case (.flag, .flag(let flag)): return .flag(flag)
        case (.integer(let range), .integer(let number)):
            guard range.contains(number) else { throw outside }
            return .integer(number)
        case (.number, .integer(let number)): return try checked(Double(number))
        case (.number, .number(let number)): return try checked(number)
        case (.size(let range), .integer(let bytes)):
            guard range.contains(Int(bytes)) else { throw outside }
            return .size(Int(bytes))
        case (.size(let range), .text(let text)):
            guard let bytes = SizeText.bytes(text) else {
                throw Mistake(
                    problem: "it is no size",
                    remedy: "write a whole number and B, KiB, MiB, GiB or TiB, such as \"16MiB\""
                )
            }
            guard range.contains(bytes) else { throw outside }
            return .size(bytes)
        case (.duration(let range), .text(let text)):
            guard let duration = DurationText.duration(text) else { throw noDuration }
            guard range.contains(duration) else { throw outside }
            return .duration(duration)
        case (.duration, .integer), (.duration, .number): throw noDuration
        case (.choice(let words), .text(let text)): return try choice(text, among: words)
        case (.fileMode, .text(let text)): return try fileMode(text)
        case (.systemName, .text(let text)): return try systemName(text)
        case (.endpoint, .text(let text)):
            do throws(Endpoint.Mistake) {
                return .endpoint(try Endpoint(text))
            } catch {
                throw Mistake(problem: error.problem, remedy: error.remedy)
            }
        case (.labels, .list(let items)): return try labels(items)
        case (.featureName, .text(let text)):
            guard (1...1024).contains(text.utf8.count) else { throw outside }
            return .text(text)
        case (.sizes, .list(let items)): return try sizes(items)
        case (.path, .text(let text)):
            guard text.hasPrefix("/"), (2...4096).contains(text.utf8.count) else {
                throw Mistake(
                    problem: "it is not \(range)",
                    remedy: "write the whole path, such as \"/etc/learnd/start.safetensors\""
                )
            }
            return .text(text)
        case (.names, .list(let items)): return try names(items)
        case (.lags, .list(let items)): return try FeatureTable.readLags(items)
        case (.features, .table(let members)): return try FeatureTable.read(members)
        case (.experts, .list(let items)): return try ExpertNames.read(items)
        case (.words(let words), .list(let items)): return try list(items, among: words)
        case (.times, .list(let items)): return try WeekTimes.read(items.map(\.value))
        case (.times, .text): return try WeekTimes.read([node])
        default:
            throw Mistake(problem: "it is not \(article)", remedy: "write \(sample)")
        }
    }

    private var outside: Mistake {
        Mistake(problem: "it is outside of \(range)", remedy: "choose a value from that range")
    }

    private var noDuration: Mistake {
        Mistake(
            problem: "it is no duration",
            remedy: "write a whole number and us, ms, s, m, h or d in quotes, such as \"10s\""
        )
    }

    private var article: String {
        switch self {
        case .integer, .endpoint: "an " + name
        default: "a " + name
        }
    }

    private var sample: String {
        switch self {
        case .flag: "true or false, without quotes"
        case .integer, .number: "a number from \(range), without quotes"
        case .size: "a size in quotes, such as \"16MiB\", or a number of bytes"
        case .duration: "a duration in quotes, such as \"10s\""
        case .choice: "one of these in quotes: \(range)"
        case .fileMode: "a mode in quotes, such as \"0660\""
        case .systemName: "a name in quotes"
        case .endpoint: "an endpoint in quotes, such as \"tcp://127.0.0.1:7711\""
        case .labels: "a list, such as [\"no\", \"yes\"]"
        case .featureName: "the name of a feature in quotes"
        case .sizes: "a list, such as [1, 28, 28]"
        case .path: "a path in quotes"
        case .names: "a list, such as [\"layers.0\"]"
        case .lags: "a list, such as [1, 24]"
        case .features: "a table, such as { temp = \"number\", site = \"category\" }"
        case .experts: "a list, such as [\"forest\", \"naive_bayes\"]"
        case .words(let words):
            "a list, such as [\"\(words.prefix(2).joined(separator: "\", \""))\"]"
        case .times: "a time, such as \"03:00\", or a list, such as [\"mon 03:00\", \"sun 12:30\"]"
        }
    }

    private func checked(_ number: Double) throws(Mistake) -> SettingValue {
        guard case .number(let range, let isAboveLower) = self, range.contains(number),
            !(isAboveLower && number == range.lowerBound)
        else { throw outside }
        return .number(number)
    }

    private func choice(
        _ text: String,
        among words: [String]
    ) throws(Mistake) -> SettingValue {
        if words.contains(text) { return .text(text) }
        let guess = EditDistance.suggestion(for: text, among: words)
        throw Mistake(
            problem: "it is none of \(range)",
            remedy: guess.map { "did you mean \"\($0)\"?" } ?? "choose one of them"
        )
    }

    private func list(
        _ items: [ConfigurationNode],
        among words: [String]
    ) throws(Mistake) -> SettingValue {
        var found: [ConfiguredLabel] = []
        for item in items {
            guard case .text(let word) = item.value, words.contains(word) else {
                let guess =
                    if case .text(let word) = item.value {
                        EditDistance.suggestion(for: word, among: words)
                    } else { String?.none }
                throw Mistake(
                    problem: "\(item.text) is none of " + words.joined(separator: ", "),
                    remedy: guess.map { "did you mean \"\($0)\"?" } ?? "choose some of them"
                )
            }
            guard !found.contains(.text(word)) else {
                throw Mistake(problem: "\"\(word)\" is listed twice", remedy: "list each once")
            }
            found.append(.text(word))
        }
        guard !found.isEmpty else {
            throw Mistake(problem: "it lists nothing", remedy: "list at least one")
        }
        return .labels(found)
    }

    private func fileMode(_ text: String) throws(Mistake) -> SettingValue {
        guard (3...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...55).contains($0) }),
            let mode = Int(text, radix: 8), mode <= 0o777
        else {
            throw Mistake(
                problem: "it is outside of \(range)",
                remedy: "write a mode such as \"0660\""
            )
        }
        return .text(text.utf8.count == 3 ? "0" + text : text)
    }

    private func systemName(_ text: String) throws(Mistake) -> SettingValue {
        let isPlain = text.utf8.allSatisfy { byte in
            byte > 32 && byte < 127 && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "/")
        }
        guard isPlain, text.utf8.count <= 32 else {
            throw Mistake(problem: "it is no name of a group", remedy: "see getent group")
        }
        return .text(text)
    }

    private func names(_ items: [ConfigurationNode]) throws(Mistake) -> SettingValue {
        var names: [ConfiguredLabel] = []
        for item in items {
            guard case .text(let text) = item.value, (1...1024).contains(text.utf8.count),
                !names.contains(.text(text))
            else { throw outside }
            names.append(.text(text))
        }
        guard (1...1000).contains(names.count) else { throw outside }
        return .labels(names)
    }

    private func sizes(_ items: [ConfigurationNode]) throws(Mistake) -> SettingValue {
        var sizes: [Int] = []
        for item in items {
            guard case .integer(let size) = item.value, (1...65_536).contains(size) else {
                throw outside
            }
            sizes.append(Int(size))
        }
        guard (1...3).contains(sizes.count) else { throw outside }
        return .sizes(sizes)
    }

    private func labels(_ items: [ConfigurationNode]) throws(Mistake) -> SettingValue {
        var labels: [ConfiguredLabel] = []
        var seen: Set<ConfiguredLabel> = []
        for item in items {
            let label: ConfiguredLabel
            switch item.value {
            case .text(let text): label = .text(text)
            case .integer(let number): label = .number(Double(number))
            case .number(let number) where number.isFinite: label = .number(number)
            case .flag(let flag): label = .flag(flag)
            default:
                throw Mistake(
                    problem: "\(item.text) is no label",
                    remedy: "list texts, numbers or flags"
                )
            }
            guard seen.insert(label).inserted else {
                throw Mistake(
                    problem: "\(label.toml) is listed twice",
                    remedy: "list each label once"
                )
            }
            labels.append(label)
        }
        guard (2...100_000).contains(labels.count) else {
            throw Mistake(
                problem: "it lists \(labels.count) labels, not 2 to 100000",
                remedy: "list every label, or leave the key away to find them in the stream"
            )
        }
        return .labels(labels)
    }
}
