// SPDX-License-Identifier: Apache-2.0
//
// MessagePack says what JSON says: the same samples give the same rows, bit for bit, and what JSON
// refuses is refused here for the same reason.

import Decoding
import Primitives
import Samples
import Testing

@Suite struct MessagePackTests {
    private func bytes(_ batch: MicroBatch) -> [UInt8] {
        var writer = ByteWriter()
        batch.encode(into: &writer)
        return writer.bytes
    }

    /// The MessagePack of JSON lines.
    private func packed(_ lines: [String]) throws -> [UInt8] {
        var transcoder = MessagePackTranscoder()
        var body: [UInt8] = []
        let text = lines.joined(separator: "\n")
        let problem = transcoder.transcode(lines: Array(text.utf8), into: &body)
        #expect(problem == nil)
        return body
    }

    private func written(_ write: (inout MessagePackWriter) -> Void) -> MicroBatch {
        var writer = MessagePackWriter()
        write(&writer)
        return decoded(writer.bytes)
    }

    private func randomNumber(_ random: inout RandomSource) -> String {
        switch random.below(8) {
        case 0: "\(random.below(200) - 100)"
        case 1: "\(Int64(bitPattern: random.nextBits()))"
        case 2: "\(random.nextBits() | 1 << 63)"
        case 3: "\(Double(random.normal()))"
        case 4: "\(Float(random.normal()))"
        case 5: ["-0.0", "1e38", "1e-40", "0.1", "3e39", "1e999"][random.below(6)]
        case 6: ["true", "false", "null"][random.below(3)]
        default: ["NaN", "-Infinity", "Infinity", "[1]"][random.below(4)]
        }
    }

    private func randomText(_ random: inout RandomSource) -> String {
        let texts = ["a", "temp", "é", "", "x y", "\\\"q\\\"", "b"]
        let text = texts[random.below(texts.count)]
        return "\"\(text)\(random.chance(0.1) ? String(repeating: "z", count: 40) : "")\""
    }

