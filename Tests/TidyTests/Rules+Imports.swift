// SPDX-License-Identifier: Apache-2.0
//
// Rules about what a file may use: imports, and calls that are banned because they trap, block, or
// differ from run to run.

extension Rule {
    /// A module imports what the table allows, and nothing else.
    static let imports = Rule(name: "imports", applies: { $0.isSwift && $0.module != nil }) {
        file in
        let module = file.module ?? ""
        let allowed = Arrows.row(module).map { $0.imports + $0.system }
        return importedModules(file).compactMap { line, name in
            guard let allowed else {
                let message =
                    "module \(module) has no row; enter it in Tests/TidyTests/Arrows.swift"
                return Finding(path: file.path, line: line, message: message)
            }
            if allowed.contains(name) { return nil }
            return Finding(
                path: file.path,
                line: line,
                message: "\(module) may not import \(name) (the table is in Arrows.swift)"
            )
        }
    }

    /// The engine has no clock, thread, I/O or hidden randomness: it imports nothing of the system.
    static let purity = Rule(name: "purity", applies: \.isPure) { file in
        importedModules(file).filter { _, name in systemModules.contains(name) }.map { line, name in
            Finding(path: file.path, line: line, message: "\(name) has no place in Sources/Pure")
        }
    }

    /// Calls that nobody makes.
    static let bannedCalls = Rule(
        name: "banned calls",
        applies: { $0.isSwift && $0.path.hasPrefix("Sources/") }
    ) { file in
        let tokens = Tokenizer.tokens(of: file.text)
        let program = ["learnd", "learnctl", "learnd-bench", "Control"].contains(file.module)
        return bans.filter { !(program && $0.words == ["print", "("]) }.flatMap { ban in
            places(of: ban, in: tokens).map { line in
                Finding(path: file.path, line: line, message: "\(ban.text): \(ban.reason)")
            }
        }
    }

    private static let systemModules = [
        "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization", "Darwin",
        "Musl",
    ]

    /// The modules that a file imports, with the lines.
    private static func importedModules(_ file: SourceFile) -> [(Int, String)] {
        let tokens = Tokenizer.tokens(of: file.text)
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return tokens.indices.compactMap { index in
            guard tokens[index].is("import"), tokens[index].kind == .name,
                index == 0 || ![".", "("].contains(where: tokens[index - 1].is),
                var name = tokens.dropFirst(index + 1).first, name.kind == .name
            else { return nil }
            if kinds.contains(name.text) {
                name = tokens.dropFirst(index + 2).first ?? name
            }
            return (name.line, name.text)
        }
    }
}

/// A sequence of words that may not stand in the sources.
private struct Ban {
    var words: [String]
    var reason: String
    /// Whether a member of that name is meant only when it stands alone, as a global function.
    var isGlobal = false

    var text: String { words.joined() }
}

private let bans: [Ban] = [
    Ban(words: ["try", "!"], reason: "handle the error, or let it through"),
    Ban(words: ["as", "!"], reason: "use as? and say what happens otherwise"),
    Ban(words: ["fatalError"], reason: "bad input is handled; programmer errors are preconditions"),
    Ban(words: [".", "random", "("], reason: "only RandomSource gives numbers that replay"),
    Ban(words: [".", "randomElement", "("], reason: "only RandomSource gives numbers that replay"),
    Ban(words: ["shuffled", "("], reason: "only RandomSource gives an order that replays"),
    Ban(words: ["shuffle", "(", ")"], reason: "only RandomSource gives an order that replays"),
    Ban(words: ["shuffle", "(", "using"], reason: "only RandomSource gives an order that replays"),
    Ban(words: ["SystemRandomNumberGenerator"], reason: "only RandomSource gives what replays"),
    Ban(words: ["Date", "("], reason: "the time is an argument, read once at the edge"),
    Ban(words: ["hashValue"], reason: "it differs from process to process"),
    Ban(words: ["print", "("], reason: "write to the log", isGlobal: true),
    Ban(words: ["debugPrint", "("], reason: "write to the log", isGlobal: true),
    Ban(words: ["usleep"], reason: "wait on what you are waiting for"),
    Ban(words: ["nanosleep"], reason: "wait on what you are waiting for"),
    Ban(words: ["sleep", "("], reason: "wait on what you are waiting for"),
]

/// The lines on which the words of `ban` follow one another.
private func places(of ban: Ban, in tokens: [Token]) -> [Int] {
    tokens.indices.compactMap { start in
        guard tokens[start].is(ban.words[0]), start + ban.words.count <= tokens.count,
            zip(tokens[start...], ban.words).allSatisfy({ $0.is($1) })
        else { return nil }
        if ban.isGlobal, start > 0, tokens[start - 1].is(".") || tokens[start - 1].is("func") {
            return nil
        }
        return tokens[start].line
    }
}
