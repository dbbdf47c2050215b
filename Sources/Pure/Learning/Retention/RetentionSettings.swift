// SPDX-License-Identifier: Apache-2.0
//
// What a learner does against forgetting while it learns: rows of the past mixed into each step,
// and pulls towards what it was. All of it is off unless it is asked for.

package import Primitives

/// Which rows of the past are learned again with each new one.
package enum ReplayKind: UInt8, Sendable, CaseIterable {
    /// None.
    case none = 0
    /// Rows of a class-balanced buffer, with their labels (experience replay).
    case plain = 1
    /// The same, and beside them the scores that the learner had for buffered rows when they came
    /// (DER++).
    case scores = 2

    /// The word in configuration and status.
    package var name: String {
        switch self {
        case .none: "none"
        case .plain: "er"
        case .scores: "derpp"
        }
    }
}

/// How a learner holds on to what it knows.
package struct RetentionSettings: Sendable, Equatable {
    /// Which rows of the past are learned again.
    package var replay = ReplayKind.none
    /// The most rows of the buffer.
    package var rows = 200
    /// The most bytes of the buffer; with wide rows there are fewer of them.
    package var bytesMax = 16 << 20
    /// How many buffered rows are learned with each new one.
    package var draws = 7
    /// DER++'s alpha: how much the distance from the buffered scores counts.
    package var alpha: Float = 0.03
    /// DER++'s beta: how much the loss on further buffered rows counts.
    package var beta: Float = 0.5
    /// How strongly parameters that matter are held (online EWC); 0: not at all.
    package var ewc: Float = 0
    /// How much of what mattered before still does at a renewal (gamma).
    package var ewcDecay: Float = 0.9
    /// From how many of the newest rows it is told which parameters matter.
    package var ewcRows = 256
    /// How much the teacher's probabilities count (LwF); 0: not at all.
    package var distil: Float = 0
    /// The temperature at which they are compared.
    package var temperature: Float = 2
    /// How strongly all parameters are held by the second norm (L2-SP); 0: not at all.
    package var anchor: Float = 0
    /// How strongly all parameters are held by the first norm; 0: not at all.
    package var anchorL1: Float = 0
    /// After how many learned rows teacher, anchor and importance are those of now; 0: only when a
    /// challenger is adopted or a version comes back.
    package var renewEvery = 1000

    /// Makes the defaults: nothing is done.
    package init() {}

    /// Whether anything is done.
    package var isActive: Bool { replay != .none || pulls }

    /// Whether learning is pulled towards an earlier state of the learner.
    package var pulls: Bool { ewc > 0 || distil > 0 || isAnchored }

    /// Whether all parameters are held.
    package var isAnchored: Bool { anchor > 0 || anchorL1 > 0 }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        for (name, number, range) in [
            ("rows", rows, 1...10_000_000), ("draws", draws, 1...1000),
            ("bytes_max", bytesMax, 4096...(1 << 40)), ("ewc_rows", ewcRows, 1...65_536),
            ("renew_every", renewEvery, 0...1_000_000_000),
        ] where !range.contains(number) {
            return "retain.\(name) is \(number), but must be \(range.lowerBound) to "
                + "\(range.upperBound)"
        }
        for (name, number) in [
            ("alpha", alpha), ("beta", beta), ("ewc", ewc), ("distil", distil), ("anchor", anchor),
            ("anchor_l1", anchorL1),
        ] where !(number >= 0 && number <= 1e6) {
            return "retain.\(name) is \(number), but must be 0 to 1e6"
        }
        if !(ewcDecay >= 0 && ewcDecay <= 1) {
            return "retain.ewc_decay is \(ewcDecay), but must be 0 to 1"
        }
        if !(temperature >= 0.1 && temperature <= 100) {
            return "retain.temperature is \(temperature), but must be 0.1 to 100"
        }
        return nil
    }

    /// Whether a learner with these settings can go on with the others: its buffers keep their
    /// kind and size for life.
    package func isForSameBuffers(as other: RetentionSettings) -> Bool {
        replay == other.replay && rows == other.rows && bytesMax == other.bytesMax
            && ewcRows == other.ewcRows
    }
}

extension RetentionSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(replay.rawValue)
        for number in [rows, bytesMax, draws, ewcRows, renewEvery] { writer.write(Int64(number)) }
        for number in [alpha, beta, ewc, ewcDecay, distil, temperature, anchor, anchorL1] {
            writer.write(number)
        }
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let replay = ReplayKind(rawValue: try reader.read()) else {
            throw .invalid("the kind of replay is unknown")
        }
        self.replay = replay
        rows = Int(try reader.read(Int64.self))
        bytesMax = Int(try reader.read(Int64.self))
        draws = Int(try reader.read(Int64.self))
        ewcRows = Int(try reader.read(Int64.self))
        renewEvery = Int(try reader.read(Int64.self))
        alpha = try reader.readFloat()
        beta = try reader.readFloat()
        ewc = try reader.readFloat()
        ewcDecay = try reader.readFloat()
        distil = try reader.readFloat()
        temperature = try reader.readFloat()
        anchor = try reader.readFloat()
        anchorL1 = try reader.readFloat()
        if let complaint { throw .invalid(complaint) }
    }
}