    private func randomFields(_ random: inout RandomSource) -> [String] {
        var fields: [String] = []
        if random.chance(0.9) {
            let count = random.below(20)
            if random.chance(0.5) {
                let items = (0..<count).map { _ in randomNumber(&random) }
                fields.append("\"x\":[\(items.joined(separator: ","))]")
            } else {
                let items = (0..<count).map { index in
                    let value = random.chance(0.3) ? randomText(&random) : randomNumber(&random)
                    return "\"f\(random.chance(0.02) ? 0 : index)\":\(value)"
                }
                fields.append("\"x\":{\(items.joined(separator: ","))}")
            }
        }
        if random.chance(0.8) {
            let isText = random.chance(0.3)
            fields.append("\"y\":\(isText ? randomText(&random) : randomNumber(&random))")
        }
        if random.chance(0.3) { fields.append("\"w\":\(randomNumber(&random))") }
        if random.chance(0.4) {
            let isText = random.chance(0.6)
            fields.append("\"id\":\(isText ? randomText(&random) : randomNumber(&random))")
        }
        if random.chance(0.2) { fields.append("\"t\":\(randomNumber(&random))") }
        if random.chance(0.2) { fields.append("\"ctx\":\(randomText(&random))") }
        if random.chance(0.02) { fields.append("\"Y\":1") }
        return fields
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func rowsAreThoseOfJSON(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var taken = 0
        for _ in 0..<300 {
            let lines = (0..<1 + random.below(4)).map { _ in
                "{\(randomFields(&random).joined(separator: ","))}"
            }
            let json = decoded(lines.joined(separator: "\n"))
            let same = decoded(try packed(lines))
            taken += json.rows.count
            #expect(same.rows.count == json.rows.count)
            #expect(same.labels.map(\.label) == json.labels.map(\.label))
            #expect(same.refusals.map(\.reason) == json.refusals.map(\.reason), "\(lines)")
            guard json.refusedCount == 0 else { continue }
            #expect(bytes(same) == bytes(json), "\(lines)")
        }
        #expect(taken > 100)
    }

    @Test func oneMapIsOneSample() {
        let batch = written { writer in
            writer.map(2)
            writer.add("x")
            writer.array(2)
            writer.add(0.5)
            writer.addNil()
            writer.add("y")
            writer.add("warm")
        }
        #expect(batch.rows.count == 1 && batch.refusals.isEmpty)
        #expect(batch.values[0] == 0.5 && batch.values[1].isNaN)
        #expect(batch.strings.text(UInt32(batch.rows[0].label)) == "warm")
    }

    @Test func binaryDataIsAnArrayOfSinglePrecision() {
        let numbers = (0..<50).map { Float($0) * 0.1 }
        let batch = written { writer in
            writer.map(1)
            writer.add("x")
            writer.add(binary: numbers)
        }
        #expect(batch.values == numbers)
        let bad = written { writer in
            writer.map(1)
            writer.add("x")
            writer.add(binary: [1, .nan, 2])
        }
        #expect(bad.refused(.notFinite) == 1 && bad.rows.isEmpty && bad.values.isEmpty)
    }

    @Test(
        arguments: [
            ([0x81, 0xA1, 0x78, 0xC4, 3, 0, 0, 0], .features, "binary data"),
            ([0x81, 0xA1, 0x78, 0x91, 0xD4, 1, 0], .value, "binary data"),
            ([0x81, 0xA1, 0x78, 0x81, 0x01, 0x01], .malformed, "no text"),
            ([0x81, 0xA1, 0xFF, 0x01], .malformed, "UTF-8"),
            ([0x81, 0xA1, 0x78, 0x91], .malformed, "cut short"),
            ([0x81, 0xA1, 0x78], .malformed, "cut short"),
            ([0x80, 0x00], .malformed, "bytes follow"),
            ([0x91, 0xC1], .malformed, "without a meaning"),
            ([UInt8](repeating: 0x91, count: 100), .malformed, "64 deep"),
            ([0x90], .malformed, "no sample"),
            ([0xDD, 0xFF, 0xFF, 0xFF, 0xFF], .malformed, "cut short"),
            ([0xDF, 0xFF, 0xFF, 0xFF, 0xFF, 0xA1, 0x78], .malformed, "cut short"),
            ([0x91, 0x01], .malformed, "not an object"),
        ] as [([UInt8], RefusalReason, String)]
    )
    func whatIsNoSampleIsRefused(body: [UInt8], reason: RefusalReason, detail: String) {
        let batch = decoded(body)
        #expect(batch.rows.isEmpty && batch.received == 1)
        #expect(batch.refusals.first?.reason == reason)
        let words = batch.refusals.first?.detail ?? ""
        #expect(words.contains(detail), "\(words)")
    }

    @Test func limitsAreThoseOfJSON() throws {
        var limits = DecodeLimits()
        limits.featuresMax = 3
        limits.rowsMax = 2
        limits.textBytesMax = 4
        limits.jsonBytesMax = 100
        let wide = try packed([#"{"x":[1,2,3,4]}"#])
        #expect(decoded(wide, limits: limits).refused(.tooWide) == 1)
        let many = try packed([#"{"x":[1]}"#, #"{"x":[1]}"#, #"{"x":[1]}"#])
        #expect(decoded(many, limits: limits).refused(.malformed) == 1)
        let long = try packed([#"{"x":{"a":"abcde"}}"#])
        #expect(decoded(long, limits: limits).refused(.value) == 1)
        let heavy = try packed([#"{"x":[1],"id":"\#(String(repeating: "a", count: 120))"}"#])
        #expect(decoded(heavy, limits: limits).refused(.malformed) == 1)
    }

    @Test func anEnvelopeCountsItsSamples() throws {
        let body = try packed([#"{"x":[1],"id":1}"#, #"{"id":1,"y":2}"#])
        for (count, arrived) in [(2, 2), (3, 3)] as [(UInt32, Int)] {
            let header = try #require(
                Envelope(producer: "p", epoch: 1, sequence: 0, count: count)
            )
            let batch = decoded(body, envelope: header.encode())
            #expect(batch.arrived == arrived && batch.refused(.envelope) == (count == 2 ? 0 : 3))
        }
    }
}
