// SPDX-License-Identifier: Apache-2.0
//
// Swift source as words. The rules look at tokens, so that a comment or a text that only mentions a
// forbidden call breaks nothing, and neither does a line break in the middle of one.
//
//   name        an identifier or keyword, in back-ticks or not
//   sign        one punctuation character
//   text        a whole string literal; what is interpolated into it follows as tokens of its own
//   end         the end of a line

import Foundation

/// One word of source.
struct Token: Equatable {
    /// What kind of word it is.
    enum Kind { case name, sign, text, end }

    var kind: Kind
    var text: String
    /// The line it begins on, from 1.
    var line: Int

    /// Whether it is the sign or name `other`.
    func `is`(_ other: String) -> Bool { kind != .text && text == other }
}

/// Cuts source into tokens, leaving comments out.
struct Tokenizer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var tokens: [Token] = []

    /// The tokens of `source`.
    static func tokens(of source: String) -> [Token] {
        var tokenizer = Tokenizer(bytes: Array(source.utf8))
        tokenizer.scan(untilClosed: false)
        return tokenizer.tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ offset: Int = 0) -> UInt8 {
        index + offset < bytes.count ? bytes[index + offset] : 0
    }

    /// Reads to the end or, inside an interpolation, to the bracket that closes it.
    private mutating func scan(untilClosed: Bool) {
        var depth = 0
        while index < bytes.count {
            let current = byte()
            if current == UInt8(ascii: "\n") {
                tokens.append(Token(kind: .end, text: "\n", line: line))
                line += 1
                index += 1
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
                while index < bytes.count, byte() != UInt8(ascii: "\n") { index += 1 }
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                skipBlockComment()
            } else if let hashes = openingHashes() {
                scanText(hashes: hashes)
            } else if isNameByte(current) {
                scanName()
            } else if current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") {
                index += 1
            } else {
                if current == UInt8(ascii: "(") { depth += 1 }
                if current == UInt8(ascii: ")") { depth -= 1 }
                if untilClosed, depth < 0 { return }
                let text = String(UnicodeScalar(current))
                tokens.append(Token(kind: .sign, text: text, line: line))
                index += 1
            }
        }
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default: false
        }
    }

    private mutating func scanName() {
        let start = index
        while index < bytes.count, isNameByte(byte()) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        tokens.append(
            Token(
                kind: .name,
                text: text.replacingOccurrences(of: "`", with: ""),
                line: line
            )
        )
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                index += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                index += 2
            } else {
                if byte() == UInt8(ascii: "\n") { line += 1 }
                index += 1
            }
        } while depth > 0 && index < bytes.count
    }

    /// How many `#` open the string literal that starts here; nil when none starts.
    private func openingHashes() -> Int? {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func scanText(hashes: Int) {
        tokens.append(Token(kind: .text, text: "\"", line: line))
        index += hashes
        let quotes = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"") ? 3 : 1
        index += quotes
        while index < bytes.count, !closesText(quotes: quotes, hashes: hashes) {
            if byte() == UInt8(ascii: "\\"), matchesHashes(hashes, at: 1) {
                index += 1 + hashes
                if byte() == UInt8(ascii: "(") {
                    index += 1
                    scan(untilClosed: true)
                }
                if byte() == UInt8(ascii: "\n") { line += 1 }
                index += 1
            } else {
                if byte() == UInt8(ascii: "\n") { line += 1 }
                index += 1
            }
        }
        index += quotes + hashes
    }

    private func closesText(quotes: Int, hashes: Int) -> Bool {
        (0..<quotes).allSatisfy { byte($0) == UInt8(ascii: "\"") }
            && matchesHashes(hashes, at: quotes)
    }

    private func matchesHashes(_ hashes: Int, at offset: Int) -> Bool {
        (0..<hashes).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }
}
