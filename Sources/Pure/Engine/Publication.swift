// SPDX-License-Identifier: Apache-2.0
//
// When a routine version is due: after a time or a number of samples, if the model has moved. A
// model has moved when its weights or its recent loss changed by the stated share since the last
// version.

import Learning
import Primitives
import Versions

/// What the engine remembers of the last version.
struct Publication: Sendable {
    /// The last number given.
    var last: UInt64 = 0
    /// The version that the champion was learned from.
    var parent: UInt64?
    /// The last routine question was asked then.
    var askedAt = Instant.start
    /// The labelled samples at that question.
    var askedAtSample: UInt64 = 0
    /// Whether the next version has the reason `resumed`.
    var isResumed = false
    /// Whether a version could not be stored, so that the next is made regardless of movement.
    var isOwed = false
    /// The last version, until the shell has said whether it is stored.
    ///
    /// Routine versions wait for that, so that a slow disk is not given more than it can take.
    var awaited: UInt64?
    private var weights: [Float] = []
    private var loss = 0.0

    init() {}

    /// Remembers what was published.
    mutating func didPublish(_ parameters: LearnerParameters, loss: Double) {
        weights = parameters.numbers
        self.loss = loss
        isResumed = false
        isOwed = false
    }

    /// Takes the news of a version.
    mutating func wasStored(_ version: UInt64, isDurable: Bool) {
        if awaited == version { awaited = nil }
        if !isDurable { isOwed = true }
    }

    /// Whether weights or loss have moved by the share.
    func hasMoved(_ parameters: LearnerParameters, loss: Double, by share: Double) -> Bool {
        let now = parameters.numbers
        guard now.count == weights.count else { return true }
        var distance = 0.0
        var length = 0.0
        for (new, old) in zip(now, weights) {
            distance += Double(new - old) * Double(new - old)
            length += Double(old) * Double(old)
        }
        if distance > share * share * length { return true }
        return (loss - self.loss).magnitude > share * self.loss.magnitude
    }
}

extension Publication: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(last)
        writer.write(parent != nil)
        writer.write(parent ?? 0)
        writer.write(askedAt)
        writer.write(askedAtSample)
        writer.write(isResumed)
        writer.write(isOwed)
        writer.write(awaited != nil)
        writer.write(awaited ?? 0)
        writer.write(weights)
        writer.write(loss)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        last = try reader.readCounter()
        let hasParent = try reader.readFlag()
        let number = try reader.readCounter()
        parent = hasParent ? number : nil
        askedAt = try reader.readMoment()
        askedAtSample = try reader.readCounter()
        isResumed = try reader.readFlag()
        isOwed = try reader.readFlag()
        let isAwaiting = try reader.readFlag()
        let awaitedNumber = try reader.readCounter()
        awaited = isAwaiting ? awaitedNumber : nil
        weights = try reader.readFloats()
        loss = try reader.readDouble()
    }
}
