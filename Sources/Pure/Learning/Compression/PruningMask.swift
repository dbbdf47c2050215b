// SPDX-License-Identifier: Apache-2.0
//
// Which parameters of a model are 0 and stay so while it learns. The factors have the layout of
// the parameters, so that a step is followed by one product for each of them: a pruned model with
// a mask learns no faster than without, but what it learns fits the places that it has.

import Kernels
package import Primitives

/// Factors of parameters: 0 where one is pruned, else 1.
package struct PruningMask: Sendable, Equatable {
    /// The factors; empty when nothing is pruned.
    package private(set) var factors: [Float] = []

    /// Makes a mask that prunes nothing.
    package init() {}

    /// Makes a mask of so many parameters that prunes some of them.
    package init(count: Int, pruned: [Int]) {
        guard !pruned.isEmpty else { return }
        factors = [Float](repeating: 1, count: count)
        for place in pruned { factors[place] = 0 }
    }

    /// Whether nothing is pruned.
    package var isEmpty: Bool { factors.isEmpty }
    /// How many parameters are pruned.
    package var pruned: Int { factors.count { $0 == 0 } }

    /// Sets the pruned ones of `numbers`, which have the mask's layout, to 0.
    func apply(to numbers: inout [Float]) {
        guard !isEmpty else { return }
        var own: [Float] = []
        swap(&own, &numbers)
        var span = own.mutableSpan
        Masking.multiply(&span, by: factors.span)
        swap(&own, &numbers)
    }

    /// Follows a model whose layout has changed.
    mutating func follow(_ carry: ([Float]) -> [Float]) {
        guard !isEmpty else { return }
        // What is new has a factor of 0 after being carried; it is the pruned that must be 0.
        factors = carry(factors.map { 1 - $0 }).map { 1 - $0 }
    }
}

extension PruningMask: ByteCodable {
    /// Appends the places as bits.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(factors.count))
        var bits = [UInt8](repeating: 0, count: (factors.count + 7) / 8)
        for place in factors.indices where factors[place] == 0 {
            bits[place / 8] |= 1 << UInt8(place % 8)
        }
        writer.write(bits)
    }

    /// Reads the places.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let count = Int(try reader.read(UInt32.self))
        let bits = try reader.readBytes()
        guard bits.count == (count + 7) / 8 else {
            throw .invalid("a mask has not as many bits as it has places")
        }
        self.init(
            count: count,
            pruned: (0..<count).filter { bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        )
        guard factors.isEmpty == (count == 0) else {
            throw .invalid("a mask prunes nothing, but has places")
        }
    }
}

/// A learner that can be pruned, and that keeps what is pruned at 0 while it learns.
package protocol Prunable: Learner {
    /// Which parameters stay at 0.
    var mask: PruningMask { get }
    /// Sets the smallest weights of each matrix to 0, so that `share` of them are, and keeps them
    /// there; a share of 0 lets all of them learn again.
    mutating func prune(share: Double)
}

extension Learner {
    /// How many of its parameters stay at 0 while it learns.
    package var prunedCount: Int { (self as? any Prunable)?.mask.pruned ?? 0 }

    /// The share of its weights that stay at 0 while it learns; nil for one that cannot be pruned.
    package var prunedShare: Double? {
        guard let able = self as? any Prunable else { return nil }
        let weights = parameters.tensors.filter { $0.shape.count > 1 }
        let count = weights.reduce(0) { $0 + $1.numbers.count }
        return Double(able.mask.pruned) / Double(max(1, count))
    }

    /// Sets the smallest weights to 0 and keeps them there, if it can; returns whether it could.
    package mutating func pruneIfAble(share: Double) -> Bool {
        guard var able = self as? any Prunable else { return false }
        able.prune(share: share)
        guard let own = able as? Self else { return false }
        self = own
        return true
    }
}
