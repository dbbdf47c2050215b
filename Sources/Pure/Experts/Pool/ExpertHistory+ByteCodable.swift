// SPDX-License-Identifier: Apache-2.0
//
// A history as bytes: the newest rows, so that the same rows are the same bytes wherever in memory
// they lay.

package import Kernels
package import Primitives

extension ExpertHistory: ByteCodable {
    /// The most rows.
    package static let capacityMost = 1 << 20

    /// Appends the newest rows.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(capacity))
        writer.write(UInt32(width))
        let numbers = start * width..<count * width
        writer.write(Array(raw[numbers]))
        writer.write(Array(scaled[numbers]))
        writer.write(Array(change[numbers]))
        writer.write(numbers: Array(last[start..<count]))
        writer.write(numbers: Array(labels[start..<count]))
        writer.write(Array(targets[start..<count]))
        writer.write(Array(weights[start..<count]))
    }

    /// Reads the rows.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let capacity = Int(try reader.read(UInt32.self))
        let width = Int(try reader.read(UInt32.self))
        let raw = try reader.readFloats()
        let scaled = try reader.readFloats()
        let change = try reader.readFloats()
        let last: [Int32] = try reader.readNumbers()
        let labels: [Int32] = try reader.readNumbers()
        let targets = try reader.readFloats()
        let weights = try reader.readFloats()
        guard capacity <= ExpertHistory.capacityMost, width <= ExpertShape.widthMost,
            (raw + scaled + change + weights).allSatisfy(\.isFinite),
            let history = ExpertHistory(
                capacity: capacity,
                width: width,
                raw: raw,
                scaled: scaled,
                change: change,
                last: last,
                labels: labels,
                targets: targets,
                weights: weights
            )
        else { throw .invalid("the columns of a history do not fit one another") }
        self = history
    }
}
