// SPDX-License-Identifier: Apache-2.0
//
// The mean error since the detectors started: what losses of regressions are measured by.

import Primitives

/// A mean over all that was added.
struct RunningMean: Sendable, ByteCodable {
    private var sum = 0.0
    private var count = 0.0

    init() {}

    var mean: Double { count > 0 ? sum / count : 0 }

    mutating func add(_ value: Double) {
        sum += value
        count += 1
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(sum)
        writer.write(count)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        sum = try reader.readDouble()
        count = try reader.readDouble()
    }
}
