// SPDX-License-Identifier: Apache-2.0
//
// Whether prediction intervals hold what they promise: the share of labels that lie within, ends
// included, beside the mean width, since a wide interval covers everything. Rows without an
// interval are not counted.

import Primitives

/// Sums over the intervals of a stream of numbers.
struct IntervalMeasures: Sendable {
    private(set) var count: UInt64 = 0
    private var covered: UInt64 = 0
    private var width: Double = 0

    init() {}

    /// Counts the interval of a row with its label, if it has one.
    mutating func record(low: Float, high: Float, target: Float) {
        guard low.isFinite, high.isFinite else { return }
        count += 1
        if low <= target, target <= high { covered += 1 }
        width += max(0, Double(high) - Double(low))
    }

    /// The measures; null while no row had an interval.
    var json: JSONValue {
        guard count > 0 else { return .null }
        return [
            "count": .int(Int64(clamping: count)),
            "coverage": .number(Double(covered) / Double(count)),
            "width": .number(width / Double(count)),
        ]
    }
}

extension IntervalMeasures: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(count)
        writer.write(covered)
        writer.write(width)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.read()
        covered = try reader.read()
        width = try reader.readDouble()
        guard count < 1 << 56, covered <= count, width >= 0, width.isFinite else {
            throw .invalid("intervals cover more than there is")
        }
    }
}
