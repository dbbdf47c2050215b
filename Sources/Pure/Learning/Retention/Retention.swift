// SPDX-License-Identifier: Apache-2.0
//
// What a contender does against forgetting, and what it needs for that. It is part of the
// contender, which is a value: a challenger's buffer goes its own way from the moment it is copied.
//
// With replay, each new row is one step (in mean-gradient mode: each micro-batch), along the mean
// gradient of the new row and `draws` rows of the buffer:
//
//   1. the new row moves the scaling, is scaled, and predicted
//   2. draw the rows; they are scaled as things stand, and do not move the scaling
//   3. DER++: draw as many again, of which the scores count (alpha), and again, of which the labels
//      count (beta), beside the mean: L = mean(new + drawn) + alpha |z - z'|² + beta mean(drawn'')
//   4. one step
//   5. the new row goes to the buffer, with the scores of 1
//
// In sequential mode all of this happens row by row, so that batches do not matter. Rows that are
// set aside or only scored are predicted, and neither drawn for nor kept: no row of the holdout is
// ever in the buffer. A learner without steps along a mean takes plain steps, one for the new row
// and one for each drawn one.

package import Primitives

/// The state of a contender that holds on to what it knows.
package struct Retention: Sendable {
    /// What is done.
    package internal(set) var settings: RetentionSettings
    /// The rows that are learned again.
    package internal(set) var buffer: ReplayBuffer
    /// The newest rows, while it must be known which parameters matter.
    var recent: RecentRows
    /// What the contender was when it was last renewed, while that teaches it.
    var teacher: Teacher?
    /// The rows learned since then.
    var sinceRenewal = 0
    var random: RandomSource
    /// Room for a step's rows, for those drawn, and for those that the teacher sees.
    var step = Block()
    var drawn = Block()
    var seen = Block()

    /// Makes a retention that has nothing to hold on to yet.
    ///
    /// - Precondition: `settings` has no complaint.
    package init(settings: RetentionSettings = .init(), seed: UInt64 = 1) {
        precondition(settings.complaint == nil, "retention settings are checked before use")
        self.settings = settings
        buffer = ReplayBuffer(settings)
        recent = RecentRows(capacity: settings.ewcRows)
        random = RandomSource(seed: seed)
    }

    /// What an operator sees of the buffer; nothing, when no rows are replayed.
    package var figures: JSONValue {
        guard settings.replay != .none else { return .null }
        return [
            "kind": .string(settings.replay.name),
            "rows": .int(Int64(buffer.count)),
            "bytes": .int(Int64(buffer.bytes)),
        ]
    }

    /// Makes room for columns and classes that have appeared.
    mutating func grow(width: Int, outputs: Int) {
        guard settings.isActive else { return }
        buffer.grow(width: width, outputs: outputs, random: &random)
        recent.grow(width: width)
        teacher?.grow(width: width)
    }

    /// Takes other strengths.
    ///
    /// - Precondition: the buffers keep their kind and size.
    mutating func configure(_ settings: RetentionSettings) {
        precondition(self.settings.isForSameBuffers(as: settings), "buffers are kept for life")
        self.settings = settings
        if settings.distil == 0 { teacher = nil }
    }
}

/// A frozen contender: it predicts, and does not learn.
struct Teacher: Sendable {
    var preparation: Preparation
    var learner: any Learner

    mutating func grow(width: Int) {
        preparation.grow(width: width)
        learner.grow(width: preparation.featureWidth, outputs: learner.outputs)
    }
}

extension Retention: ByteCodable {
    /// Appends settings, buffers, teacher and the state of the draws.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        guard settings.isActive else { return }
        random.encode(into: &writer)
        writer.write(UInt64(sinceRenewal))
        buffer.encode(into: &writer)
        recent.encode(into: &writer)
        writer.write(teacher != nil)
        if let teacher {
            teacher.preparation.encode(into: &writer)
            teacher.learner.encode(into: &writer)
        }
    }

    /// Reads settings, buffers, teacher and the state of the draws.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        self.init(settings: try RetentionSettings(from: &reader))
        guard settings.isActive else { return }
        random = try RandomSource(from: &reader)
        let since = try reader.read(UInt64.self)
        guard since < 1 << 62 else { throw .invalid("\(since) rows since a renewal") }
        sinceRenewal = Int(since)
        buffer = try ReplayBuffer(settings, from: &reader)
        recent = try RecentRows(capacity: settings.ewcRows, from: &reader)
        guard try reader.readFlag() else { return }
        let preparation = try Preparation(from: &reader)
        let learner = try LearnerCoding.decode(from: &reader)
        guard preparation.featureWidth == learner.width else {
            throw .invalid("a teacher and its preparation differ in width")
        }
        teacher = Teacher(preparation: preparation, learner: learner)
    }
}
