// SPDX-License-Identifier: Apache-2.0
//
// JSON as a value, for control messages and files: everything that is not a stream of samples.

package import Primitives

/// Why a text is not JSON.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    package let description: String

    /// Makes an error.
    package init(_ description: String) {
        self.description = description
    }
}

/// Reads one JSON value, nested at most 64 deep.
///
/// Of a key that appears twice both members are kept.
/// - Throws: ``JSONError`` when the bytes are not JSON; NaN and infinities are not.
package func parseJSON(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var parser = JSONParser()
    unsafe bytes.withUnsafeBytes { unsafe parser.load($0) }
    guard let tape = parser.parse(0..<parser.count, standIns: false) else {
        throw JSONError(parser.errorText)
    }
    // The parser has bounded the depth, and with it this recursion.
    return value(tape, at: JSONTape.start)
}

private func value(_ tape: JSONTape, at index: Int) -> JSONValue {
    switch tape.kind(index) {
    case .null, .objectEnd, .arrayEnd, .binary, .root: return .null
    case .yes: return .bool(true)
    case .no: return .bool(false)
    case .integer: return .int(tape.integer(index))
    case .unsigned: return .number(Double(tape.unsigned(index)))
    case .number: return .number(tape.number(index))
    case .text: return .string(tape.string(index))
    case .array:
        var items: [JSONValue] = []
        var next = index + 1
        while tape.kind(next) != .arrayEnd {
            items.append(value(tape, at: next))
            next = tape.next(next)
        }
        return .array(items)
    case .object:
        var members: [JSONValue.Member] = []
        var next = index + 1
        while tape.kind(next) != .objectEnd {
            members.append(.init(tape.string(next), value(tape, at: next + 1)))
            next = tape.next(next + 1)
        }
        return .object(members)
    }
}
