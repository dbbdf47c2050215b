// SPDX-License-Identifier: Apache-2.0
//
// Learners, contexts and producers share one rule for names, so that a name can stand in a topic, a
// path and a log line without quoting.

/// A name that matches `[a-z0-9_-]{1,64}`.
package struct Name: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as text.
    package let text: String

    /// The longest name, in characters.
    package static let lengthMax = 64

    /// The learner that exists when nothing is configured.
    package static let `default` = Name(unchecked: "default")

    /// Takes `text` when it is a name.
    package init?(_ text: String) {
        guard Name.isValid(text.utf8) else { return nil }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// Whether the bytes spell a name.
    package static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        (1...lengthMax).contains(bytes.count) && bytes.allSatisfy(isNameByte)
    }

    /// Whether the bytes spell a name.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard (1...lengthMax).contains(bytes.count) else { return false }
        for index in bytes.indices where !isNameByte(bytes[index]) { return false }
        return true
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The rule in words, for error messages.
    package static let rule = "1 to 64 of the characters a-z, 0-9, _ and -"

    /// Names sort as their text does.
    package static func < (left: Name, right: Name) -> Bool { left.text < right.text }

    /// The name as text.
    package var description: String { text }
}
