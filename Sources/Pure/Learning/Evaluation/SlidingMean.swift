// SPDX-License-Identifier: Apache-2.0
//
// The mean of the newest values: a ring and its sum. Adding and taking away leaves rounding behind,
// so the sum is made anew each time the ring has gone round.

package import Primitives

/// The mean of the last values, up to a fixed number.
package struct SlidingMean: Sendable {
    private var values: [Float]
    private var next = 0
    private var sum: Double = 0
    /// How many values there are, at most the size.
    package private(set) var count = 0

    /// Makes a mean over the last `size` values.
    package init(size: Int) {
        precondition(size > 0, "a window holds one value or more")
        values = [Float](repeating: 0, count: size)
    }

    /// The mean; NaN when there is nothing.
    package var mean: Double { count == 0 ? .nan : sum / Double(count) }

    /// Adds the newest value; the oldest leaves when the window is full.
    package mutating func add(_ value: Float) {
        if count == values.count {
            sum -= Double(values[next])
        } else {
            count += 1
        }
        sum += Double(value)
        values[next] = value
        next += 1
        if next == values.count {
            next = 0
            sum = 0
            for value in values { sum += Double(value) }
        }
    }
}

extension SlidingMean: ByteCodable {
    /// Appends the ring as it lies.
    package func encode(into writer: inout ByteWriter) {
        writer.write(values)
        writer.write(UInt64(next))
        writer.write(UInt64(count))
        writer.write(sum)
    }

    /// Reads a ring.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        values = try reader.readFloats()
        let next = try reader.read(UInt64.self)
        let count = try reader.read(UInt64.self)
        sum = try reader.readDouble()
        guard !values.isEmpty, next < values.count, count <= values.count,
            count == values.count || count == next
        else {
            throw .invalid("a window's position lies outside of it")
        }
        self.next = Int(next)
        self.count = Int(count)
    }
}
