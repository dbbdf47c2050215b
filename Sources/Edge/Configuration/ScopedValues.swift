// SPDX-License-Identifier: Apache-2.0
//
// The values of one table, checked one by one against the catalogue. Every key of the table is
// looked at: one that the catalogue does not know is a mistake, because a misspelt key would else
// be a default that nobody chose.

/// What one table says, with the defaults for what it does not say.
struct ScopedValues {
    /// The path of the table as it is in the file, such as `learner.default` or `samples[1]`.
    let prefix: String
    private let scope: SettingScope
    private var values: [String: SettingValue] = [:]
    private var lines: [String: Int] = [:]

    /// Reads the members of a table.
    init(
        _ scope: SettingScope,
        prefix: String,
        members: [ConfigurationNode.Member],
        skipping skipped: Set<String> = [],
        problems: inout ProblemList
    ) {
        self.scope = scope
        self.prefix = prefix
        for key in SettingKey.keys(of: scope) { values[key.path] = key.standard }
        read(members.filter { !skipped.contains($0.key) }, below: "", problems: &problems)
    }

    private mutating func read(
        _ members: [ConfigurationNode.Member],
        below path: String,
        problems: inout ProblemList
    ) {
        let keys = SettingKey.keys(of: scope)
        for member in members {
            let memberPath = path.isEmpty ? member.key : path + "." + member.key
            if let key = keys.first(where: { $0.path == memberPath }) {
                do throws(SettingType.Mistake) {
                    values[memberPath] = try key.read(member.node.value)
                    lines[memberPath] = member.node.line
                } catch {
                    problems.add(
                        error.place?.line ?? member.node.line,
                        full(memberPath) + (error.place.map { "." + $0.path } ?? ""),
                        error.place?.value ?? member.node.text,
                        error.problem,
                        error.remedy
                    )
                }
            } else if keys.contains(where: { $0.path.hasPrefix(memberPath + ".") }) {
                if let inner = member.node.members {
                    read(inner, below: memberPath, problems: &problems)
                } else {
                    problems.add(
                        member.node.line,
                        full(memberPath),
                        member.node.text,
                        "it is a table",
                        "write its keys as \(full(memberPath)).KEY = VALUE"
                    )
                }
            } else {
                problems.addUnknown(
                    member.node.line,
                    full(memberPath),
                    given: memberPath,
                    scope: scope
                )
            }
        }
    }

    /// The path with its table.
    func full(_ path: String) -> String { prefix.isEmpty ? path : prefix + "." + path }

    /// The line on which a key stands; nil when it has its default.
    func line(_ path: String) -> Int? { lines[path] }

    /// Whether the file says what a key is.
    func isGiven(_ path: String) -> Bool { lines[path] != nil }

    /// The value of a key.
    func value(_ path: String) -> SettingValue {
        guard let value = values[path] else {
            preconditionFailure("the catalogue has no key \(path) in \(scope)")
        }
        return value
    }

    /// The value of a flag.
    func flag(_ path: String) -> Bool {
        guard case .flag(let flag) = value(path) else { mismatch(path) }
        return flag
    }

    /// The value of a whole number.
    func integer(_ path: String) -> Int {
        guard case .integer(let number) = value(path) else { mismatch(path) }
        return Int(number)
    }

    /// The value of a number.
    func number(_ path: String) -> Double {
        guard case .number(let number) = value(path) else { mismatch(path) }
        return number
    }

    /// The value of a size in bytes.
    func size(_ path: String) -> Int {
        guard case .size(let bytes) = value(path) else { mismatch(path) }
        return bytes
    }

    /// The value of a duration.
    func duration(_ path: String) -> Duration {
        guard case .duration(let duration) = value(path) else { mismatch(path) }
        return duration
    }

    /// The value of a text.
    func text(_ path: String) -> String {
        guard case .text(let text) = value(path) else { mismatch(path) }
        return text
    }

    /// The value of a word that names a case.
    func word<Word: RawRepresentable>(_ path: String, _ type: Word.Type = Word.self) -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: text(path)) else { mismatch(path) }
        return word
    }

    /// The value of an endpoint.
    func endpoint(_ path: String) -> Endpoint {
        guard case .endpoint(let endpoint) = value(path) else { mismatch(path) }
        return endpoint
    }

    /// Every value as a row for the comparison of two configurations.
    var effective: [EffectiveValue] {
        SettingKey.keys(of: scope).map { key in
            EffectiveValue(
                key: full(key.path),
                value: value(key.path).toml,
                change: key.change
            )
        }
    }

    private func mismatch(_ path: String) -> Never {
        preconditionFailure("the catalogue has another type for \(path) in \(scope)")
    }
}

/// The problems of one file, while it is being read.
struct ProblemList {
    let file: String
    private(set) var problems: [ConfigurationProblem] = []

    init(file: String) { self.file = file }

    mutating func add(
        _ line: Int?,
        _ key: String,
        _ value: String?,
        _ problem: String,
        _ remedy: String
    ) {
        problems.append(
            ConfigurationProblem(
                file: file,
                line: line,
                key: key,
                value: value,
                problem: problem,
                remedy: remedy
            )
        )
    }

    /// Adds a key that does not exist, with the one that was probably meant.
    mutating func addUnknown(_ line: Int, _ key: String, given: String, scope: SettingScope) {
        var candidates = SettingKey.keys(of: scope).map(\.path)
        // The tables on the way, such as `publish` of `publish.first`, can be misspelt, too.
        candidates += Set(candidates.compactMap { $0.split(separator: ".").dropLast().first })
            .map(String.init).sorted()
        if scope == .daemon { candidates += ["samples", "learner"] }
        // A key in the wrong table, then one that is misspelt, then one whose table was left away.
        let last = given.split(separator: ".").last.map(String.init) ?? given
        let guess =
            SettingKey.catalogue.first { $0.path == given }?.fullPath
            ?? EditDistance.suggestion(for: given, among: candidates)
            ?? SettingKey.catalogue.first { $0.path.hasSuffix("." + last) }?.fullPath
        add(
            line,
            key,
            nil,
            "there is no such key",
            guess.map { "did you mean \($0)?" } ?? "see docs/configuration.md for all keys"
        )
    }
}
