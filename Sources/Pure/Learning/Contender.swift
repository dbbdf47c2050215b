// SPDX-License-Identifier: Apache-2.0
//
// Champion and challengers are the same thing: a standardiser and a learner that have seen the same
// samples. A contender is a value; a copy is a snapshot, and evolves alone.

package import Primitives

/// A model with its own scaling: the champion, or one that wants to be.
package struct Contender: Sendable {
    /// What brings the columns to one scale.
    package var standardiser: Standardiser
    /// What predicts and learns.
    package var learner: any Learner
    /// How many samples it has been trained on.
    package var trained: UInt64
    /// What it does against forgetting.
    package private(set) var retention: Retention

    /// Makes a contender.
    package init(
        standardiser: Standardiser,
        learner: any Learner,
        trained: UInt64 = 0,
        retention: Retention = Retention()
    ) {
        self.standardiser = standardiser
        self.learner = learner
        self.trained = trained
        self.retention = retention
        self.retention.grow(width: learner.width, outputs: learner.outputs)
    }

    /// Whether every weight is a number.
    package var isFinite: Bool { learner.isFinite }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(width: Int, outputs: Int) {
        standardiser.grow(width: width)
        learner.grow(width: width, outputs: outputs)
        retention.grow(width: learner.width, outputs: learner.outputs)
    }

    /// Takes other rates and strengths, if they are for the model and optimiser that it has.
    package mutating func configure(_ settings: LearnerSettings) {
        guard learner.settings.isForSameLearner(as: settings) else { return }
        learner.configure(settings)
    }

    /// Takes other strengths of what is done against forgetting.
    package mutating func configure(_ settings: RetentionSettings) {
        let wasActive = retention.settings
        retention.configure(settings)
        if settings.anchor == 0, wasActive.anchor > 0 { learner.anchor(strength: 0) }
        if settings.ewc == 0, wasActive.ewc > 0 { forgetImportance() }
    }

    /// Predicts each row of the block, then learns it.
    package mutating func testThenTrain(_ block: inout Block) {
        guard retention.settings.isActive else {
            standardiser.standardise(&block)
            learner.testThenTrain(&block)
            return
        }
        var row = 0
        while row < block.rows {
            let count = retention.stepRows(from: row, of: block, mode: learner.settings.mode)
            retention.learn(row..<row + count, of: &block, &standardiser, &learner)
            row += count
            if retention.isDue { retention.renew(standardiser, &learner) }
        }
    }

    /// Makes what the contender is now what it holds on to, as when it becomes champion.
    package mutating func renewRetention() {
        if retention.settings.pulls { retention.renew(standardiser, &learner) }
    }

    /// Fills the replay buffer with rows, which the contender scores.
    package mutating func refillBuffer(from rows: Block) {
        retention.refill(from: rows, standardiser, learner)
    }

    private mutating func forgetImportance() {
        guard var remembering = learner as? any RemembersImportance else { return }
        remembering.importance = Importance()
        learner = remembering
    }

    /// Predicts each row of the block and changes nothing.
    package func predict(_ block: inout Block) {
        standardiser.apply(&block)
        learner.predict(&block)
    }
}

extension Contender: ByteCodable {
    /// Appends scaling, learner and count.
    package func encode(into writer: inout ByteWriter) {
        standardiser.encode(into: &writer)
        learner.encode(into: &writer)
        writer.write(trained)
        retention.encode(into: &writer)
    }

    /// Reads scaling, learner and count.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        standardiser = try Standardiser(from: &reader)
        learner = try LearnerCoding.decode(from: &reader)
        trained = try reader.read()
        retention = try Retention(from: &reader)
        guard standardiser.width == learner.width else {
            throw .invalid("a model and its scaling differ in width")
        }
    }
}
