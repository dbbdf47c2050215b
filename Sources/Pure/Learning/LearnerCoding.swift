// SPDX-License-Identifier: Apache-2.0
//
// Learners as bytes: a tag that says which type follows, then its state. Tags are never reused.

package import Primitives

/// Reads learners back.
package enum LearnerCoding {
    static let linearFamily: UInt8 = 1
    static let leastSquares: UInt8 = 2
    static let adaptiveRegularisation: UInt8 = 3
    static let passiveAggressive: UInt8 = 4
    static let network: UInt8 = 8
    static let sparseFamily: UInt8 = 12
    static let factorisation: UInt8 = 13
    static let embedding: UInt8 = 16
    static let pool: UInt8 = 24
    static let contextExperts: UInt8 = 40

    /// Reads the learner that ``Learner/encode(into:)`` wrote.
    package static func decode(from reader: inout ByteReader) throws(DecodeError) -> any Learner {
        let tag = try reader.read(UInt8.self)
        if tag == contextExperts { return try ContextExperts(from: &reader) }
        return try decode(tag, from: &reader)
    }

    /// Reads a learner that holds no other learners.
    static func decodeUndivided(
        from reader: inout ByteReader
    ) throws(DecodeError) -> any Learner {
        try decode(try reader.read(UInt8.self), from: &reader)
    }

    private static func decode(
        _ tag: UInt8,
        from reader: inout ByteReader
    ) throws(DecodeError) -> any Learner {
        switch tag {
        case linearFamily: return try LinearModel(from: &reader)
        case leastSquares: return try RecursiveLeastSquares(from: &reader)
        case adaptiveRegularisation: return try AdaptiveRegularisation(from: &reader)
        case passiveAggressive: return try PassiveAggressive(from: &reader)
        case network: return try NetworkLearner(from: &reader)
        case sparseFamily: return try SparseModel(from: &reader)
        case factorisation: return try FactorisationMachine(from: &reader)
        case embedding: return try Embedding(from: &reader)
        case pool: return try PoolLearner(from: &reader)
        default: throw .invalid("there is no kind of learner number \(tag)")
        }
    }
}
