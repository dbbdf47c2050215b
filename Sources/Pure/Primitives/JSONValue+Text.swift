// SPDX-License-Identifier: Apache-2.0
//
// JSON text without spaces. Numbers are the shortest that read back unchanged.

extension JSONValue {
    /// The value as JSON text on one line.
    package var jsonText: String {
        var text = ""
        append(to: &text)
        return text
    }

    /// The UTF-8 bytes of the text.
    package var jsonBytes: [UInt8] { Array(jsonText.utf8) }

    private func append(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += String(number)
        case .number(let number): text += JSONValue.text(of: number)
        case .string(let string): JSONValue.append(quoted: string, to: &text)
        case .array(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                item.append(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSONValue.append(quoted: member.name, to: &text)
                text += ":"
                member.value.append(to: &text)
            }
            text += "}"
        }
    }

    /// A number as JSON allows it: whole numbers without a point, nothing that is not finite.
    private static func text(of number: Double) -> String {
        guard number.isFinite else { return "null" }
        if number.magnitude < 1e15, let whole = Int64(exactly: number) {
            return String(whole)
        }
        return number.description
    }

    private static func append(quoted string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
