// SPDX-License-Identifier: Apache-2.0
//
// What other modules see is documented. The formatter's own rule looks at `public` only, and this
// package has nothing that is public.

import Foundation

extension Rule {
    /// Each `package` declaration, enum case and requirement has a summary that ends with a period.
    static let documentation = Rule(
        name: "documentation",
        applies: { $0.isSwift && $0.path.hasPrefix("Sources/") }
    ) { file in
        let lines = file.lines
        return declarations(Tokenizer.tokens(of: file.text)).compactMap { line, name in
            guard let summary = summary(above: line, in: lines) else {
                return Finding(path: file.path, line: line, message: "\(name) is not documented")
            }
            if summary.hasSuffix(".") { return nil }
            let message = "the summary of \(name) does not end with a period"
            return Finding(path: file.path, line: line, message: message)
        }
    }

    private static let keywords = [
        "func", "var", "let", "init", "struct", "enum", "class", "protocol", "typealias",
        "subscript", "actor", "associatedtype", "case", "extension",
    ]

    /// Which members of a type are shared without saying so.
    private enum Members { case none, cases, all }

    /// The lines that declare something for other modules, with the word to name it by.
    private static func declarations(_ tokens: [Token]) -> [(Int, String)] {
        var found: [(Int, String)] = []
        var open: [Members] = []
        var next = Members.none
        var line: [Token] = []
        for token in tokens {
            if token.kind == .end {
                line = []
                continue
            }
            if token.is("{") {
                open.append(next)
                next = .none
            } else if token.is("}") {
                _ = open.popLast()
            }
            line.append(token)
            guard token.kind == .name, keywords.contains(token.text),
                line.dropLast().allSatisfy({ $0.kind == .name || "@()".contains($0.text) })
            else { continue }
            let names = line.map(\.text)
            let isShared = names.contains("package") && !names.contains("import")
            if isShared { next = shared(by: token.text) ?? next }
            guard !isRepeated(names), token.text != "extension",
                isShared || isMember(token.text, of: open.last ?? .none, names)
            else { continue }
            found.append((line[0].line, "this \(token.text)"))
        }
        return found
    }

    /// What a shared declaration of this kind shares with it; nil when it is no type.
    private static func shared(by keyword: String) -> Members? {
        switch keyword {
        case "enum": .cases
        case "protocol", "extension": .all
        case "struct", "class", "actor", "func", "init": Members.none
        default: nil
        }
    }

    private static func isMember(_ keyword: String, of type: Members, _ names: [String]) -> Bool {
        switch type {
        case .none: false
        case .cases: keyword == "case"
        case .all: !names.contains("private")
        }
    }

    /// `class func` and `indirect enum case` have two keywords; one declaration is one finding.
    private static func isRepeated(_ names: [String]) -> Bool {
        names.dropLast().contains(where: keywords.contains)
    }

    /// The first paragraph of the documentation above `line`; nil when there is none.
    private static func summary(above line: Int, in lines: [String]) -> String? {
        var index = line - 2
        // Attributes, and the proof of an @unchecked Sendable, may stand in between.
        while index >= 0, isInBetween(trimmed(lines[index])) { index -= 1 }
        var comment: [String] = []
        while index >= 0, trimmed(lines[index]).hasPrefix("///") {
            comment.insert(trimmed(String(trimmed(lines[index]).dropFirst(3))), at: 0)
            index -= 1
        }
        let paragraph = comment.prefix { !$0.isEmpty && !$0.hasPrefix("- ") && !$0.hasPrefix("|") }
        return paragraph.isEmpty ? nil : paragraph.joined(separator: " ")
    }

    private static func isInBetween(_ line: String) -> Bool {
        line.hasPrefix("@") || (line.hasPrefix("//") && !line.hasPrefix("///"))
    }

    private static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespaces)
    }
}
