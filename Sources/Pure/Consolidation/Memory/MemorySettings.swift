// SPDX-License-Identifier: Apache-2.0
//
// How large a learner's memory is, and what of the whole stream it keeps.

package import Primitives

/// The bounds of a memory.
package struct MemorySettings: Sendable, Equatable {
    /// Which rows of the whole stream are kept.
    package var policy = MemoryPolicy.balanced
    /// How many rows of the whole stream are kept.
    package var reservoirRows = 2000
    /// How many of the newest rows are kept.
    package var recentRows = 2000
    /// How many rows are kept that no model is trained on.
    package var holdoutRows = 1000
    /// One row in so many, drawn at random, is set aside for the holdout; 0 sets none aside.
    package var holdoutEvery = 50
    /// How many bytes the rows may take together; with wide rows there are fewer of them.
    package var bytesMax = 64 << 20
    /// Over how many rows the faded class counts forget.
    package var classFadeRows = 2000

    /// Makes the default settings.
    package init() {}

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        for (name, rows) in [
            ("reservoir rows", reservoirRows), ("recent rows", recentRows),
            ("holdout rows", holdoutRows), ("class fade rows", classFadeRows),
        ] where !(1...10_000_000).contains(rows) {
            return "\(name) is \(rows), it must be 1 to 10000000"
        }
        if !(0...1_000_000_000).contains(holdoutEvery) {
            return "holdout every is \(holdoutEvery), it must be 0 (none) to 1000000000"
        }
        if !(4096...1 << 40).contains(bytesMax) {
            return "memory bytes max is \(bytesMax), it must be 4096 to \(1 << 40)"
        }
        return nil
    }

    /// How many rows the long part has: none where only the newest are kept.
    var longRows: Int { policy == .recent ? 0 : reservoirRows }

    /// How many rows the recent window has: those of the long part, too, where there is none.
    var windowRows: Int { recentRows + reservoirRows - longRows }

    /// How many of `rows` may be kept when each takes `rowBytes`: all three parts give way in the
    /// same proportion, but none that has rows below one row.
    func capacity(_ rows: Int, rowBytes: Int) -> Int {
        guard rows > 0 else { return 0 }
        let wanted = (reservoirRows + recentRows + holdoutRows) * rowBytes
        if wanted <= bytesMax { return rows }
        return max(1, Int(Double(rows) * (Double(bytesMax) / Double(wanted))))
    }
}

extension MemorySettings: ByteCodable {
    /// Appends policy and bounds.
    package func encode(into writer: inout ByteWriter) {
        writer.write(policy.rawValue)
        for number in [
            reservoirRows, recentRows, holdoutRows, holdoutEvery, bytesMax, classFadeRows,
        ] {
            writer.write(Int64(number))
        }
    }

    /// Reads policy and bounds.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let policy = MemoryPolicy(rawValue: try reader.read()) else {
            throw .invalid("a memory has an unknown policy")
        }
        self.policy = policy
        reservoirRows = Int(try reader.read(Int64.self))
        recentRows = Int(try reader.read(Int64.self))
        holdoutRows = Int(try reader.read(Int64.self))
        holdoutEvery = Int(try reader.read(Int64.self))
        bytesMax = Int(try reader.read(Int64.self))
        classFadeRows = Int(try reader.read(Int64.self))
        if let complaint { throw .invalid(complaint) }
    }
}
