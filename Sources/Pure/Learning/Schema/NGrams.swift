// SPDX-License-Identifier: Apache-2.0
//
// Words and characters of a text, alone and in groups of neighbours. The rule, which a consumer can
// follow in any language:
//
//   1. Each code point becomes its full lower-case mapping by Unicode, by itself.
//   2. Units of words: runs of two or more word characters; those are letters (general category
//      L*), numbers (N*) and the underscore. Units of characters: each code point, where a run of
//      two or more white-space characters (property White_Space) is one space.
//   3. An n-gram is n neighbouring units; those of words are joined by one space.
//
// These are the tokens of scikit-learn's HashingVectorizer with its defaults and analyzer "word" or
// "char", except that a Greek final sigma is lowered like any other, and U+001C to U+001F are no
// white space.

package import Primitives

/// Which parts of a text are tokens.
package struct NGrams: Sendable, Hashable {
    /// What is counted as one.
    package enum Unit: UInt8, Sendable, CaseIterable {
        /// Words of two or more characters.
        case word = 0
        /// Characters.
        case character = 1

        /// The name in configuration and artifacts.
        package var name: String {
            switch self {
            case .word: "word"
            case .character: "character"
            }
        }
    }

    /// What is counted as one.
    package var unit: Unit
    /// The shortest n-gram.
    package var least: Int
    /// The longest n-gram.
    package var most: Int

    /// Makes a rule.
    package init(_ unit: Unit = .word, least: Int = 1, most: Int = 1) {
        self.unit = unit
        self.least = least
        self.most = most
    }

    /// The longest n-gram that may be asked for.
    package static let mostMax = 8

    var complaint: String? {
        (1...NGrams.mostMax).contains(most) && (1...most).contains(least)
            ? nil : "n-grams of \(least) to \(most) are none; use 1 to \(NGrams.mostMax), in order"
    }
}

extension NGrams: ByteCodable {
    /// Appends unit and lengths.
    package func encode(into writer: inout ByteWriter) {
        writer.write(unit.rawValue)
        writer.write(UInt8(truncatingIfNeeded: least))
        writer.write(UInt8(truncatingIfNeeded: most))
    }

    /// Reads unit and lengths.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let unit = Unit(rawValue: try reader.read()) else {
            throw .invalid("n-grams have an unknown unit")
        }
        self.unit = unit
        least = Int(try reader.read(UInt8.self))
        most = Int(try reader.read(UInt8.self))
        if let complaint { throw .invalid(complaint) }
    }
}

/// Cuts texts; its room is reused.
struct TextCutter: Sendable {
    /// The units of the text in lower case, one after the other.
    private(set) var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var ends: [Int] = []

    /// Finds the units of a text.
    mutating func cut(_ text: String, into unit: NGrams.Unit) {
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        switch unit {
        case .word: cutWords(text)
        case .character: cutCharacters(text)
        }
    }

    /// How many n-grams of `length` units there are.
    func count(of length: Int) -> Int { max(0, starts.count - length + 1) }

    /// Where the bytes of an n-gram are.
    func range(_ place: Int, of length: Int) -> Range<Int> {
        starts[place]..<ends[place + length - 1]
    }

    private mutating func cutWords(_ text: String) {
        var length = 0
        func end(_ cutter: inout TextCutter) {
            if length == 1 {
                cutter.bytes.removeLast(cutter.bytes.count - (cutter.starts.popLast() ?? 0))
            } else if length > 1 {
                cutter.ends.append(cutter.bytes.count)
                cutter.bytes.append(UInt8(ascii: " "))
            }
            length = 0
        }
        TextCutter.lower(text) { scalar in
            guard TextCutter.isWordCharacter(scalar) else { return end(&self) }
            if length == 0 { starts.append(bytes.count) }
            length += 1
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
        }
        end(&self)
    }

    private mutating func cutCharacters(_ text: String) {
        var blanks = 0
        TextCutter.lower(text) { scalar in
            blanks = TextCutter.isBlank(scalar) ? blanks + 1 : 0
            if blanks > 1 {
                // The run is one space, whatever its first character was.
                if blanks == 2, let start = starts.last {
                    bytes.removeLast(bytes.count - start)
                    bytes.append(UInt8(ascii: " "))
                    ends[ends.count - 1] = bytes.count
                }
                return
            }
            starts.append(bytes.count)
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
            ends.append(bytes.count)
        }
    }

    /// Gives each code point of the text in lower case.
    private static func lower(_ text: String, _ body: (Unicode.Scalar) -> Void) {
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let isUpper = scalar.value >= 65 && scalar.value <= 90
                body(isUpper ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
            } else {
                for lowered in scalar.properties.lowercaseMapping.unicodeScalars { body(lowered) }
            }
        }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            switch UInt8(scalar.value) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"):
                return true
            default: return false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace
    }
}
