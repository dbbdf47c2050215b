// SPDX-License-Identifier: Apache-2.0
//
// How state becomes bytes: little-endian, lengths before contents, no padding, no tags. A reader
// must know the layout; the format number at the head of each file says which one it is.

import Kernels

/// Appends values to a growing array of bytes.
package struct ByteWriter: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty writer with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// Makes room for `count` more bytes, at least doubling the room when it is used up.
    package mutating func reserve(_ count: Int) {
        let needed = bytes.count + count
        if needed > bytes.capacity { bytes.reserveCapacity(max(needed, bytes.capacity * 2)) }
    }

    /// Appends a whole number, lowest byte first.
    package mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        LittleEndian.append(number, to: &bytes)
    }

    /// Appends one byte: 1 for true, 0 for false.
    package mutating func write(_ flag: Bool) {
        bytes.append(flag ? 1 : 0)
    }

    /// Appends the bit pattern of a single-precision number.
    package mutating func write(_ number: Float) {
        write(number.bitPattern)
    }

    /// Appends the bit pattern of a double-precision number.
    package mutating func write(_ number: Double) {
        write(number.bitPattern)
    }

    /// Appends the length in bytes of the UTF-8 text, then the text.
    package mutating func write(_ text: String) {
        write(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends the instant's nanoseconds.
    package mutating func write(_ instant: Instant) {
        write(instant.nanoseconds)
    }

    /// Appends the count, then the bytes as they are.
    package mutating func write(_ block: [UInt8]) {
        write(UInt64(block.count))
        bytes.append(contentsOf: block)
    }

    /// Appends bytes without a count.
    package mutating func writeRaw(_ block: [UInt8]) {
        bytes.append(contentsOf: block)
    }

    /// Appends the count, then each number.
    package mutating func write(_ numbers: [Float]) {
        write(UInt64(numbers.count))
        LittleEndian.append(numbers.span, to: &bytes)
    }

    /// Appends the count, then each number.
    package mutating func write(_ numbers: [Double]) {
        write(UInt64(numbers.count))
        LittleEndian.append(numbers.span, to: &bytes)
    }

    /// Appends each number, without a count.
    package mutating func writeRaw(_ numbers: Span<Float>) {
        LittleEndian.append(numbers, to: &bytes)
    }

    /// Appends the count, then each number.
    package mutating func write<Number: FixedWidthInteger>(numbers: [Number]) {
        write(UInt64(numbers.count))
        for number in numbers { write(number) }
    }

    /// Appends the count, then each item.
    package mutating func write<Item: ByteCodable>(items: [Item]) {
        write(UInt64(items.count))
        for item in items { item.encode(into: &self) }
    }

    /// Appends a flag, then the item when there is one.
    package mutating func write<Item: ByteCodable>(optional item: Item?) {
        write(item != nil)
        item?.encode(into: &self)
    }
}
