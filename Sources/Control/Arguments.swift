// SPDX-License-Identifier: Apache-2.0
//
// The command line, read by what a command says that it takes: `--name VALUE`, `--name=VALUE`,
// flags and words in any order; `--` ends the options, and `-` by itself is a word.

import Primitives

/// An option of a command.
struct OptionRule: Sendable, Equatable {
    /// The name with its dashes.
    let name: String
    /// The short form, such as `-o`.
    let short: String?
    /// What the value is called; nil for a flag.
    let value: String?
    /// Whether it may stand several times.
    let isRepeatable: Bool
    /// One line for the help.
    let help: String

    init(
        _ name: String,
        short: String? = nil,
        _ value: String? = nil,
        isRepeatable: Bool = false,
        help: String
    ) {
        self.name = name
        self.isRepeatable = isRepeatable
        self.short = short
        self.value = value
        self.help = help
    }
}

/// A word of a command.
struct WordRule: Sendable, Equatable {
    /// What it is called in the help.
    let name: String
    /// Whether it may be left away.
    let isOptional: Bool

    init(_ name: String, isOptional: Bool = false) {
        self.name = name
        self.isOptional = isOptional
    }
}

/// What stands on the command line after the command's name.
struct Arguments: Sendable {
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    /// Reads `texts` by the rules.
    init(
        _ texts: [String],
        words wordRules: [WordRule],
        options: [OptionRule]
    ) throws(Failure) {
        var rest = texts[...]
        var isOver = false
        while let text = rest.popFirst() {
            if isOver || text == "-" || !text.hasPrefix("-") {
                words.append(text)
            } else if text == "--" {
                isOver = true
            } else {
                try take(option: text, &rest, options)
            }
        }
        let needed = wordRules.count { !$0.isOptional }
        if words.count < needed {
            throw .usage("\(wordRules[words.count].name) is missing")
        }
        if words.count > wordRules.count {
            throw .usage("\(words[wordRules.count]) is one word too many")
        }
    }

    private mutating func take(
        option text: String,
        _ rest: inout ArraySlice<String>,
        _ options: [OptionRule]
    ) throws(Failure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let rule = options.first(where: { $0.name == name || $0.short == name }) else {
            let known = options.map(\.name).joined(separator: " ")
            throw .usage("there is no option \(name)", remedy: "the options are \(known)")
        }
        guard rule.isRepeatable || values[rule.name] == nil else {
            throw .usage("\(rule.name) stands twice")
        }
        guard let valueName = rule.value else {
            guard parts.count == 1 else { throw .usage("\(rule.name) takes no value") }
            values[rule.name] = [""]
            return
        }
        if parts.count == 2 {
            values[rule.name, default: []].append(String(parts[1]))
        } else if let value = rest.popFirst() {
            values[rule.name, default: []].append(value)
        } else {
            throw .usage("\(rule.name) needs its value, \(valueName)")
        }
    }

    /// The word at `index`; nil when it was left away.
    func word(_ index: Int) -> String? {
        words.indices.contains(index) ? words[index] : nil
    }

    /// Whether the flag was given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option, nil when it was not given.
    func text(_ name: String) -> String? { values[name]?.first }

    /// The values of an option that may stand several times, in their order.
    func texts(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option as a whole number within `range`.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = text(name) else { return nil }
        return try Arguments.integer(text, called: name, in: range)
    }

    /// The value of an option as a number above zero.
    func positive(_ name: String) throws(Failure) -> Double? {
        guard let text = text(name) else { return nil }
        guard let number = Double(text), number.isFinite, number > 0 else {
            throw .usage("\(name) is \(text), not a number above 0")
        }
        return number
    }

    /// The value of an option as a name.
    func name(_ option: String) throws(Failure) -> Name? {
        guard let text = text(option) else { return nil }
        guard let name = Name(text) else {
            throw .usage("\(option) is \(text), not a name", remedy: "use \(Name.rule)")
        }
        return name
    }

    /// The word at `index` as the number of a version.
    func version(at index: Int) throws(Failure) -> Int {
        guard let text = word(index) else { throw .usage("the number of the version is missing") }
        return try Arguments.integer(text, called: "the version", in: 1...Int.max)
    }

    private static func integer(
        _ text: String,
        called name: String,
        in range: ClosedRange<Int>
    ) throws(Failure) -> Int {
        guard let number = Int(text), range.contains(number) else {
            let limit =
                range.upperBound == .max
                ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw .usage("\(name) is \(text), not a whole number \(limit)")
        }
        return number
    }
}
