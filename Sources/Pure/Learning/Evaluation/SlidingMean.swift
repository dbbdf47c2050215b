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
        // An empty place holds 0, so that it leaves as nothing.
        sum += Double(value) - Double(values[next])
        values[next] = value
        if count < values.count { count += 1 }
        next += 1
        if next == values.count {
            next = 0
            sum = SlidingMean.total(values)
        }
    }

    /// Adds some of a column's values, in order, as they are converted.
    @inline(__always)
    mutating func add<Value>(
        _ column: Span<Value>,
        _ rows: Range<Int>,
        as convert: (Value) -> Float
    ) {
        var ring = Block.take(&values)
        var row = rows.lowerBound
        while row < rows.upperBound {
            // As many as fit before the ring has gone round; until then it is full or it is not.
            let some = min(ring.count - next, rows.upperBound - row)
            fill(&ring, some, column, row, convert)
            row += some
            next += some
            if next == ring.count {
                next = 0
                sum = SlidingMean.total(ring)
            }
        }
        values = ring
    }

    @inline(__always)
    private mutating func fill<Value>(
        _ ring: inout [Float],
        _ some: Int,
        _ column: Span<Value>,
        _ row: Int,
        _ convert: (Value) -> Float
    ) {
        var places = ring.mutableSpan
        var sum = self.sum
        for index in 0..<some {
            let value = convert(column[row + index])
            sum += Double(value) - Double(places[next + index])
            places[next + index] = value
        }
        self.sum = sum
        if count < places.count { count += some }
    }

    /// The sum in four parts, so that one addition need not wait for the last.
    private static func total(_ values: [Float]) -> Double {
        let numbers = values.span
        var parts = SIMD4<Double>()
        let whole = numbers.count & ~3
        for index in stride(from: 0, to: whole, by: 4) {
            parts += SIMD4(
                Double(numbers[index]),
                Double(numbers[index + 1]),
                Double(numbers[index + 2]),
                Double(numbers[index + 3])
            )
        }
        var sum = (parts[0] + parts[2]) + (parts[1] + parts[3])
        for index in whole..<numbers.count { sum += Double(numbers[index]) }
        return sum
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
            count == values.count || count == next,
            values[Int(count)...].allSatisfy({ $0 == 0 })
        else {
            throw .invalid("a window's position lies outside of it")
        }
        self.next = Int(next)
        self.count = Int(count)
    }
}
