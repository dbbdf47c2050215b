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

    /// Reads the learner that ``Learner/encode(into:)`` wrote.
    package static func decode(from reader: inout ByteReader) throws(DecodeError) -> any Learner {
        switch try reader.read(UInt8.self) {
        case linearFamily: return try LinearModel(from: &reader)
        case leastSquares: return try RecursiveLeastSquares(from: &reader)
        case adaptiveRegularisation: return try AdaptiveRegularisation(from: &reader)
        case passiveAggressive: return try PassiveAggressive(from: &reader)
        case network: return try NetworkLearner(from: &reader)
        case let tag: throw .invalid("there is no kind of learner number \(tag)")
        }
    }
}
