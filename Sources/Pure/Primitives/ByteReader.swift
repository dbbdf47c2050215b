// SPDX-License-Identifier: Apache-2.0
//
// The way back from bytes to state. Every read is bounded: a damaged length can neither run past
// the end nor ask for more memory than the bytes that are left could fill.

import Kernels

/// Why bytes could not be read back.
package enum DecodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The bytes ended before the value did.
    case truncated
    /// The bytes are all there, but say something impossible.
    case invalid(String)

    /// One sentence for a log line.
    package var description: String {
        switch self {
        case .truncated: "the bytes end too early"
        case .invalid(let what): what
        }
    }
}

/// A value that can be written as bytes and read back unchanged.
package protocol ByteCodable {
    /// Appends this value to `writer`.
    func encode(into writer: inout ByteWriter)
    /// Reads the value that ``encode(into:)`` wrote.
    init(from reader: inout ByteReader) throws(DecodeError)
}

/// Takes values from an array of bytes, in the order in which they were written.
package struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private var position: Int

    /// Makes a reader that stands at the first byte.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
    }

    /// The number of bytes that are left.
    package var remaining: Int { bytes.count - position }

    /// Takes `count` bytes.
    package mutating func readRaw(_ count: Int) throws(DecodeError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Takes a whole number.
    package mutating func read<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(DecodeError) -> Number {
        let width = Number.bitWidth / 8
        guard remaining >= width else { throw .truncated }
        var number: Number = 0
        for index in 0..<width {
            number |= Number(truncatingIfNeeded: bytes[position + index]) << Number(index * 8)
        }
        position += width
        return number
    }

    /// Takes a flag.
    package mutating func readFlag() throws(DecodeError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        case let byte: throw .invalid("a flag is 0 or 1, not \(byte)")
        }
    }

    /// Takes a single-precision number.
    package mutating func readFloat() throws(DecodeError) -> Float {
        Float(bitPattern: try read())
    }

    /// Takes a double-precision number.
    package mutating func readDouble() throws(DecodeError) -> Double {
        Double(bitPattern: try read())
    }

    /// Takes an instant.
    package mutating func readInstant() throws(DecodeError) -> Instant {
        Instant(nanoseconds: try read())
    }

    /// Takes a text.
    package mutating func readText() throws(DecodeError) -> String {
        let count = Int(try read(UInt32.self))
        let utf8 = try readRaw(count)
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw .invalid("a text is not UTF-8")
        }
        return text
    }

    /// Takes a block of bytes with its count.
    package mutating func readBytes() throws(DecodeError) -> [UInt8] {
        try readRaw(try readCount(itemBytes: 1))
    }

    /// Takes an array of single-precision numbers.
    package mutating func readFloats() throws(DecodeError) -> [Float] {
        try readFloats(try readCount(itemBytes: 4))
    }

    /// Takes `count` single-precision numbers.
    package mutating func readFloats(_ count: Int) throws(DecodeError) -> [Float] {
        guard count >= 0, count <= remaining / 4 else { throw .truncated }
        var numbers: [Float] = []
        numbers.reserveCapacity(count)
        LittleEndian.append(count, from: bytes, at: position, to: &numbers)
        position += count * 4
        return numbers
    }

    /// Takes an array of double-precision numbers.
    package mutating func readDoubles() throws(DecodeError) -> [Double] {
        let count = try readCount(itemBytes: 8)
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try readDouble()) }
        return numbers
    }

    /// Takes an array of whole numbers.
    package mutating func readNumbers<Number: FixedWidthInteger>(
        of type: Number.Type = Number.self
    ) throws(DecodeError) -> [Number] {
        let count = try readCount(itemBytes: Number.bitWidth / 8)
        var numbers: [Number] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try read()) }
        return numbers
    }

    /// Takes an array of items.
    package mutating func readItems<Item: ByteCodable>(
        of type: Item.Type = Item.self
    ) throws(DecodeError) -> [Item] {
        let count = try readCount(itemBytes: 1)
        var items: [Item] = []
        for _ in 0..<count { items.append(try Item(from: &self)) }
        return items
    }

    /// Takes an item that may be absent.
    package mutating func readOptional<Item: ByteCodable>(
        of type: Item.Type = Item.self
    ) throws(DecodeError) -> Item? {
        try readFlag() ? try Item(from: &self) : nil
    }

    /// Takes a count of items of at least `itemBytes` bytes, none of which may lie past the end.
    package mutating func readCount(itemBytes: Int) throws(DecodeError) -> Int {
        let count = try read(UInt64.self)
        guard count <= UInt64(remaining / max(1, itemBytes)) else { throw .truncated }
        return Int(count)
    }

    /// Fails unless everything has been read.
    package func expectEnd() throws(DecodeError) {
        guard remaining == 0 else { throw .invalid("\(remaining) bytes follow the end") }
    }
}
