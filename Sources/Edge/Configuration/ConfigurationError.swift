// SPDX-License-Identifier: Apache-2.0
//
// Everything that is wrong with a configuration, found in one reading: an operator who mends one
// line should not be told about the next one only then.

/// One thing that is wrong, with its place and its remedy.
package struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named.
    package let file: String
    /// The line, from 1; nil when the file as a whole is meant.
    package let line: Int?
    /// The key with its tables, such as `learner.default.rate`; empty when none is meant.
    package let key: String
    /// The value as the file has it; nil when none is meant.
    package let value: String?
    /// What is wrong, with the limit.
    package let problem: String
    /// What to do now.
    package let remedy: String

    /// Makes a description of what is wrong.
    package init(
        file: String,
        line: Int?,
        key: String,
        value: String?,
        problem: String,
        remedy: String
    ) {
        self.file = file
        self.line = line
        self.key = key
        self.value = value
        self.problem = problem
        self.remedy = remedy
    }

    /// `file:line: key = value: problem; remedy`.
    package var description: String {
        var text = file
        if let line { text += ":\(line)" }
        if !key.isEmpty { text += ": " + key }
        if let value { text += " = " + value }
        return text + ": " + problem + "; " + remedy
    }
}

/// A configuration that cannot be used, with every reason in the order of the file.
package struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; never empty.
    package let problems: [ConfigurationProblem]

    /// Sorts the problems by line.
    package init(problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "a configuration error has at least one problem")
        let order = problems.indices.sorted {
            (problems[$0].line ?? 0, $0) < (problems[$1].line ?? 0, $1)
        }
        self.problems = order.map { problems[$0] }
    }

    /// One problem on each line.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
