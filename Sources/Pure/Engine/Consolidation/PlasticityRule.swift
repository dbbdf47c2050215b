// SPDX-License-Identifier: Apache-2.0
//
// When a network has lost its room to move (Dohare et al., "Loss of plasticity in deep continual
// learning", 2024): more than a share of its relu units answer to no row any more, or its layers
// use far fewer directions than they once did. It is looked at after each so many samples, on
// remembered rows.

import Networks
package import Primitives

/// When lost plasticity asks for a consolidation.
package struct PlasticityRule: Sendable, Equatable {
    /// After each so many labelled samples it is looked.
    package var everySamples = 500
    /// A larger share of dead units asks.
    package var deadShare = 0.25
    /// An effective rank below this share of the highest one seen asks.
    package var rankShare = 0.5

    /// On how many of the newest rows it is measured.
    static let rows = 32

    /// Makes the defaults.
    package init() {}

    /// What is wrong with the rule, if anything.
    package var complaint: String? {
        if !(100...1_000_000_000).contains(everySamples) {
            return "plasticity is looked at every \(everySamples) samples, but must be every 100 "
                + "to 1000000000"
        }
        for (name, share) in [("dead share", deadShare), ("rank share", rankShare)]
        where !(0...1).contains(share) {
            return "the \(name) is \(share), but must be 0 to 1"
        }
        return nil
    }
}

extension PlasticityRule: ByteCodable {
    /// Appends the figures.
    package func encode(into writer: inout ByteWriter) {
        writer.write(Int64(everySamples))
        writer.write(deadShare)
        writer.write(rankShare)
    }

    /// Reads the figures.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        everySamples = Int(try reader.read(Int64.self))
        deadShare = try reader.readDouble()
        rankShare = try reader.readDouble()
    }
}

/// What the rule remembers.
struct PlasticityState: Sendable, Equatable {
    /// When it was looked at last.
    var lookedAtSample: UInt64 = 0
    /// The highest mean effective rank so far of the model in service.
    var rankMost = 0.0

    /// Looks at a network.
    ///
    /// - Returns: What it has lost, in words; nil when that is not too much.
    mutating func look(_ found: Plasticity, rule: PlasticityRule) -> String? {
        if let dead = found.deadShare, dead > rule.deadShare {
            return "\(Int((100 * dead).rounded())) % of its units are dead"
        }
        guard !found.layers.isEmpty else { return nil }
        let sum = found.layers.reduce(0) { $0 + $1.effectiveRank }
        let rank = sum / Double(found.layers.count)
        rankMost = max(rankMost, rank)
        guard rank < rule.rankShare * rankMost else { return nil }
        return "its layers use \(rank.short) directions, once \(rankMost.short)"
    }
}

extension PlasticityState: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(lookedAtSample)
        writer.write(rankMost)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        lookedAtSample = try reader.readCounter()
        rankMost = try reader.readDouble()
        guard rankMost >= 0, rankMost.isFinite else {
            throw .invalid("a network's effective rank is no number")
        }
    }
}
