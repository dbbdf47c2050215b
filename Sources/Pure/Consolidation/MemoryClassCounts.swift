// SPDX-License-Identifier: Apache-2.0
//
// How often each class came by, in the whole stream and lately. A refit on balanced rows weighs the
// classes back to these frequencies, since a balanced model would ship the wrong prior.
//
// The faded count multiplies by 1 - 1/rows at every row. Instead of touching every class, each row
// adds an increment that grows by the inverse; the increments are rescaled before they overflow.

package import Primitives

/// Rows seen per class, in all and exponentially faded.
package struct MemoryClassCounts: Sendable, Equatable {
    /// How many rows of each class were seen.
    package private(set) var seen: [UInt64] = []
    /// How many rows had no class.
    package private(set) var unlabelled: UInt64 = 0

    private var scaled: [Double] = []
    private var increment = 1.0
    private let growth: Double

    /// Makes counts that forget over about `fadeRows` rows.
    ///
    /// - Precondition: `fadeRows` is positive.
    package init(fadeRows: Int) {
        precondition(fadeRows > 0, "counts fade over at least one row")
        growth = fadeRows == 1 ? 2 : 1 / (1 - 1 / Double(fadeRows))
    }

    /// How many rows of each class were seen lately; they sum up to at most `fadeRows`.
    package var faded: [Double] {
        scaled.map { $0 / increment }
    }

    /// Counts one row.
    mutating func add(_ label: Int32) {
        guard label >= 0 else {
            unlabelled += 1
            return
        }
        let own = Int(label)
        while seen.count <= own {
            seen.append(0)
            scaled.append(0)
        }
        seen[own] += 1
        increment *= growth
        scaled[own] += increment
        if increment > 1e200 {
            for index in scaled.indices { scaled[index] /= increment }
            increment = 1
        }
    }
}

extension MemoryClassCounts: ByteCodable {
    /// Appends the counts.
    package func encode(into writer: inout ByteWriter) {
        writer.write(growth)
        writer.write(increment)
        writer.write(unlabelled)
        writer.write(numbers: seen)
        writer.write(scaled)
    }

    /// Reads the counts.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        growth = try reader.readDouble()
        increment = try reader.readDouble()
        unlabelled = try reader.read()
        seen = try reader.readNumbers()
        scaled = try reader.readDoubles()
        guard growth > 1, growth <= 2, increment >= 1, increment <= 1e200,
            seen.count == scaled.count, seen.allSatisfy({ $0 < 1 << 62 }), unlabelled < 1 << 62,
            scaled.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { throw .invalid("class counts are out of range") }
    }
}
