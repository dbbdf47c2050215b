// SPDX-License-Identifier: Apache-2.0
//
// JSON bodies: shapes, kinds, lines, and numbers that JSON does not know.

import Decoding
import Samples
import Testing

@Suite struct JSONTests {
    @Test func aPositionalSample() {
        let batch = decoded(#"{"x": [0.5, -3, true, false, null, 18446744073709551615], "y": 1}"#)
        #expect(batch.rows.count == 1)
        let features = batch.features(0)
        #expect(features[..<4] == [0.5, -3, 1, 0])
        #expect(features[4].isNaN)
        #expect(features[5] == 0x1p64)
        #expect(batch.rows[0].shape == .positional)
        #expect(batch.rows[0].labelKind == .number)
        #expect(batch.rows[0].label == 1)
        #expect(batch.rows[0].weight == 1)
        #expect(batch.rows[0].producer == 0)
        #expect(batch.refusals.isEmpty)
    }

    @Test func aNamedSample() {
        let batch = decoded(
            #"{"x": {"temp": 21.5, "open": true, "site": "north", "gone": null, "é\n": 2},"#
                + #" "y": "warm", "w": 0.25, "id": "a1", "t": 17.5, "ctx": "plant-1"}"#
        )
        #expect(
            batch.named(0) == [
                "temp=21.5", "open=true", "site='north'", "gone=nan", "é\n=2.0",
            ]
        )
        #expect(batch.rows[0].shape == .named)
        #expect(batch.rows[0].labelKind == .text)
        #expect(batch.strings.text(UInt32(batch.rows[0].label)) == "warm")
        #expect(batch.rows[0].weight == 0.25)
        #expect(batch.refusals.isEmpty)
    }

    @Test func namesAreNumberedOnce() {
        let batch = decoded(
            #"[{"x": {"a": 1, "b": "v"}, "y": "v"}, {"x": {"b": "v", "a": 2}, "y": "a"}]"#
        )
        #expect(batch.rows.count == 2)
        #expect(batch.strings.count == 3)
        #expect(batch.entries[0].name == batch.entries[3].name)
        #expect(batch.rows[0].label == Double(batch.entries[1].value))
        #expect(batch.rows[1].label == Double(batch.entries[0].name))
    }

