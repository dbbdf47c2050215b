// SPDX-License-Identifier: Apache-2.0
//
// Packed bodies: the bytes of the specification, every alignment, every truncation.

import Decoding
import Samples
import Testing

@Suite struct PackedTests {
    private func word(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    @Test func theBytesOfTheSpecification() {
        let body = PackedBody.encode(
            features: [1, -2, 0.5, 0],
            width: 2,
            labels: [3, 4],
            weights: [1, 0]
        )
        let expected: [UInt8] = [
            0x4C, 0x50, 0x4B, 0x31, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
            0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F, 0, 0, 0, 0,
            0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0x80, 0x3F, 0, 0, 0, 0,
        ]
        #expect(body == expected)
        let batch = decoded(expected)
        #expect(batch.values == [1, -2, 0.5, 0])
        #expect(batch.rows.map(\.label) == [3, 4])
        #expect(batch.rows.map(\.weight) == [1, 0])
        #expect(batch.rows.map(\.start) == [0, 2])
        #expect(batch.rows.allSatisfy { $0.count == 2 && $0.labelKind == .number })
    }

    @Test(arguments: 0..<8)
    func anyAlignment(offset: Int) throws {
        let features = (0..<150).map { Float($0) * 0.25 - 3 }
        let body = PackedBody.encode(
            features: features,
            width: 50,
            labels: [1, 0, 1],
            weights: [1, 2, 3]
        )
        let envelope = try #require(
            Envelope(
                producer: "p",
                epoch: 5,
                sequence: 6,
                count: 3,
                checksum: BodyChecksum.of(body)
            )
        ).encode()
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: body.count + envelope.count + 32,
            alignment: 16
        )
        defer { room.deallocate() }
        let bodyPlace = UnsafeMutableRawBufferPointer(rebasing: room[offset..<offset + body.count])
        let rest = offset * 2 + 1 + body.count
        let envelopePlace = UnsafeMutableRawBufferPointer(
            rebasing: room[rest..<rest + envelope.count]
        )
        bodyPlace.copyBytes(from: body)
        envelopePlace.copyBytes(from: envelope)
        var decoder = Decoder()
        var batch = MicroBatch()
        for round in 1...2 {
            let rows = decoder.decode(
                body: UnsafeRawBufferPointer(bodyPlace),
                envelope: UnsafeRawBufferPointer(envelopePlace),
                into: &batch
            )
            #expect(rows == 3)
            #expect(batch.values == Array(repeating: features, count: round).flatMap(\.self))
        }
        #expect(batch.rows.map(\.weight) == [1, 2, 3, 1, 2, 3])
        #expect(batch.messages.map(\.firstRow) == [0, 3])
        #expect(batch.refusals.isEmpty)
    }

    @Test func everyTruncationIsRefused() throws {
        let body = PackedBody.encode(
            features: [1, 2, 3, 4, 5, 6],
            width: 3,
            labels: [1, 2],
            weights: [1, 1]
        )
        let envelope = try #require(Envelope(producer: "p", epoch: 1, sequence: 0, count: 2))
        for length in 0..<body.count {
            let alone = decoded(Array(body[..<length]))
            #expect(alone.rows.isEmpty && alone.refused(.malformed) == 1)
            let counted = decoded(Array(body[..<length]), envelope: envelope.encode())
            #expect(counted.rows.isEmpty && counted.refused(.malformed) == 2)
            #expect(counted.messages.count == 1)
        }
        for length in 0..<48 {
            let batch = decoded(body, envelope: Array(envelope.encode()[..<length]))
            #expect(batch.rows.isEmpty && batch.refused(.envelope) == 1)
            #expect(batch.messages.isEmpty)
        }
        #expect(decoded(body + [0]).refused(.malformed) == 1)
        #expect(decoded(body, envelope: envelope.encode() + [0]).refused(.envelope) == 1)
    }

    @Test(
        arguments: [
            (UInt32.max, UInt32.max, UInt32(7)), (UInt32.max, 0, 0), (1, UInt32.max, 0),
            (1 << 31, 1 << 31, 3), (UInt32.max, 1, 3), (2, 1 << 30, 1),
        ] as [(UInt32, UInt32, UInt32)]
    )
    func absurdHeaders(rows: UInt32, width: UInt32, flags: UInt32) {
        let body: [UInt8] = [0x4C, 0x50, 0x4B, 0x31] + word(rows) + word(width) + word(flags)
        let batch = decoded(body + [0, 0, 0, 0])
        #expect(batch.rows.isEmpty)
        #expect(batch.refused(.malformed) == 1)
    }

    @Test func rowsWithoutFeaturesAreRefused() {
        let head: [UInt8] = [0x4C, 0x50, 0x4B, 0x31]
        #expect(decoded(head + word(2) + word(0) + word(0)).refused(.features) == 2)
        #expect(decoded(head + word(0) + word(3) + word(0)).refused(.malformed) == 1)
        #expect(decoded(head + word(UInt32.max) + word(0) + word(0)).refused(.malformed) == 1)
        let unknown = decoded(head + word(1) + word(1) + word(8) + word(0))
        #expect(unknown.refused(.malformed) == 1)
        #expect(unknown.refusals[0].detail.contains("flags 8"))
    }

    @Test func limits() {
        var limits = DecodeLimits()
        limits.featuresMax = 3
        limits.rowsMax = 2
        let wide = PackedBody.encode(features: [1, 2, 3, 4, 5, 6, 7, 8], width: 4)
        #expect(decoded(wide, limits: limits).refused(.tooWide) == 2)
        let fits = PackedBody.encode(features: [1, 2, 3, 4, 5, 6], width: 3)
        #expect(decoded(fits, limits: limits).rows.count == 2)
        let long = PackedBody.encode(features: [1, 2, 3], width: 1)
        #expect(decoded(long, limits: limits).refused(.malformed) == 1)
    }

    @Test func aBadRowCostsItself() {
        let nan = Float.nan
        let body = PackedBody.encode(
            features: [1, 1, nan, 2, 3, 3, .infinity, 4, 5, 5, 6, 6, 7, 7, 8, 8],
            width: 2,
            labels: [1, 2, 3, 4, nan, 6, 7, 8],
            weights: [1, 1, 1, 1, 1, -1, .infinity, 2]
        )
        let batch = decoded(body)
        #expect(batch.rows.map(\.label) == [1, 3, 8])
        #expect(batch.values == [1, 1, 3, 3, 8, 8])
        #expect(batch.rows.map(\.start) == [0, 2, 4])
        #expect(batch.refused(.notFinite) == 4)
        #expect(batch.refused(.weight) == 1)
    }

    @Test func nanMayMeanMissing() {
        let body = PackedBody.encode(
            features: [.nan, 1, 2, .nan, .infinity, .nan],
            width: 2,
            labels: [1, .nan, 1],
            nanIsMissing: true
        )
        let batch = decoded(body)
        #expect(batch.rows.map(\.labelKind) == [.number, .none])
        #expect(batch.values.map(\.isNaN) == [true, false, false, true])
        #expect(batch.refused(.notFinite) == 1)
        let clean = decoded(
            PackedBody.encode(features: [.nan], width: 1, weights: [.nan], nanIsMissing: true)
        )
        #expect(clean.refused(.notFinite) == 1)
        let infinite = decoded(
            PackedBody.encode(features: [1], width: 1, labels: [-.infinity], nanIsMissing: true)
        )
        #expect(infinite.refused(.notFinite) == 1)
    }

    @Test func withoutLabelsRowsAreScored() {
        let batch = decoded(PackedBody.encode(features: [1, 2], width: 1))
        #expect(batch.rows.map(\.labelKind) == [.none, .none])
    }
}
