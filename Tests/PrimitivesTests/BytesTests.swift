// SPDX-License-Identifier: Apache-2.0
//
// What is written reads back unchanged; what is damaged fails and never traps.

import Primitives
import Testing

@Suite struct BytesTests {
    @Test func everyKindReadsBack() throws {
        var writer = ByteWriter(capacity: 10)
        writer.write(UInt8(200))
        writer.write(Int16(-2))
        writer.write(UInt32.max)
        writer.write(Int64.min)
        writer.write(true)
        writer.write(Float(-0.0))
        writer.write(Double.pi)
        writer.write("grün \u{1F331}")
        writer.write(Instant(nanoseconds: -5))
        writer.write([1, 2, 3] as [UInt8])
        writer.write([Float.infinity, 1.5])
        writer.write([Double.leastNonzeroMagnitude])
        writer.write(numbers: [Int32(-1), 7])
        writer.write(items: [RandomSource(seed: 1), RandomSource(seed: 2)])
        writer.write(optional: RandomSource(seed: 3))
        writer.write(optional: RandomSource?.none)
        let numbers: [Float] = [-2.5, 0x1p-149]
        writer.writeRaw(numbers.span)
        writer.writeRaw([9, 8])
        var reader = ByteReader(writer.bytes)
        #expect(try reader.read(UInt8.self) == 200)
        #expect(try reader.read(Int16.self) == -2)
        #expect(try reader.read(UInt32.self) == .max)
        #expect(try reader.read(Int64.self) == .min)
        #expect(try reader.readFlag())
        #expect(try reader.readFloat().sign == .minus)
        #expect(try reader.readDouble() == .pi)
        #expect(try reader.readText() == "grün \u{1F331}")
        #expect(try reader.readInstant() == Instant(nanoseconds: -5))
        #expect(try reader.readBytes() == [1, 2, 3])
        #expect(try reader.readFloats() == [.infinity, 1.5])
        #expect(try reader.readDoubles() == [.leastNonzeroMagnitude])
        #expect(try reader.readNumbers(of: Int32.self) == [-1, 7])
        #expect(
            try reader.readItems(of: RandomSource.self)
                == [RandomSource(seed: 1), RandomSource(seed: 2)]
        )
        #expect(try reader.readOptional(of: RandomSource.self) == RandomSource(seed: 3))
        #expect(try reader.readOptional(of: RandomSource.self) == nil)
        #expect(try reader.readFloats(2) == [-2.5, 0x1p-149])
        #expect(reader.remaining == 2)
        #expect(throws: DecodeError.truncated) { try reader.readFloats(1) }
        #expect(throws: DecodeError.self) { try reader.expectEnd() }
        #expect(try reader.readRaw(2) == [9, 8])
        try reader.expectEnd()
    }

    @Test func bytesAreLittleEndianAndNaNKeepsItsBits() throws {
        var writer = ByteWriter()
        writer.write(UInt32(0x0102_0304))
        writer.write(Float(bitPattern: 0x7FC0_1234))
        #expect(writer.bytes == [4, 3, 2, 1, 0x34, 0x12, 0xC0, 0x7F])
        var reader = ByteReader(Array(writer.bytes[4...]))
        #expect(try reader.readFloat().bitPattern == 0x7FC0_1234)
    }

    @Test func lengthsBeyondTheEndFail() {
        for length in [5, 1 << 31, UInt64.max, UInt64(Int64.max), UInt64.max / 8 + 1] {
            var writer = ByteWriter()
            writer.write(length)
            writer.writeRaw([1, 2, 3, 4])
            var reader = ByteReader(writer.bytes)
            #expect(throws: DecodeError.truncated) { try reader.readBytes() }
            reader = ByteReader(writer.bytes)
            #expect(throws: DecodeError.truncated) { try reader.readDoubles() }
            reader = ByteReader(writer.bytes)
            #expect(throws: DecodeError.truncated) { try reader.readItems(of: RandomSource.self) }
        }
        var reader = ByteReader([1])
        #expect(throws: DecodeError.truncated) { try reader.readRaw(-1) }
    }

    @Test func impossibleBytesAreNamed() {
        var reader = ByteReader([2])
        #expect(throws: DecodeError.invalid("a flag is 0 or 1, not 2")) { try reader.readFlag() }
        reader = ByteReader([1, 0, 0, 0, 0xFF])
        #expect(throws: DecodeError.invalid("a text is not UTF-8")) { try reader.readText() }
        #expect(DecodeError.truncated.description == "the bytes end too early")
    }

    @Test func randomBytesNeverTrap() {
        var source = RandomSource(seed: 2)
        var failures = 0
        for _ in 0..<3000 {
            let bytes = (0..<source.below(40)).map { _ in
                source.chance(0.5) ? 0 : UInt8(source.below(256))
            }
            var reader = ByteReader(bytes)
            do {
                while reader.remaining > 0 { try read(source.below(9), from: &reader) }
            } catch {
                failures += 1
            }
        }
        #expect(failures > 1000)
    }

    private func read(_ kind: Int, from reader: inout ByteReader) throws {
        switch kind {
        case 0: _ = try reader.readText()
        case 1: _ = try reader.readBytes()
        case 2: _ = try reader.readFloats()
        case 3: _ = try reader.readDoubles()
        case 4: _ = try reader.readNumbers(of: UInt16.self)
        case 5: _ = try reader.readItems(of: RandomSource.self)
        case 6: _ = try reader.readOptional(of: RandomSource.self)
        case 7: _ = try reader.readFlag()
        default: _ = try reader.read(Int64.self)
        }
    }
}

@Suite struct ChecksumTests {
    @Test func knownValues() {
        #expect(Checksum.of(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.of([]) == 0)
        // RFC 3720, appendix B.4.
        #expect(Checksum.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Checksum.of(Array(0..<32)) == 0x46DD_794E)
        #expect(Checksum.of(Array((0..<32).reversed())) == 0x113F_DB5C)
    }

    @Test func piecesGiveTheSame() {
        var source = RandomSource(seed: 6)
        let bytes = (0..<500).map { _ in UInt8(source.below(256)) }
        for _ in 0..<200 {
            let cut = source.below(501)
            var checksum = Checksum()
            checksum.add(bytes.span.extracting(0..<cut))
            checksum.add(bytes.span.extracting(cut..<500))
            #expect(checksum.value == Checksum.of(bytes))
        }
    }

    @Test func everyFlippedBitIsFound() {
        let bytes = Array("a torn write".utf8)
        let value = Checksum.of(bytes)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Checksum.of(damaged) != value)
        }
    }
}
