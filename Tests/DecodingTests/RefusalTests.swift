// SPDX-License-Identifier: Apache-2.0
//
// Each reason for which the decoder refuses, with its words.

import Decoding
import Samples
import Testing

@Suite struct RefusalTests {
    private static let limits = {
        var limits = DecodeLimits()
        limits.featuresMax = 4
        limits.rowsMax = 3
        limits.jsonBytesMax = 400
        limits.textBytesMax = 10
        return limits
    }()

    @Test(
        arguments: [
            ("[1", .malformed, "not JSON"),
            ("12", .malformed, "neither an object nor an array"),
            ("", .malformed, "empty"),
            ("[]", .malformed, "no sample"),
            (#"[{"x":[1]},{"x":[1]},{"x":[1]},{"x":[1]}]"#, .malformed, "may hold 3"),
            (String(repeating: " ", count: 401), .malformed, "longer than 400"),
            ("[7]", .malformed, "not an object"),
            (#"{"x":[1],"label":2}"#, .field, #""label" is no field"#),
            (#"{"x":[1],"Y":2}"#, .field, #""Y" is no field"#),
            (#"{"x":[1],"":2}"#, .field, #""" is no field"#),
            (#"{"x":[1],"ctz":2}"#, .field, #""ctz" is no field"#),
            (#"{"x":[1],"y":2,"y":2}"#, .field, #""y" appears twice"#),
            (#"{"x":[1],"id":2.5}"#, .field, "id is 2.5"),
            (#"{"x":[1],"id":{}}"#, .field, "id is an object"),
            (#"{"x":[1],"t":"now"}"#, .field, #"t is "now""#),
            (#"{"id":1}"#, .features, "x is missing"),
            ("{}", .features, "x is missing"),
            (#"{"x":[]}"#, .features, "x is an array"),
            (#"{"x":{}}"#, .features, "x is an object"),
            (#"{"x":5}"#, .features, "x is 5"),
            (#"{"x":null}"#, .features, "x is null"),
            (#"{"x":NaN}"#, .features, "x is an object"),
            (#"{"x":[1,"red"]}"#, .value, #"the text "red""#),
            (#"{"x":[1,[2]]}"#, .value, "x holds an array"),
            (#"{"x":[{}]}"#, .value, "x holds an object"),
            (#"{"x":{"a":{"b":1}}}"#, .value, "x holds an object"),
            (#"{"x":{"a":1,"b":2,"a":1}}"#, .value, #""a" appears twice"#),
            (#"{"x":{"abcdefghijk":1}}"#, .value, "more than 10 bytes"),
            (#"{"x":{"a":"abcdefghijk"}}"#, .value, "more than 10 bytes"),
            (#"{"x":[NaN]}"#, .notFinite, "feature"),
            (#"{"x":[1e39]}"#, .notFinite, "feature"),
            (#"{"x":{"a":-1e39}}"#, .notFinite, "feature"),
            (#"{"x":[1],"y":NaN}"#, .notFinite, "y is NaN"),
            (#"{"x":[1],"w":1e39}"#, .notFinite, "w is NaN"),
            (#"{"x":[1],"w":1e999}"#, .notFinite, "w is NaN"),
            (#"{"x":[1,2,3,4,5]}"#, .tooWide, "5 features; the limit is 4"),
            (#"{"x":{"a":1,"b":1,"c":1,"d":1,"e":1}}"#, .tooWide, "5 features; the limit is 4"),
            (#"{"x":[1],"y":[1]}"#, .label, "y is an array"),
            (#"{"x":[1],"y":{}}"#, .label, "y is an object"),
            (#"{"x":[1],"y":"abcdefghijk"}"#, .label, "more than 10 bytes"),
            (#"{"x":[1],"w":-0.5}"#, .weight, "w is -0.5"),
            (#"{"x":[1],"w":"2"}"#, .weight, #"w is "2""#),
            (#"{"x":[1],"w":null}"#, .weight, "w is null"),
            (#"{"x":[1],"ctx":"No"}"#, .context, #"ctx is "No""#),
            (#"{"x":[1],"ctx":""}"#, .context, #"ctx is """#),
            (#"{"x":[1],"ctx":7}"#, .context, "ctx is 7"),
            (#"{"y":1}"#, .lateLabel, "without the id"),
        ] as [(String, RefusalReason, String)]
    )
    func reasons(body: String, reason: RefusalReason, detail: String) {
        let batch = decoded(body, limits: RefusalTests.limits)
        #expect(batch.rows.isEmpty)
        #expect(batch.values.isEmpty && batch.entries.isEmpty)
        #expect(batch.refusals.count == 1)
        let refusal = batch.refusals.first
        #expect(refusal?.reason == reason)
        #expect(refusal?.count == 1)
        #expect(refusal?.producer == 0)
        #expect(refusal?.detail.contains(detail) == true, "\(refusal?.detail ?? "")")
    }

    @Test func whatFitsTheLimitsIsTaken() {
        let batch = decoded(
            #"[{"x":[1,2,3,4],"y":"abcdefghij","w":0,"ctx":"a_b-9","id":18446744073709551615,"#
                + #""t":-1},{"x":{"abcdefghij":"abcdefghij"},"id":null,"t":null,"ctx":null}]"#,
            limits: RefusalTests.limits
        )
        #expect(batch.rows.count == 2)
        #expect(batch.refusals.isEmpty)
    }

    @Test func aDetailRepeatsLittleOfWhatCame() {
        let long = String(repeating: "z", count: 10_000) + "\u{1B}[31m"
        let batch = decoded(#"{"x":[1],"\#(long)":1}"#.replacing("\u{1B}", with: "\\u001b"))
        let detail = batch.refusals.first?.detail ?? ""
        #expect(detail.utf8.count < 300)
        let control = decoded(#"{"x":[1],"a\u001b[31m":1}"#).refusals.first?.detail ?? ""
        #expect(!control.unicodeScalars.contains { $0.value < 0x20 })
        #expect(control.contains("31m"))
    }

    @Test(
        arguments: [
            ("", 0..<0, nil), ("default", 0..<7, nil), ("a/b", 0..<1, 2..<3),
            ("a-b_9/ctx", 0..<5, 6..<9),
        ] as [(String, Range<Int>, Range<Int>?)]
    )
    func topics(text: String, learner: Range<Int>, context: Range<Int>?) {
        let bytes = Array(text.utf8)
        let topic = bytes.withUnsafeBytes { Topic.parse($0) }
        #expect(topic == .learner(learner, context: context))
    }

    @Test(arguments: [
        "/", "a/", "/b", "a/b/c", "A", "a b", "ä", "a\u{0}", String(repeating: "a", count: 65),
    ])
    func badTopics(text: String) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { Topic.parse($0) } == .refused)
        #expect(bytes.withUnsafeBytes { Topic.refusal(of: $0) }.contains("topic"))
    }

    @Test func theLimitOnTextsIsThatOfTheLearner() {
        var decoder = Decoder(limits: RefusalTests.limits)
        let body = Array(#"{"x":{"text":"eleven text"}}"#.utf8)
        var batch = MicroBatch()
        decoder.decode(body, into: &batch)
        #expect(batch.refusals.map(\.reason) == [.value] && batch.rows.isEmpty)
        decoder.limitTexts(to: 11)
        decoder.decode(body, into: &batch)
        #expect(batch.rows.count == 1)
        decoder.limitTexts(to: 10)
        decoder.decode(body, into: &batch)
        #expect(batch.rows.count == 1 && batch.refusedCount == 2)
    }
}
