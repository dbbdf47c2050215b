// SPDX-License-Identifier: Apache-2.0
//
// Rules about the outside of a file: its length and width, its header, what was left behind in it,
// and the length of its functions.

extension Rule {
    static let columnsMax = 100
    static let linesMax = 500
    static let functionLinesMax = 70

    /// No line is wider than two panes allow.
    static let columns = Rule(name: "columns", applies: \.isCode) { file in
        file.lines.enumerated().compactMap { index, line in
            guard line.unicodeScalars.count > columnsMax else { return nil }
            let message = "\(line.unicodeScalars.count) columns; the limit is \(columnsMax)"
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    /// No file is longer than one sitting.
    static let length = Rule(name: "length", applies: \.isCode) { file in
        let lines = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        guard lines > linesMax else { return [] }
        let message = "\(lines) lines; the limit is \(linesMax): split it by concept"
        return [Finding(path: file.path, line: linesMax + 1, message: message)]
    }

    /// Each file of code says under which licence it stands, first thing.
    static let header = Rule(name: "licence header", applies: \.isCode) { file in
        let wanted = "SPDX-License-Identifier: Apache-2.0"
        // A script has its interpreter on the first line, the manifest its tools version.
        if file.lines.prefix(2).contains(where: { $0.hasSuffix(wanted) }) { return [] }
        return [Finding(path: file.path, line: 1, message: "begin the file with \(wanted)")]
    }

    /// Nothing is left for later in a comment; what is open stands in no source.
    static let leftovers = Rule(name: "leftovers", applies: { _ in true }) { file in
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        return file.lines.enumerated().compactMap { index, line in
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            guard let mark = marks.first(where: { words.contains(Substring($0)) }) else {
                return nil
            }
            let message = "\(mark) is left over: do it, or take it out"
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    /// No function is longer than one screen.
    static let functions = Rule(name: "function length", applies: \.isSwift) { file in
        let tokens = Tokenizer.tokens(of: file.text)
        return tokens.indices.compactMap { index in
            guard tokens[index].kind == .name, opensFunction(tokens, at: index),
                let end = endOfBody(tokens, from: index)
            else { return nil }
            let lines = end - tokens[index].line + 1
            guard lines > functionLinesMax else { return nil }
            let message = "a function of \(lines) lines; the limit is \(functionLinesMax)"
            return Finding(path: file.path, line: tokens[index].line, message: message)
        }
    }

    private static func opensFunction(_ tokens: [Token], at index: Int) -> Bool {
        guard ["func", "init", "deinit", "subscript", "var"].contains(tokens[index].text) else {
            return false
        }
        return index == 0 || ![".", "("].contains(where: tokens[index - 1].is)
    }

    /// The line on which the body of the declaration at `start` ends; nil when it has none, as in
    /// a protocol or a stored property.
    private static func endOfBody(_ tokens: [Token], from start: Int) -> Int? {
        var round = 0
        var curly = 0
        for index in start..<tokens.count {
            let token = tokens[index]
            if token.is("(") || token.is("[") { round += 1 }
            if token.is(")") || token.is("]") { round -= 1 }
            // An argument ends where its list does, and no default value is a body.
            if round < 0 { return nil }
            guard round == 0 || curly > 0 else { continue }
            if token.is("{") { curly += 1 }
            if token.is("}") {
                curly -= 1
                if curly < 0 { return nil }
                if curly == 0 { return token.line }
            }
            if token.kind == .end, curly == 0, !continues(tokens, after: index) { return nil }
            if token.is("=") && curly == 0 && tokens[start].is("var") { return nil }
        }
        return nil
    }

    /// Whether a signature goes on after the line break at `index`.
    private static func continues(_ tokens: [Token], after index: Int) -> Bool {
        guard let next = tokens[(index + 1)...].first(where: { $0.kind != .end }) else {
            return false
        }
        return ["where", "throws", "async", "-", "{", "&", ":"].contains(where: next.is)
    }
}
