// SPDX-License-Identifier: Apache-2.0
//
// What a model over slots needs to know besides how it learns.

package import Primitives

/// The shape of a model over hashed features.
package struct SparseSettings: Sendable, Equatable {
    /// There are two to the power of so many buckets.
    package var bits: Int
    /// The factors of a bucket; only a factorisation machine has any.
    package var factors: Int
    /// The deviation of the factors at their start.
    package var deviation: Float
    /// What the factors at their start are drawn from.
    package var seed: UInt64

    /// Makes settings.
    package init(bits: Int, factors: Int = 0, deviation: Float = 0.1, seed: UInt64 = 1) {
        self.bits = bits
        self.factors = factors
        self.deviation = deviation
        self.seed = seed
    }

    /// The most factors.
    package static let factorsMax = 256
    /// The most parameters that the buckets may come to.
    package static let parametersMax = 1 << 26

    /// What is wrong with a model of so many outputs, if anything.
    package func complaint(outputs: Int) -> String? {
        let each = factors > 0 ? factors + 1 : max(1, outputs)
        guard each << bits > SparseSettings.parametersMax else { return nil }
        let what = factors > 0 ? "\(factors) factors and a weight" : "\(outputs) outputs"
        var bitsMost = bits
        while bitsMost > 1, each << bitsMost > SparseSettings.parametersMax { bitsMost -= 1 }
        return "2^\(bits) buckets with \(what) are more than \(SparseSettings.parametersMax) "
            + "parameters; set hash_bits to \(bitsMost) or less, or "
            + (factors > 0
                ? "fewer factors"
                : "classes_max to \(max(2, SparseSettings.parametersMax >> bits)) or less")
    }

    var problem: String? {
        if !(1...HashSettings.slotBitsMax).contains(bits) {
            return "hash bits is \(bits), it must be 1 to \(HashSettings.slotBitsMax)"
        }
        if !(0...SparseSettings.factorsMax).contains(factors) {
            return "the factors are \(factors), they must be at most \(SparseSettings.factorsMax)"
        }
        return deviation > 0 && deviation <= 1
            ? nil : "the deviation of factors is \(deviation), it must be above 0, at most 1"
    }
}

extension SparseSettings: ByteCodable {
    /// Appends every setting.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(truncatingIfNeeded: bits))
        writer.write(UInt32(truncatingIfNeeded: factors))
        writer.write(deviation)
        writer.write(seed)
    }

    /// Reads every setting.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        bits = Int(try reader.read(UInt8.self))
        factors = Int(try reader.read(UInt32.self))
        deviation = try reader.readFloat()
        seed = try reader.read()
        if let problem { throw .invalid(problem) }
    }
}
