// SPDX-License-Identifier: Apache-2.0
//
// JSON as a value, for manifests, events and answers. Objects keep the order in which they were
// built, so the same value always gives the same text. Samples never take this form.

/// A JSON value.
package enum JSONValue: Sendable, Equatable {
    /// No value.
    case null
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case int(Int64)
    /// A number; one that is not finite is written as null.
    case number(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Named values in order.
    case object([Member])

    /// One named value of an object.
    package struct Member: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The value.
        package var value: JSONValue

        /// Makes a member.
        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Makes an object of the pairs, in their order.
    package static func object(pairs: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(pairs.map { Member($0.key, $0.value) })
    }

    /// The value called `name` when this is an object that has one.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    /// A text.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    package init(integerLiteral value: Int64) { self = .int(value) }
    /// A number.
    package init(floatLiteral value: Double) { self = .number(value) }
    /// True or false.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Null.
    package init(nilLiteral: ()) { self = .null }
    /// Values in order.
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Named values in order.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

extension JSONValue {
    /// The text when this is one.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number when this is one, whole or not.
    package var double: Double? {
        switch self {
        case .int(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// The whole number when this is one.
    package var integer: Int64? {
        switch self {
        case .int(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The truth when this is one.
    package var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// The values when this is an array, else none.
    package var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    /// The members when this is an object, else none.
    package var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }
}
