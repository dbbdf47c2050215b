// SPDX-License-Identifier: Apache-2.0
//
// JSON has no NaN and no infinity, but Python writes them, and any writer can write 1e999. They
// must cost their sample, not their message. So when a text does not parse, these tokens, outside
// texts, are replaced in place by others of the same length, and it is parsed once more:
//
//   NaN, Infinity, -Infinity          {} and blanks
//   a number beyond double precision  [] and blanks
//   a whole number beyond 64 bits     the same with its last two digits as an exponent: …e2
//
// No sample may hold {} or [] where a number can stand, so nothing that would have been learned is
// mistaken for a stand-in. A text never spans lines in JSON, so a newline ends one that was never
// closed, and one bad line does not spoil the next.

/// Replaces what JSON cannot say.
enum StandIns {
    /// Replaces the tokens; false when there was none.
    static func replace(in text: inout MutableSpan<UInt8>) -> Bool {
        var found = false
        var index = 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                index = endOfText(text, from: index + 1)
            case UInt8(ascii: "N"):
                index = replaceWord(nan, at: index, in: &text, from: index, &found)
            case UInt8(ascii: "I"):
                index = replaceWord(infinity, at: index, in: &text, from: index, &found)
            case UInt8(ascii: "-")
            where index + 1 < text.count
                && text[index + 1] == UInt8(ascii: "I"):
                index = replaceWord(infinity, at: index + 1, in: &text, from: index, &found)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                index = replaceNumber(at: index, in: &text, &found)
            default:
                index += 1
            }
        }
        return found
    }

    private static let nan = Array("NaN".utf8)
    private static let infinity = Array("Infinity".utf8)

    /// The index after the text that begins at `start`, or at the end of its line.
    private static func endOfText(_ text: borrowing MutableSpan<UInt8>, from start: Int) -> Int {
        var index = start
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "\""), UInt8(ascii: "\n"): return index + 1
            default: index += 1
            }
        }
        return text.count
    }

    /// Replaces `word` when it stands at `position`, together with what precedes it from `start`.
    private static func replaceWord(
        _ word: [UInt8],
        at position: Int,
        in text: inout MutableSpan<UInt8>,
        from start: Int,
        _ found: inout Bool
    ) -> Int {
        let end = position + word.count
        guard end <= text.count, end == text.count || isDelimiter(text[end]) else {
            return position + 1
        }
        for (offset, byte) in word.enumerated() where text[position + offset] != byte {
            return position + 1
        }
        blank(&text, start..<end, UInt8(ascii: "{"), UInt8(ascii: "}"))
        found = true
        return end
    }

    /// Replaces the number at `start` when it is too large.
    private static func replaceNumber(
        at start: Int,
        in text: inout MutableSpan<UInt8>,
        _ found: inout Bool
    ) -> Int {
        var end = start
        var isWhole = true
        var growsByExponent = false
        while end < text.count, !isDelimiter(text[end]) {
            switch text[end] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"): break
            case UInt8(ascii: "."): isWhole = false
            case UInt8(ascii: "e"), UInt8(ascii: "E"): (isWhole, growsByExponent) = (false, true)
            case UInt8(ascii: "-"): growsByExponent = false
            default: return end + 1
            }
            end += 1
        }
        // Most numbers need not be looked at: 64 bits hold 18 digits, and a double 308.
        guard growsByExponent || end - start > (isWhole ? 18 : 308) else { return end }
        var digits: [UInt8] = []
        for index in start..<end { digits.append(text[index]) }
        let token = String(decoding: digits, as: UTF8.self)
        guard let number = Double(token) else { return end }
        if !number.isFinite {
            blank(&text, start..<end, UInt8(ascii: "["), UInt8(ascii: "]"))
            found = true
        } else if isWhole, Int64(token) == nil, UInt64(token) == nil {
            text[end - 2] = UInt8(ascii: "e")
            text[end - 1] = UInt8(ascii: "2")
            found = true
        }
        return end
    }

    private static func blank(
        _ text: inout MutableSpan<UInt8>,
        _ range: Range<Int>,
        _ first: UInt8,
        _ second: UInt8
    ) {
        for index in range { text[index] = UInt8(ascii: " ") }
        text[range.lowerBound] = first
        text[range.lowerBound + 1] = second
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"),
            UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
            true
        default: false
        }
    }
}
