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
        let labels = [label]
        add(labels.span)
    }

    /// Counts rows.
    mutating func add(_ labels: Span<Int32>) {
        makeRoom(for: labels)
        unlabelled += UInt64(
            MemoryClassCounts.add(labels, &seen, &scaled, &increment, growth: growth)
        )
    }

    /// Gives every class of the rows a count.
    private mutating func makeRoom(for labels: Span<Int32>) {
        var highest: Int32 = -1
        for row in labels.indices {
            precondition(
                labels[row] >= -1 && labels[row] < 65_536,
                "a label is the number of a class or -1"
            )
            highest = max(highest, labels[row])
        }
        while seen.count <= Int(highest) {
            seen.append(0)
            scaled.append(0)
        }
    }

    /// - Returns: How many rows have no class.
    private static func add(
        _ labels: Span<Int32>,
        _ seen: inout [UInt64],
        _ scaled: inout [Double],
        _ increment: inout Double,
        growth: Double
    ) -> Int {
        var seen = seen.mutableSpan
        var scaled = scaled.mutableSpan
        var step = increment
        var unlabelled = 0
        for row in labels.indices {
            guard labels[row] >= 0 else {
                unlabelled += 1
                continue
            }
            let own = Int(labels[row])
            seen[own] += 1
            step *= growth
            scaled[own] += step
            if step > 1e200 {
                for index in scaled.indices { scaled[index] /= step }
                step = 1
            }
        }
        increment = step
        return unlabelled
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
