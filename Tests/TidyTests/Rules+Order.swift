// SPDX-License-Identifier: Apache-2.0
//
// The order of a Dictionary or Set differs from process to process, so the engine may look things
// up in one and may not walk it. A test on text sees the names that a file declares as such, and
// where it walks those; a sort first makes any walk good.

extension Rule {
    /// Sources/Pure never iterates a Dictionary or a Set.
    static let hashOrder = Rule(name: "hash order", applies: { $0.isPure && $0.isSwift }) { file in
        let tokens = Tokenizer.tokens(of: file.text)
        let unordered = unorderedNames(tokens)
        return tokens.indices.compactMap { index in
            guard tokens[index].kind == .name, unordered.contains(tokens[index].text),
                walks(tokens, at: index)
            else { return nil }
            let message =
                "\(tokens[index].text) is walked in hash order: sort its keys, or keep an array"
            return Finding(path: file.path, line: tokens[index].line, message: message)
        }
    }

    /// The names that are declared as a Dictionary or a Set.
    private static func unorderedNames(_ tokens: [Token]) -> Set<String> {
        var names: Set<String> = []
        for index in tokens.indices.dropLast(2) {
            guard tokens[index].kind == .name,
                tokens[index + 1].is(":") || tokens[index + 1].is("=")
            else { continue }
            var rest = tokens[(index + 2)...].prefix { $0.kind != .end }
            while let first = rest.first, ["inout", "borrowing", "consuming"].contains(first.text) {
                rest = rest.dropFirst()
            }
            guard let first = rest.first else { continue }
            if first.is("Set") || first.is("Dictionary") { names.insert(tokens[index].text) }
            if first.is("["), isDictionary(rest.dropFirst()) { names.insert(tokens[index].text) }
        }
        return names
    }

    /// Whether what follows an opening bracket is `Key: Value` rather than a list.
    private static func isDictionary(_ tokens: ArraySlice<Token>) -> Bool {
        var depth = 0
        for token in tokens {
            if ["(", "[", "<", "{"].contains(where: token.is) { depth += 1 }
            if [")", "]", ">", "}"].contains(where: token.is) { depth -= 1 }
            if depth < 0 || (depth == 0 && token.is("?")) { return false }
            if depth == 0, token.is(":") { return true }
        }
        return false
    }

    /// Members of a Dictionary or Set that give its elements one after another.
    private static let walkers: Set<String> = [
        "map", "compactMap", "flatMap", "forEach", "reduce", "first", "enumerated", "keys",
        "values", "makeIterator", "popFirst", "randomElement",
    ]

    /// Whether the name at `index` is walked: `in name {`, `name.map`, `Array(name)`.
    private static func walks(_ tokens: [Token], at index: Int) -> Bool {
        let after = tokens[(index + 1)...].prefix { $0.kind != .end }.map(\.text)
        // Sorted at once, or only counted: no order is left to see.
        if after.contains("sorted") { return false }
        if after.first == ".", after.count > 1, walkers.contains(after[1]) {
            let isView = ["keys", "values"].contains(after[1])
            return !(isView && isHarmless(Array(after.dropFirst(2))))
        }
        var before = index - 1
        while before > 0, tokens[before].is(".") || tokens[before].is("self") { before -= 1 }
        guard before >= 0, tokens[before].kind != .end else { return false }
        if tokens[before].is("in"), after.first == "{" || after.first == "where" {
            return !isClosure(tokens, at: before)
        }
        return tokens[before].is("(") && before > 0 && tokens[before - 1].is("Array")
            && after.first == ")"
    }

    /// `count`, `isEmpty`, `contains`, `max` and `min` do not depend on the order.
    private static func isHarmless(_ after: [String]) -> Bool {
        guard after.first == ".", after.count > 1 else { return false }
        return ["count", "isEmpty", "contains", "max", "min", "allSatisfy"].contains(after[1])
    }

    /// Whether the `in` at `index` belongs to a closure and not to a loop.
    private static func isClosure(_ tokens: [Token], at index: Int) -> Bool {
        var before = index - 1
        while before >= 0, !tokens[before].is("{"), tokens[before].kind != .end {
            if tokens[before].is("for") { return false }
            before -= 1
        }
        return true
    }
}
