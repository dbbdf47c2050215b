// SPDX-License-Identifier: Apache-2.0
//
// JSON text, and the small values beside it: names and instants.

import Primitives
import Testing

@Suite struct JSONValueTests {
    @Test func textOfEveryKind() {
        let value: JSONValue = [
            "null": nil, "yes": true, "whole": 42, "part": 0.1, "none": .number(.nan),
            "huge": .number(1e300), "round": .number(3), "list": [1, "two", []], "empty": [:],
        ]
        #expect(
            value.jsonText
                == #"{"null":null,"yes":true,"whole":42,"part":0.1,"none":null,"huge":1e+300,"#
                + #""round":3,"list":[1,"two",[]],"empty":{}}"#
        )
    }

    @Test func quotesWhatMustBeQuoted() {
        let value = JSONValue.string("\"\\\n\r\t\u{1}\u{1F}é\u{2028}/")
        #expect(value.jsonText == #""\"\\\n\r\t\u0001\u001fé"# + "\u{2028}/\"")
        #expect(value.jsonBytes == Array(value.jsonText.utf8))
    }

    @Test func membersKeepTheirOrder() {
        let value = JSONValue.object(pairs: ["z": 1, "a": 2, "m": 3])
        #expect(value.members.map(\.name) == ["z", "a", "m"])
        #expect(value["a"]?.integer == 2)
        #expect(value["b"] == nil)
    }

    @Test func readsOnlyWhatItIs() {
        #expect(JSONValue.int(3).double == 3)
        #expect(JSONValue.number(3).integer == 3)
        #expect(JSONValue.number(3.5).integer == nil)
        #expect(JSONValue.string("3").double == nil)
        #expect(JSONValue.bool(true).flag == true)
        #expect(JSONValue.null.items.isEmpty && JSONValue.null.members.isEmpty)
        #expect(JSONValue.string("a").text == "a" && JSONValue.null.text == nil)
    }

    @Test(arguments: [
        0, -0.0, 1e15, -1e15, 123_456_789_012_345, 0.1 + 0.2, .leastNonzeroMagnitude, 1.7e308,
    ])
    func numbersReadBack(number: Double) {
        #expect(Double(JSONValue.number(number).jsonText) == number)
    }
}

@Suite struct NameTests {
    @Test func takesNamesOnly() {
        for text in ["default", "a", "0", "_-9z", String(repeating: "x", count: 64)] {
            #expect(Name(text)?.text == text)
        }
        for text in ["", "A", "a b", "é", "a/b", "a.b", String(repeating: "x", count: 65)] {
            #expect(Name(text) == nil)
        }
        #expect(Name.default.text == "default")
    }
}

@Suite struct InstantTests {
    @Test func arithmetic() {
        let later = Instant.start + .milliseconds(1500)
        #expect(later.nanoseconds == 1_500_000_000)
        #expect(later > Instant.start)
        #expect(later - Instant.start == .seconds(1.5))
        #expect((later - Instant.start).inSeconds == 1.5)
        #expect(Duration.nanoseconds(-1).wholeNanoseconds == -1)
    }
}
