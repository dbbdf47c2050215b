// SPDX-License-Identifier: Apache-2.0
//
// JSON as a value.

import Decoding
import Primitives
import Testing

@Suite struct ParseJSONTests {
    @Test func valuesAreReadBack() throws {
        let value: JSONValue = [
            "command": "rollback", "version": 7, "deep": [[1, [2.5, nil]], ["a": true]],
            "text": "é\n\"\\ \u{1F600}", "empty": [:], "none": [],
            "low": -9_223_372_036_854_775_808,
        ]
        #expect(try parseJSON(value.jsonBytes) == value)
        #expect(try parseJSON(Array(" 18446744073709551615 ".utf8)) == .number(0x1p64))
        #expect(try parseJSON(Array("\"a\\u0000b\"".utf8)) == .string("a\u{0}b"))
        #expect(try parseJSON(Array(#"{"a":1,"a":2}"#.utf8)).members.count == 2)
    }

    @Test(arguments: ["", "{", "NaN", "[1e999]", "{} {}", "nul", "'a'"])
    func whatIsNotJSONIsAnError(text: String) {
        #expect(throws: JSONError.self) { try parseJSON(Array(text.utf8)) }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8
            )
        }
        #expect(try parseJSON(nested(60)) != .null)
        #expect(throws: JSONError.self) { try parseJSON(nested(100)) }
    }
}
