// SPDX-License-Identifier: Apache-2.0
//
// TOML as it was written, with line numbers and nothing checked yet. toml11 parses by recursion, so
// text that is nested deeper than anybody configures is refused before it gets there.

import CToml11

/// A value and the line on which it stands.
package struct ConfigurationNode: Sendable, Equatable {
    /// What TOML can say.
    package indirect enum Value: Sendable, Equatable {
        /// True or false.
        case flag(Bool)
        /// A whole number.
        case integer(Int64)
        /// A number with a fraction or exponent.
        case number(Double)
        /// A text.
        case text(String)
        /// A date or time, which no key takes.
        case date
        /// Values in order.
        case list([ConfigurationNode])
        /// Named values in the order of the file.
        case table([Member])
    }

    /// A named value.
    package struct Member: Sendable, Equatable {
        /// The name.
        package let key: String
        /// The value.
        package let node: ConfigurationNode
    }

    /// The line, from 1.
    package let line: Int
    /// The value.
    package let value: Value

    /// The members when this is a table.
    var members: [Member]? {
        guard case .table(let members) = value else { return nil }
        return members
    }

    /// The value as TOML, for error messages; long ones are cut.
    var text: String {
        let whole = toml
        return whole.count <= 80 ? whole : whole.prefix(77) + "..."
    }

    private var toml: String {
        switch value {
        case .flag(let flag): String(flag)
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .text(let text): "\"\(text)\""
        case .date: "(a date)"
        case .list(let items): "[" + items.map(\.toml).joined(separator: ", ") + "]"
        case .table: "(a table)"
        }
    }
}

/// A parsed file, not yet validated.
package struct ConfigurationTree: Sendable, Equatable {
    /// The file as it is named in messages.
    package let file: String
    /// The members of the root table, in the order of the file.
    package let members: [ConfigurationNode.Member]

    /// The longest text that is read.
    package static let bytesMax = 256 * 1024
    /// The deepest nesting that is read.
    package static let depthMax = 32

    /// Parses the bytes of a file that is called `file` in messages.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigurationError) {
        func problem(_ what: String, line: Int?, remedy: String) -> ConfigurationError {
            ConfigurationError(problems: [
                ConfigurationProblem(
                    file: file,
                    line: line,
                    key: "",
                    value: nil,
                    problem: what,
                    remedy: remedy
                )
            ])
        }
        guard bytes.count <= ConfigurationTree.bytesMax else {
            throw problem(
                "it has \(bytes.count) bytes, more than the limit of \(ConfigurationTree.bytesMax)",
                line: nil,
                remedy: "name the right file"
            )
        }
        if let line = ConfigurationTree.lineBeyondDepth(bytes) {
            throw problem(
                "it is nested deeper than \(ConfigurationTree.depthMax) levels",
                line: line,
                remedy: "close the brackets"
            )
        }
        let document = TOMLDocument(bytes)
        guard let root = document.root, let members = root.members else {
            throw problem(
                "it is not TOML: \(document.errorText)",
                line: document.errorLine,
                remedy: "mend the line, see https://toml.io"
            )
        }
        self.file = file
        self.members = members
    }

    /// A file with nothing in it.
    package init(emptyNamed file: String) {
        self.file = file
        members = []
    }

    /// The line on which brackets nest too deep; comments and texts on one line do not count.
    private static func lineBeyondDepth(_ bytes: [UInt8]) -> Int? {
        var line = 1
        var depth = 0
        var quote: UInt8?
        var isComment = false
        var isEscaped = false
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                line += 1
                (quote, isComment, isEscaped) = (nil, false, false)
            } else if isComment || isEscaped {
                isEscaped = false
            } else if let open = quote {
                if byte == open { quote = nil }
                isEscaped = open == UInt8(ascii: "\"") && byte == UInt8(ascii: "\\")
            } else {
                switch byte {
                case UInt8(ascii: "#"): isComment = true
                case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
                case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
                default: break
                }
            }
            if depth > depthMax { return line }
        }
        return nil
    }
}

/// The result of the C interface, copied into values.
private struct TOMLDocument {
    let root: ConfigurationNode?
    let errorText: String
    let errorLine: Int?

    init(_ bytes: [UInt8]) {
        let parsed = unsafe bytes.withUnsafeBytes { buffer in
            unsafe ctoml_parse(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                buffer.count
            )
        }
        guard let document = unsafe parsed else {
            (root, errorText, errorLine) = (nil, "there is not enough memory", nil)
            return
        }
        defer { unsafe ctoml_free(document) }
        let count = unsafe ctoml_count(document)
        var flat: [(parent: Int, kind: Int32, key: String, line: Int, leaf: Leaf)] = []
        flat.reserveCapacity(count)
        for index in 0..<count {
            var node = unsafe ctoml_node()
            guard unsafe ctoml_node_at(document, index, &node) == 1 else { break }
            let leaf = Leaf(
                integer: unsafe node.integer,
                number: unsafe node.floating,
                text: unsafe TOMLDocument.text(node.text, node.text_length)
            )
            flat.append(
                unsafe (
                    Int(node.parent), node.kind, TOMLDocument.text(node.key, node.key_length),
                    Int(node.line), leaf
                )
            )
        }
        guard !flat.isEmpty else {
            let message = unsafe String(cString: ctoml_error(document))
            let line = Int(unsafe ctoml_error_line(document))
            (root, errorText, errorLine) = (nil, TOMLDocument.firstSentence(message), line)
            return
        }
        // Children come after their parents, so that one walk from the end builds the tree.
        var children = [[ConfigurationNode.Member]](repeating: [], count: flat.count)
        var built: ConfigurationNode?
        for index in flat.indices.reversed() {
            let item = flat[index]
            let value = item.leaf.value(kind: item.kind, children: children[index].reversed())
            let node = ConfigurationNode(line: item.line, value: value)
            if item.parent >= 0 {
                children[item.parent].append(.init(key: item.key, node: node))
            } else {
                built = node
            }
        }
        (root, errorText, errorLine) = (built, "", nil)
    }

    private struct Leaf {
        let integer: Int64
        let number: Double
        let text: String

        func value(
            kind: Int32,
            children: [ConfigurationNode.Member]
        ) -> ConfigurationNode.Value {
            switch kind {
            case Int32(CTOML_TABLE.rawValue): .table(children)
            case Int32(CTOML_ARRAY.rawValue): .list(children.map(\.node))
            case Int32(CTOML_BOOLEAN.rawValue): .flag(integer != 0)
            case Int32(CTOML_INTEGER.rawValue): .integer(integer)
            case Int32(CTOML_FLOATING.rawValue): .number(number)
            case Int32(CTOML_STRING.rawValue): .text(text)
            default: .date
            }
        }
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let start = unsafe start else { return "" }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// toml11 draws the place with a caret over several lines; the first line says what is wrong.
    private static func firstSentence(_ message: String) -> String {
        let line = message.split(separator: "\n").first.map(String.init) ?? "unknown error"
        let prefix = "[error] "
        let text = line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line
        guard text.hasPrefix("toml::"), let colon = text.firstRange(of: ": ") else { return text }
        return String(text[colon.upperBound...])
    }
}
