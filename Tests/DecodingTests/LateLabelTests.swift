// SPDX-License-Identifier: Apache-2.0
//
// Identifiers, contexts and labels that come after their samples.

import Decoding
import Primitives
import Samples
import Testing

@Suite struct LateLabelTests {
    @Test func idsAreOneWhetherTextOrNumber() {
        let batch = decoded(
            #"[{"x":[1],"id":"a"},{"x":[1],"id":7},{"x":[1],"id":"7"},{"x":[1]},"#
                + #"{"x":[1],"id":null},{"x":[1],"id":18446744073709551615},{"x":[1],"id":-3}]"#
        )
        #expect(batch.rows.map(\.id) == [1, 2, 2, 0, 0, 3, 4])
        #expect(
            (0..<UInt32(batch.ids.count)).map(batch.ids.text)
                == ["a", "7", "18446744073709551615", "-3"]
        )
    }

    @Test func aLabelWithoutFeaturesIsLate() {
        let batch = decoded(
            #"[{"id":5,"y":1},{"x":[1],"id":"a"},{"id":"a","y":"warm","w":2},{"id":"a","y":true},"#
                + #"{"x":[2],"y":0},{"id":"b","y":0.5,"t":9,"ctx":"c"}]"#
        )
        #expect(batch.rows.count == 2 && batch.refusals.isEmpty)
        #expect(batch.received == 2 && batch.arrived == 6)
        #expect(batch.labels.map { batch.ids.text($0.id) } == ["5", "a", "a", "b"])
        #expect(batch.labels.map(\.labelKind) == [.number, .text, .boolean, .number])
        #expect(batch.labels.map(\.row) == [0, 1, 1, 2])
        #expect(batch.labels.map(\.weight.bitPattern).first == Float.nan.bitPattern)
        #expect(batch.labels[1].weight == 2)
        #expect(batch.strings.text(UInt32(batch.labels[1].label)) == "warm")
    }

    @Test(
        arguments: [
            (#"{"y":1}"#, .lateLabel), (#"{"y":1,"id":null}"#, .lateLabel),
            (#"{"id":1}"#, .features), (#"{"id":1,"y":null}"#, .features),
            (#"{"id":1,"y":[]}"#, .label), (#"{"id":1,"y":1,"w":-1}"#, .weight),
            (#"{"id":1.5,"y":1}"#, .field), (#"{"id":1,"y":1,"x":null}"#, .features),
            (#"{"id":"aaaaaaaaaaaaaaaaaaaaaaaa","y":1}"#, .field),
        ] as [(String, RefusalReason)]
    )
    func whatIsNoLabelIsRefused(body: String, reason: RefusalReason) {
        var limits = DecodeLimits()
        limits.textBytesMax = 20
        let batch = decoded(body, limits: limits)
        #expect(batch.labels.isEmpty && batch.rows.isEmpty)
        #expect(batch.refusals.map(\.reason) == [reason])
    }

    @Test func aContextIsTheTopicsUnlessTheSampleHasOne() {
        var decoder = Decoder()
        var batch = MicroBatch()
        let body = Array(#"[{"x":[1]},{"x":[1],"ctx":"night"},{"x":[1],"ctx":null}]"#.utf8)
        decoder.decode(body, context: "day", into: &batch)
        decoder.decode(
            PackedBody.encode(features: [1, 2], width: 1),
            context: "night",
            into: &batch
        )
        decoder.decode(PackedBody.encode(features: [1], width: 1), into: &batch)
        #expect(batch.rows.map(\.context) == [1, 2, 1, 2, 2, 0])
        #expect((0..<2).map { batch.contexts.text($0) } == ["day", "night"])
    }

    @Test func contextsOfABatchAreBounded() {
        var batch = MicroBatch()
        for number in 0..<5000 { _ = batch.context("c\(number)") }
        let beyond = UInt16(MicroBatch.contextsMax + 1)
        #expect(batch.contexts.count == MicroBatch.contextsMax + 1)
        #expect(batch.context("c17") == 18)
        #expect(batch.context("c4999") == beyond && batch.context("new") == beyond)
        #expect(batch.contexts.text(UInt32(beyond - 1)).isEmpty)
    }

    @Test func aMessageSaysWhichLabelsCameInIt() throws {
        var decoder = Decoder()
        var batch = MicroBatch()
        func send(_ body: String, count: UInt32, sequence: UInt64) throws {
            let header = try #require(
                Envelope(producer: "p", epoch: 1, sequence: sequence, count: count)
            )
            decoder.decode(Array(body.utf8), envelope: header.encode(), into: &batch)
        }
        try send(#"[{"x":[1],"id":1},{"id":1,"y":1}]"#, count: 2, sequence: 0)
        try send(#"[{"x":[2],"id":2},{"x":[3],"id":3},{"id":2,"y":1}]"#, count: 3, sequence: 2)
        try send(#"[{"id":3,"y":1}]"#, count: 1, sequence: 5)
        #expect(batch.messages.map(\.firstLabel) == [0, 1, 2])
        #expect(batch.messages.map(\.labels) == [1, 1, 1])
        let rest = batch.without(messages: [1])
        #expect(rest.rows.map(\.start) == [0])
        #expect(rest.labels.map { rest.ids.text($0.id) } == ["1", "3"])
        #expect(rest.labels.map(\.row) == [1, 1])
        #expect(batch.without(messages: [0, 1, 2]).isEmpty)
    }

    @Test func bytesAreTheWholeBatchAndDamageIsRefused() throws {
        var decoder = Decoder()
        var batch = MicroBatch()
        let body = #"[{"x":[1],"id":"a","ctx":"day"},{"id":"a","y":"warm","w":2},{"id":"b","y":1}]"#
        let header = try #require(Envelope(producer: "p", epoch: 1, sequence: 0, count: 3))
        decoder.decode(
            Array(body.utf8),
            envelope: header.encode(),
            context: "night",
            into: &batch
        )
        var writer = ByteWriter()
        batch.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        let again = try MicroBatch(from: &reader)
        var second = ByteWriter()
        again.encode(into: &second)
        #expect(second.bytes == writer.bytes && again.labels.count == 2)
        var random = RandomSource(seed: 3)
        for _ in 0..<3000 {
            var bytes = writer.bytes
            bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            var reader = ByteReader(bytes)
            guard let damaged = try? MicroBatch(from: &reader) else { continue }
            // What is read can be worked with.
            for place in damaged.messages.indices { _ = damaged.without(messages: [place]) }
            for row in damaged.rows where row.id > 0 { _ = damaged.ids.text(row.id - 1) }
            for label in damaged.labels { _ = damaged.ids.text(label.id) }
        }
    }
}