    @Test(
        arguments: [
            ("true", LabelKind.boolean, 1), ("false", .boolean, 0), ("null", .none, 0),
            ("-2.5e-3", .number, -0.0025), ("9007199254740993", .number, 9_007_199_254_740_992),
            ("18446744073709551615", .number, 0x1p64),
            ("123456789012345678901234", .number, 1.2345678901234568e23),
        ] as [(String, LabelKind, Double)]
    )
    func labels(text: String, kind: LabelKind, value: Double) {
        let batch = decoded(#"{"y": \#(text), "x": [1]}"#)
        #expect(batch.rows.count == 1)
        #expect(batch.rows.first?.labelKind == kind)
        #expect(batch.rows.first.map { abs($0.label - value) <= abs(value) * 1e-15 } == true)
    }

    @Test func aSampleWithoutLabelIsARow() {
        let batch = decoded(#"{"x": [1, 2], "id": 7}"#)
        #expect(batch.rows.first?.labelKind == LabelKind.none)
        #expect(batch.refusals.isEmpty)
    }

    @Test func anArrayOfSamples() {
        let batch = decoded(#" [ {"x":[1]}, 5, {"x":[2],"yy":1}, {"x":[3]}, [1] ] "#)
        #expect(batch.rows.map { batch.values[Int($0.start)] } == [1, 3])
        #expect(batch.refused(.malformed) == 2)
        #expect(batch.refused(.field) == 1)
        #expect(batch.received == 5)
    }

    @Test func linesOfSamples() {
        let batch = decoded(
            "{\"x\":[1]}\n\r\n  {\"x\":[NaN]}\r\n{\"x\":[3]\n[]\n{\"x\":[4], \"y\": \"\\\"\"}\n\n"
        )
        #expect(batch.rows.map { batch.values[Int($0.start)] } == [1, 4])
        #expect(batch.refused(.notFinite) == 1)
        #expect(batch.refused(.malformed) == 2)
        #expect(batch.received == 5)
    }

    @Test(arguments: ["garbage", "{\"x\": [\"NaN", "{\"x\": [1]", "{}x", "\u{1}"])
    func aBadFirstLineCostsItself(line: String) {
        let batch = decoded(line + "\n{\"x\":[1]}\n{\"x\":[Infinity]}\n{\"x\":[2]}")
        #expect(batch.rows.count == 2)
        #expect(batch.refused(.malformed) == 1)
        #expect(batch.refused(.notFinite) == 1)
    }

    @Test func aDocumentOverSeveralLines() {
        let one = decoded("{\"x\": {\"a\": 1}\n, \"y\":\n2}\n")
        #expect(one.rows.count == 1)
        #expect(one.refusals.isEmpty)
        let many = decoded("[\n  {\"x\": [1]},\n  {\"x\": [\n2]}\n]\n")
        #expect(many.rows.count == 2)
        #expect(many.refusals.isEmpty)
    }

    @Test func whatPythonWritesCostsOneRow() {
        // json.dumps([{"x": [1.0, nan], "y": 0}, {"x": [inf, 2.0]}, {"x": [-inf, 1]}, …])
        let batch = decoded(
            #"[{"x": [1.0, NaN], "y": 0}, {"x": [Infinity, 2.0]}, {"x": [-Infinity, 1]},"#
                + #" {"x": [1e999, 1]}, {"x": [-1E+400]}, {"x": [1], "y": NaN},"#
                + #" {"x": [1], "y": -1e999}, {"x": [1], "w": Infinity}, {"x": {"a": NaN}},"#
                + #" {"x": [1], "t": NaN}, {"x": [123456789012345678901234567890, 7]},"#
                + #" {"x": {"NaN": "Infinity, 1e999"}, "y": "-Infinity"}, {"x": [3.5e38]}]"#
        )
        #expect(batch.refused(.notFinite) == 11)
        #expect(batch.received == 13)
        #expect(batch.rows.count == 2)
        #expect(batch.features(0) == [1.2345679e29, 7])
        #expect(batch.named(1) == ["NaN='Infinity, 1e999'"])
        #expect(batch.strings.text(UInt32(batch.rows[1].label)) == "-Infinity")
        #expect(batch.refusals.count == 1)
    }

    @Test(arguments: [
        "{\"x\": [NaNa]}", "{\"x\": [nan]}", "{\"x\": [Inf]}", "{\"x\": [-]}", "{NaN: 1}",
        "{\"x\": [1e9999e]}", "{\"x\": [-inf]}", "{\"x\": [0x1p99999]}", "{\"x\": [NaN}", "NaN",
        "[NaN", "\"", "5",
        "{\"x\": [1]} {\"x\": [1]}", "{\"x\": [1]},", "\u{FEFF}{\"x\": [1]}", "LPK", "",
        " \n \n", "[]", "[ ]", "null", String(repeating: "[", count: 5000),
        "{\"x\": [" + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            + "]}",
    ])
    func notJSON(body: String) {
        let batch = decoded(body)
        #expect(batch.rows.isEmpty)
        #expect(batch.refusedCount == 1)
        #expect(batch.refusals.first?.reason == .malformed || body == "NaN")
    }

    @Test func notUTF8() {
        let batch = decoded(Array("{\"x\": [1], \"y\": \"".utf8) + [0xFF, 0x22, 0x7D])
        #expect(batch.refused(.malformed) == 1)
        #expect(batch.refusals.first?.detail.contains("UTF-8") == true)
    }

    @Test func aBadRowLeavesNothingBehind() {
        let batch = decoded(
            #"[{"x": [1, 2, "a"]}, {"x": {"a": 1, "b": []}}, {"x": [9]}, {"x": {"c": 3}}]"#
        )
        #expect(batch.values == [9])
        #expect(batch.entries.count == 1)
        #expect(batch.rows.map(\.start) == [0, 0])
        #expect(batch.refused(.value) == 2)
    }

    @Test func aDecoderIsUsedAgain() {
        var decoder = Decoder()
        var batch = MicroBatch()
        for number in 0..<100 {
            decoder.decode(Array(#"{"x": {"a": \#(number), "b": 1}}"#.utf8), into: &batch)
            if number % 7 == 0 {
                decoder.decode(Array(#"{"x": {"a": 1, "a": 1}}"#.utf8), into: &batch)
            }
            if number == 50 { batch.removeAll() }
        }
        #expect(batch.rows.count == 49)
        #expect(batch.refused(.value) == 7)
        #expect(batch.named(48) == ["a=99.0", "b=1.0"])
    }

    @Test func aLongBodyIsRead() {
        let line = #"{"x": [\#((0..<50).map { "\($0).25" }.joined(separator: ", "))], "y": 1}"#
        let lines = Array(repeating: line, count: 8000)
        for text in [lines.joined(separator: "\n"), "[" + lines.joined(separator: ",") + "]"] {
            let batch = decoded(text)
            #expect(batch.rows.count == 8000)
            #expect(batch.features(7999)[49] == 49.25)
        }
    }
}
