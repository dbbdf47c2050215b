// SPDX-License-Identifier: Apache-2.0
//
// A mean that is updated by its newest value's distance: the operations and their order are those
// of the `river` package, so that alarms fall on the same index.

import Primitives

/// How many values there were, and their mean.
struct RunningMean: Sendable, Equatable {
    private(set) var count = 0.0
    private(set) var mean = 0.0

    /// Takes the next value.
    mutating func update(with value: Double) {
        count += 1
        mean += (1 / count) * (value - mean)
    }
}

extension RunningMean: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(count)
        writer.write(mean)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.readCount()
        mean = try reader.readFinite()
    }
}
