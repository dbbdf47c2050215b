// SPDX-License-Identifier: Apache-2.0
//
// Champion and challengers are the same thing: a preparation and a learner that have seen the same
// samples. A contender is a value; a copy is a snapshot, and evolves alone.

package import Primitives

/// A model with its own preparation: the champion, or one that wants to be.
package struct Contender: Sendable {
    /// What makes features of raw columns.
    package var preparation: Preparation
    /// What predicts and learns.
    package var learner: any Learner
    /// How many samples it has been trained on.
    package var trained: UInt64
    /// What it does against forgetting.
    package private(set) var retention: Retention

    /// Makes a contender.
    package init(
        preparation: Preparation,
        learner: any Learner,
        trained: UInt64 = 0,
        retention: Retention = Retention()
    ) {
        self.preparation = preparation
        self.learner = learner
        self.trained = trained
        self.retention = retention
        self.retention.grow(width: preparation.width, outputs: learner.outputs)
    }

    /// Whether every weight is a number.
    package var isFinite: Bool { learner.isFinite }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(width: Int, outputs: Int) {
        preparation.grow(width: width)
        learner.grow(width: preparation.featureWidth, outputs: outputs)
        retention.grow(width: preparation.width, outputs: learner.outputs)
    }

    /// Takes other rates and strengths, if they are for the model and optimiser that it has.
    package mutating func configure(_ settings: LearnerSettings) {
        guard learner.settings.isForSameLearner(as: settings) else { return }
        learner.configure(settings)
    }

    /// Takes other strengths of what is done against forgetting.
    ///
    /// Buffers of another kind or size begin anew, with `seed`, as when an old version comes back.
    package mutating func configure(_ settings: RetentionSettings, seed: UInt64) {
        let old = retention.settings
        guard old != settings else { return }
        if old.isForSameBuffers(as: settings) {
            retention.configure(settings)
        } else {
            retention = Retention(settings: settings, seed: seed)
        }
        retention.grow(width: preparation.width, outputs: learner.outputs)
        if !settings.isAnchored, old.isAnchored { learner.anchor(.none) }
        if settings.ewc == 0, old.ewc > 0 { forgetImportance() }
    }

    /// Predicts each row of the block, then learns it.
    package mutating func testThenTrain(_ block: inout Block) {
        guard retention.settings.isActive else {
            preparation.follow(&block)
            learner.testThenTrain(&block)
            return
        }
        var row = 0
        while row < block.rows {
            let count = retention.stepRows(from: row, of: block, mode: learner.settings.mode)
            retention.learn(row..<row + count, of: &block, &preparation, &learner)
            row += count
            if retention.isDue { retention.renew(preparation, &learner) }
        }
    }

    /// Makes what the contender is now what it holds on to, as when it becomes champion.
    package mutating func renewRetention() {
        if retention.settings.pulls { retention.renew(preparation, &learner) }
    }

    /// Fills the replay buffer with rows, which the contender scores.
    package mutating func refillBuffer(from rows: Block) {
        retention.refill(from: rows, preparation, learner)
    }

    private mutating func forgetImportance() {
        learner.setImportance(Importance())
    }

    /// Predicts each row of the block and changes nothing.
    package func predict(_ block: inout Block) {
        preparation.apply(&block)
        learner.predict(&block)
    }
}

extension Contender: ByteCodable {
    /// Appends preparation, learner and count.
    package func encode(into writer: inout ByteWriter) {
        preparation.encode(into: &writer)
        learner.encode(into: &writer)
        writer.write(trained)
        retention.encode(into: &writer)
    }

    /// Reads preparation, learner and count.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        preparation = try Preparation(from: &reader)
        learner = try LearnerCoding.decode(from: &reader)
        trained = try reader.read()
        retention = try Retention(from: &reader)
        guard preparation.featureWidth == learner.width else {
            throw .invalid("a model and its preparation differ in width")
        }
    }
}
