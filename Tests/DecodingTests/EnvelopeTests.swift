// SPDX-License-Identifier: Apache-2.0
//
// Envelopes: the bytes of the specification, what they must agree with, and who sent them.

import Decoding
import Primitives
import Samples
import Testing

@Suite struct EnvelopeTests {
    private let body = PackedBody.encode(features: [1, 2, 3, 4], width: 2, labels: [0, 1])

    private func envelope(
        _ producer: String = "cam-1",
        count: UInt32 = 2,
        checksum: UInt32 = 0
    ) throws -> Envelope {
        try #require(
            Envelope(
                producer: producer,
                epoch: 0x0102_0304_0506_0708,
                sequence: 10,
                sent: 11,
                count: count,
                checksum: checksum
            )
        )
    }

    @Test func theBytesOfTheSpecification() throws {
        let bytes = try envelope(checksum: 0xDDCC_BBAA).encode()
        let expected: [UInt8] = [
            0x4C, 0x45, 0x4E, 0x31, 0, 0, 0, 0, 0x63, 0x61, 0x6D, 0x2D, 0x31, 0, 0, 0,
            8, 7, 6, 5, 4, 3, 2, 1, 10, 0, 0, 0, 0, 0, 0, 0,
            11, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0xAA, 0xBB, 0xCC, 0xDD,
        ]
        #expect(bytes == expected)
        let read = bytes.withUnsafeBytes { Envelope.parse($0) }
        #expect(read == (try envelope(checksum: 0xDDCC_BBAA)))
        #expect(read?.producer == "cam-1")
    }

    @Test(arguments: ["", "ABC", "123456789", "a b", "é"])
    func producersHaveNames(name: String) {
        #expect(Envelope(producer: name, epoch: 0, sequence: 0, count: 1) == nil)
    }

    @Test func aMessageIsNoted() throws {
        let batch = decoded(body, envelope: try envelope("abcdefgh").encode())
        #expect(batch.producers == ["unnamed", "abcdefgh"])
        #expect(batch.rows.map(\.producer) == [1, 1])
        let message = try #require(batch.messages.first)
        #expect(message.producer == 1)
        #expect(message.epoch == 0x0102_0304_0506_0708)
        #expect(message.sequence == 10)
        #expect(message.count == 2)
        #expect(message.firstRow == 0)
        #expect(message.rows == 2)
    }

    @Test func aRefusedRowStillBelongsToItsMessage() throws {
        let text = Array(#"[{"x":[NaN]},{"x":[1]}]"#.utf8)
        let batch = decoded(text, envelope: try envelope().encode())
        #expect(batch.messages.first?.rows == 1)
        #expect(batch.messages.first?.count == 2)
        #expect(batch.refusals.first?.producer == 1)
    }

    @Test(arguments: [
        #"[{"x":[1]}]"#, #"{"x":[1]}"#, "{\"x\":[1]}\n{\"x\":[1]}\n{\"x\":[1]}", "[]",
    ])
    func anotherCountIsRefusedWhole(text: String) throws {
        let batch = decoded(Array(text.utf8), envelope: try envelope().encode())
        #expect(batch.rows.isEmpty)
        #expect(batch.refused(.envelope) == 2)
        #expect(batch.refusals.first?.producer == 1)
        #expect(batch.refusals.first?.detail.contains("counts 2") == true)
        #expect(batch.messages.first?.rows == 0)
    }

    @Test func aCountOfNothingIsStillOneRefusal() throws {
        let batch = decoded(body, envelope: try envelope(count: 0).encode())
        #expect(batch.refused(.envelope) == 1)
        #expect(batch.messages.isEmpty)
        let most = decoded(body, envelope: try envelope(count: .max).encode())
        #expect(most.refused(.envelope) == Int(UInt32.max))
    }

    @Test func theChecksumIsCompared() throws {
        let right = try envelope(checksum: BodyChecksum.of(body)).encode()
        #expect(decoded(body, envelope: right).rows.count == 2)
        var damaged = body
        damaged[17] ^= 1
        let batch = decoded(damaged, envelope: right)
        #expect(batch.rows.isEmpty)
        #expect(batch.refused(.checksum) == 2)
        #expect(batch.messages.first?.count == 2)
    }

    @Test func whatIsWrongIsSaid() throws {
        let good = try envelope().encode()
        func refusal(_ change: (inout [UInt8]) -> Void) -> MicroBatch.Refusal? {
            var bytes = good
            change(&bytes)
            let batch = decoded(body, envelope: bytes)
            #expect(batch.rows.isEmpty && batch.messages.isEmpty)
            return batch.refusals.first
        }
        let magic = refusal { $0[3] = 0x32 }
        #expect(magic?.detail.contains("LEN2") == true)
        #expect(magic?.count == 1)
        let schema = refusal { $0[4] = 9 }
        #expect(schema?.detail.contains("schema 9") == true)
        #expect(schema?.count == 2)
        let name = refusal { $0[8] = 0x41 }
        #expect(name?.detail.contains("Aam-1") == true)
        #expect(name?.count == 2)
        #expect(refusal { $0[8] = 0 }?.reason == .envelope)
        #expect(refusal { $0[15] = 0x61 }?.reason == .envelope)
        #expect(
            refusal {
                $0[40] = 0; $0[8] = 0
            }?.count == 1
        )
    }

    @Test func manyProducersShareTheName() throws {
        var decoder = Decoder()
        var batch = MicroBatch()
        let one = Array(#"{"x":[1]}"#.utf8)
        for number in 0..<5000 {
            let header = try envelope("p\(number)", count: 1)
            decoder.decode(one, envelope: header.encode(), into: &batch)
        }
        #expect(batch.rows.count == 5000)
        #expect(batch.producers.count == 4097)
        #expect(batch.producers.last == "other")
        #expect(batch.rows[4999].producer == 4096)
        decoder.decode(one, envelope: try envelope("p7", count: 1).encode(), into: &batch)
        #expect(batch.rows[5000].producer == 8)
        batch.removeAll()
        decoder.decode(one, envelope: try envelope("p7", count: 1).encode(), into: &batch)
        #expect(batch.producers == ["unnamed", "p7"])
    }

    @Test func theChecksumIsTheReferences() {
        #expect(BodyChecksum.of(Array("123456789".utf8)) == 0xE306_9283)
        var random = RandomSource(seed: 3)
        let bytes = (0..<600).map { _ in UInt8(truncatingIfNeeded: random.nextBits()) }
        for length in 0..<300 {
            let slice = Array(bytes[length..<length * 2])
            #expect(BodyChecksum.of(slice) == Checksum.of(slice))
            let inPlace = bytes.withUnsafeBytes { raw in
                BodyChecksum.of(UnsafeRawBufferPointer(rebasing: raw[length..<length * 2]))
            }
            #expect(inPlace == Checksum.of(slice))
        }
    }
}
