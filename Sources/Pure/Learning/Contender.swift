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

    /// Makes a contender.
    package init(preparation: Preparation, learner: any Learner, trained: UInt64 = 0) {
        self.preparation = preparation
        self.learner = learner
        self.trained = trained
    }

    /// Whether every weight is a number.
    package var isFinite: Bool { learner.isFinite }

    /// Makes room for columns and classes that have appeared.
    package mutating func grow(width: Int, outputs: Int) {
        preparation.grow(width: width)
        learner.grow(width: preparation.featureWidth, outputs: outputs)
    }

    /// Takes other rates and strengths, if they are for the model and optimiser that it has.
    package mutating func configure(_ settings: LearnerSettings) {
        guard learner.settings.isForSameLearner(as: settings) else { return }
        learner.configure(settings)
    }

    /// Predicts each row of the block, then learns it.
    package mutating func testThenTrain(_ block: inout Block) {
        preparation.follow(&block)
        learner.testThenTrain(&block)
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
    }

    /// Reads preparation, learner and count.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        preparation = try Preparation(from: &reader)
        learner = try LearnerCoding.decode(from: &reader)
        trained = try reader.read()
        guard preparation.featureWidth == learner.width else {
            throw .invalid("a model and its preparation differ in width")
        }
    }
}
