// SPDX-License-Identifier: Apache-2.0
//
// Bodies that were right once, damaged at random: the decoder must neither trap nor lose count, and
// what it lets through must be what a micro-batch promises.

import Decoding
import Primitives
import Samples
import Testing

@Suite struct FuzzTests {
    private static let bodies: [[UInt8]] = texts + messagePack

    /// The same samples in MessagePack, and one map with binary data.
    private static let messagePack: [[UInt8]] = {
        var transcoder = MessagePackTranscoder()
        var bodies: [[UInt8]] = []
        for text in texts where text.first == UInt8(ascii: "{") {
            var body: [UInt8] = []
            _ = transcoder.transcode(lines: text, into: &body)
            bodies.append(body)
        }
        var writer = MessagePackWriter()
        writer.map(2)
        writer.add("x")
        writer.add(binary: [1, 2, 3])
        writer.add("y")
        writer.add(true)
        return bodies + [writer.bytes]
    }()

    private static let texts: [[UInt8]] = [
        PackedBody.encode(features: [1, 2, 3, 4, 5, 6], width: 3, labels: [1, 0]),
        PackedBody.encode(
            features: [1, .nan, 3, 4],
            width: 2,
            labels: [1, .nan],
            weights: [1, 0],
            nanIsMissing: true
        ),
        PackedBody.encode(features: [0.5], width: 1),
        Array(#"{"x": {"temp": 21.5, "open": true, "site": "north"}, "y": "warm", "w": 1}"#.utf8),
        Array(#"{"x": [0.1, -2e5, null, false], "y": 1, "id": "a\"b", "t": 5, "ctx": "c"}"#.utf8),
        Array(#"[{"x": [1, NaN], "y": true}, {"x": [-Infinity, 1e999]}, {"x": [1]}]"#.utf8),
        Array("{\"x\": [1]}\n{\"x\": {\"a\": \"\\u00e9\"}, \"y\": NaN}\n\n{\"x\": [3]}\n".utf8),
        Array(#"[{"x": [123456789012345678901]}, {"id": 5, "y": 1}]"#.utf8),
        Array(#"[{"x": [1], "id": 5, "ctx": "a"}, {"id": "5", "y": "b", "w": 2}]"#.utf8),
    ]

    private func damage(_ bytes: inout [UInt8], _ random: inout RandomSource) {
        let spice = Array("{}[]\",:\\ \n0-9.eENaInfinity1e999nulltruex".utf8)
        for _ in 0..<(1 + random.below(4)) {
            let position = bytes.isEmpty ? 0 : random.below(bytes.count)
            switch random.below(6) {
            case 0 where !bytes.isEmpty: bytes[position] ^= 1 << UInt8(random.below(8))
            case 1 where !bytes.isEmpty: bytes[position] = spice[random.below(spice.count)]
            case 2: bytes.insert(spice[random.below(spice.count)], at: position)
            case 3 where !bytes.isEmpty: bytes.remove(at: position)
            case 4: bytes.removeLast(min(bytes.count, random.below(20)))
            default:
                let end = min(bytes.count, position + random.below(12))
                bytes.insert(contentsOf: bytes[position..<end], at: position)
            }
        }
    }

    private func isSound(_ batch: MicroBatch) -> Bool {
        batch.rows.allSatisfy { row in
            let room = row.shape == .named ? batch.entries.count : batch.values.count
            let label =
                row.labelKind != .text || Int(row.label) < batch.strings.count
            return row.count > 0 && Int(row.start + row.count) <= room && row.label.isFinite
                && row.weight.isFinite && row.weight >= 0 && label
                && Int(row.producer) < batch.producers.count
                && Int(row.context) <= batch.contexts.count && Int(row.id) <= batch.ids.count
        }
            && batch.labels.allSatisfy { late in
                let label = late.labelKind != .text || Int(late.label) < batch.strings.count
                return late.labelKind != .none && late.label.isFinite && label
                    && Int(late.id) < batch.ids.count && Int(late.row) <= batch.rows.count
                    && Int(late.producer) < batch.producers.count
            } && batch.values.allSatisfy { !$0.isInfinite }
            && batch.entries.allSatisfy { entry in
                Int(entry.name) < batch.strings.count && !entry.value.isInfinite
                    && (entry.kind != .category || Int(entry.value) < batch.strings.count)
            }
            && batch.refusals.reduce(0) { $0 + $1.count } == batch.refusedCount
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func damagedMessages(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var decoder = Decoder()
        var batch = MicroBatch()
        for round in 0..<10_000 {
            if random.chance(0.05) { batch.removeAll() }
            var body = FuzzTests.bodies[random.below(FuzzTests.bodies.count)]
            damage(&body, &random)
            let before = batch.arrived
            let count = UInt32(random.below(5))
            var expected: Int?
            if random.chance(0.5) {
                let header = try #require(
                    Envelope(producer: "fuzz", epoch: 1, sequence: 2, count: count)
                )
                var envelope = header.encode()
                if random.chance(0.3) {
                    damage(&envelope, &random)
                } else {
                    expected = max(1, Int(count))
                }
                decoder.decode(body, envelope: envelope, into: &batch)
            } else {
                decoder.decode(body, into: &batch)
            }
            let arrived = batch.arrived - before
            guard arrived >= 1, expected == nil || arrived == expected else {
                Issue.record("seed \(seed), round \(round): \(arrived) for \(body)")
                return
            }
            if round % 16 == 0, !isSound(batch) {
                Issue.record("seed \(seed), round \(round): the batch is not sound")
                return
            }
        }
        #expect(isSound(batch))
    }

    @Test func undamagedMessagesAreReadInFull() {
        var batch = MicroBatch()
        var decoder = Decoder()
        for body in FuzzTests.bodies { decoder.decode(body, into: &batch) }
        #expect(batch.arrived == 2 + 2 + 1 + 1 + 1 + 3 + 3 + 2 + 2 + 1 + 1 + 3 + 1)
        #expect(batch.rows.count == 2 + 2 + 1 + 1 + 1 + 1 + 2 + 1 + 1 + 1 + 1 + 2 + 1)
        #expect(batch.labels.count == 2)
        #expect(isSound(batch))
    }
}
