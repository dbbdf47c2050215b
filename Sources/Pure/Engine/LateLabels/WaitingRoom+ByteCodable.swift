// SPDX-License-Identifier: Apache-2.0
//
// The waiting room as bytes: rows in the order of arrival, without holes.

import Learning
package import Primitives

extension WaitingRoom: ByteCodable {
    /// Appends rows, delays and the identifiers that left.
    package func encode(into writer: inout ByteWriter) {
        writer.write(seen)
        delay.encode(into: &writer)
        writer.write(numbers: gone)
        writer.write(UInt32(goneNext))
        let waiting = waiting
        writer.write(UInt32(waiting.count))
        for row in waiting {
            writer.write(row.ticket)
            writer.write(row.id)
            writer.write(UInt32(row.account))
            writer.write(row.raw)
            writer.write(row.weight)
            writer.write(row.context)
            writer.write(row.prediction)
            writer.write(row.low)
            writer.write(row.high)
            row.baselines.encode(into: &writer)
            writer.write(row.memo)
            writer.write(row.arrivedAt)
            writer.write(row.arrivedSample)
        }
        writer.write(nextTicket)
    }

    /// Reads rows, delays and the identifiers that left.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init()
        seen = try reader.readCounter()
        delay = try LabelDelay(from: &reader)
        let hashes = try reader.readNumbers(of: UInt64.self)
        try restore(gone: hashes, next: Int(try reader.read(UInt32.self)))
        for _ in 0..<(try reader.read(UInt32.self)) { try restore(try WaitingRow(from: &reader)) }
        let next = try reader.readCounter()
        guard next >= nextTicket else { throw .invalid("a waiting sample has a future ticket") }
        nextTicket = next
        for row in waiting where row.arrivedSample > seen {
            throw .invalid("a sample came after the last one")
        }
    }

    /// Checks that the rows fit the learner that has them.
    func check(accounts: Int, width: Int, contexts: Int, now: Instant) throws(DecodeError) {
        for row in waiting {
            guard row.account < accounts, row.raw.count <= width, row.context < contexts,
                row.arrivedAt <= now
            else { throw .invalid("a waiting sample does not fit its learner") }
        }
    }
}

extension WaitingRow {
    fileprivate init(from reader: inout ByteReader) throws(DecodeError) {
        let ticket = try reader.readCounter()
        self.init(
            ticket: ticket,
            id: try reader.readText(),
            account: Int(try reader.read(UInt32.self)),
            raw: try reader.readFloats(),
            weight: try reader.readFloat(),
            context: try reader.read(),
            prediction: try reader.readFloats(),
            low: try reader.readFloat(),
            high: try reader.readFloat(),
            baselines: try BaselineOpinion(from: &reader),
            memo: try reader.readFloats(),
            arrivedAt: try reader.readMoment(),
            arrivedSample: try reader.readCounter()
        )
        guard weight.isFinite, weight >= 0, context >= -1, !raw.contains(where: \.isInfinite),
            (prediction + memo).allSatisfy(\.isFinite), !low.isInfinite, !high.isInfinite
        else { throw .invalid("a waiting sample is not finite") }
    }
}
