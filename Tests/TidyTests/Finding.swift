// SPDX-License-Identifier: Apache-2.0

import Testing

/// A place that breaks a rule, and what to do about it.
struct Finding: Equatable, CustomStringConvertible {
    var path: String
    var line: Int
    var message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A rule of the house, on one file at a time.
struct Rule: Sendable, CustomTestStringConvertible {
    var name: String
    /// Which files it is for.
    var applies: @Sendable (SourceFile) -> Bool
    /// Where a file breaks it.
    var findings: @Sendable (SourceFile) -> [Finding]

    var testDescription: String { name }

    /// Where a file breaks it, if it is for that file.
    func check(_ file: SourceFile) -> [Finding] { applies(file) ? findings(file) : [] }
}
