// SPDX-License-Identifier: Apache-2.0
//
// The rule of words, and what it does with bytes that are no text.

import Kernels
import Testing

@Suite("Tokens") struct TextTokensTests {
    private func split(_ bytes: [UInt8], folds: Bool = true, longest: Int = 64) -> TextTokens {
        var tokens = TextTokens()
        tokens.split(bytes.span, folds: folds, longest: longest)
        return tokens
    }

    private func words(_ text: String, folds: Bool = true, longest: Int = 64) -> [String] {
        let tokens = split(Array(text.utf8), folds: folds, longest: longest)
        return (0..<tokens.count).map {
            String(decoding: tokens.bytes[tokens.range($0)], as: UTF8.self)
        }
    }

    @Test(
        "Words are runs of letters, digits and underscores, in small letters",
        arguments: [
            ("The cat sat.", ["the", "cat", "sat"]),
            ("", []), (" \n\t", []), ("--", []), ("x", ["x"]),
            (
                "don't e-mail user_1@example.org",
                ["don", "t", "e", "mail", "user_1", "example", "org"]
            ),
            ("ÄPFEL Straße ČAČAK ŽŹ Ÿ", ["äpfel", "straße", "čačak", "žź", "ÿ"]),
            ("ΑΘΗΝΑ Ώρα ΆΈΊ", ["αθηνα", "ώρα", "άέί"]),
            ("МОСКВА Ёлка Ѐ Ґанок", ["москва", "ёлка", "ѐ", "ґанок"]),
            ("“quoted” – dash… 5€", ["quoted", "dash", "5"]),
            ("3×4÷2 µm ½", ["3", "4", "2", "µm"]),
            ("東京、大阪。", ["東京", "大阪"]), ("ＡＢ！", ["ＡＢ"]), ("a😀b", ["a😀b"]),
        ]
    )
    func rule(text: String, expected: [String]) {
        #expect(words(text) == expected)
    }

    @Test("Between blanks, everything is kept as it is")
    func spaces() {
        #expect(words("The cat's\tHat,\n“x”", folds: false) == ["The", "cat's", "Hat,", "“x”"])
    }

    @Test("A token that is too long is left out and counted, and the next is whole")
    func longest() {
        let tokens = split(Array("abcd abcde xy abcdef".utf8), longest: 4)
        #expect(tokens.count == 2 && tokens.skipped == 2)
        #expect(words("abcd abcde xy abcdef", longest: 4) == ["abcd", "xy"])
        #expect(tokens.hashes[1] == split(Array("XY".utf8)).hashes[0])
    }

    @Test("Bytes that are no UTF-8 are blanks, and every token is UTF-8")
    func garbage() {
        let bad: [[UInt8]] = [
            [0x80], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xFF],
            [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ]
        for bytes in bad {
            let tokens = split([0x61] + bytes + [0x62])
            #expect(tokens.count == 2, "\(bytes)")
        }
        var state: UInt32 = 1
        for _ in 0..<200 {
            let bytes = (0..<60).map { _ -> UInt8 in
                state = state &* 1_664_525 &+ 1_013_904_223
                return UInt8(truncatingIfNeeded: state >> 24)
            }
            for folds in [true, false] {
                let tokens = split(bytes, folds: folds)
                for token in 0..<tokens.count {
                    let word = Array(tokens.bytes[tokens.range(token)])
                    #expect(String(validating: word, as: UTF8.self) != nil && !word.isEmpty)
                }
            }
        }
    }
}
