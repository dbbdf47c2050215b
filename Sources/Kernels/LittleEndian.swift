// SPDX-License-Identifier: Apache-2.0
//
// Columns of numbers as little-endian bytes, copied whole where the processor stores them so.

/// Columns of numbers to bytes and back.
package enum LittleEndian {
    /// Appends the bytes of a number.
    @inline(__always)
    package static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8])
    {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends the bit patterns of single-precision numbers.
    package static func append(_ numbers: Span<Float>, to bytes: inout [UInt8]) {
        #if _endian(little)
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
        for index in numbers.indices { append(numbers[index].bitPattern, to: &bytes) }
        #endif
    }

    /// Appends the bit patterns of double-precision numbers.
    package static func append(_ numbers: Span<Double>, to bytes: inout [UInt8]) {
        #if _endian(little)
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
        for index in numbers.indices { append(numbers[index].bitPattern, to: &bytes) }
        #endif
    }

    /// Appends the `count` single-precision numbers that begin at byte `at`.
    package static func append(
        _ count: Int,
        from bytes: [UInt8],
        at: Int,
        to numbers: inout [Float]
    ) {
        checkRange(at, count * 4, bytes.count)
        bytes.withUnsafeBytes { bytes in
            for index in 0..<count {
                let pattern = bytes.loadUnaligned(fromByteOffset: at + 4 * index, as: UInt32.self)
                numbers.append(Float(bitPattern: UInt32(littleEndian: pattern)))
            }
        }
    }
}
