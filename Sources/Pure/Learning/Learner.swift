// SPDX-License-Identifier: Apache-2.0
//
// The role of everything that learns: a value that predicts rows and changes by them. A copy is a
// checkpoint, a challenger or a rollback; it evolves alone. One dynamic call for each block, none
// for a row.

package import Primitives

/// A model that learns from each row once, after it has predicted it.
package protocol Learner: Sendable {
    /// How it learns.
    var settings: LearnerSettings { get }
    /// The number of features in a row.
    var width: Int { get }
    /// The number of predictions for a row: the class count, 1 for regression, 2 without labels.
    var outputs: Int { get }
    /// What an artifact holds.
    var parameters: LearnerParameters { get }
    /// What else is to be known about its state, by name, as it stands beside the measures.
    var figures: [JSONValue.Member] { get }
    /// Whether every number of the state is finite.
    var isFinite: Bool { get }

    /// Predicts each row, then learns it when it is for training, has its label (if the task has
    /// any), and has a positive weight; fills the predictions.
    mutating func testThenTrain(_ block: inout Block)
    /// Learns all rows of the block in one step along the weighted mean of their gradients,
    /// whatever the mode; the predictions are of no account.
    ///
    /// A learner without such a step learns the rows one after the other.
    mutating func stepTogether(_ block: inout Block)
    /// Fills the block's scores: what becomes the predictions, one for each output.
    ///
    /// A learner whose
    /// predictions do not come from scores has no opinion: NaN.
    func score(_ block: inout Block)
    /// Predicts without changing anything.
    func predict(_ block: inout Block)
    /// Widens to the given shape, never shrinks; new columns and classes start at zero.
    mutating func grow(width: Int, outputs: Int)
    /// Pulls learning towards the parameters as they are now; ``Anchor/none`` removes the pull.
    mutating func anchor(_ anchor: Anchor)
    /// Puts the optimiser's state to its start, and keeps the parameters.
    mutating func restartMoments()
    /// Takes other rates and strengths for the same model and optimiser; the parameters stay.
    mutating func configure(_ settings: LearnerSettings)
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    func encode(into writer: inout ByteWriter)

    /// What happened in the last block to the parts that contexts own.
    var contextNews: [ContextNews] { get }
    /// The parts that contexts own, the shared one first; none in a learner that has one model.
    var expertStatus: [ExpertStatus] { get }
    /// Begins or ends a time of repeating old rows, in which no context gets or loses a part.
    mutating func rehearse(_ isRehearsing: Bool)
    /// Takes over from the champion what too few rows of a refit could teach anew.
    ///
    /// - Parameters:
    ///   - champion: The learner that is to be refitted.
    ///   - rows: How many rows there are of each context.
    mutating func inherit(from champion: any Learner, rows: [Int])
    /// Takes all layers but the last from another learner of the same shape, if it has layers.
    mutating func takeLayers(of other: any Learner)
    /// Predicts and learns as ``testThenTrain(_:)`` does, but leaves all layers but the last alone.
    mutating func learnLastLayer(_ block: inout Block)
}

extension Learner {
    /// Nothing: all contexts share one model.
    package var contextNews: [ContextNews] { [] }
    /// None: all contexts share one model.
    package var expertStatus: [ExpertStatus] { [] }
    /// Changes nothing: all contexts share one model.
    package mutating func rehearse(_ isRehearsing: Bool) {}
    /// Changes nothing: all contexts share one model.
    package mutating func inherit(from champion: any Learner, rows: [Int]) {}
    /// Changes nothing: there are no layers.
    package mutating func takeLayers(of other: any Learner) {}
    /// Learns: the only layer is the last.
    package mutating func learnLastLayer(_ block: inout Block) { testThenTrain(&block) }
}

extension Learner {
    /// Nothing else.
    package var figures: [JSONValue.Member] { [] }

    /// Plain steps, one row after the other.
    package mutating func stepTogether(_ block: inout Block) { testThenTrain(&block) }

    /// No opinion.
    package func score(_ block: inout Block) {
        block.prepareScores(width: width, outputs: outputs)
        for place in block.scores.indices { block.scores[place] = .nan }
    }
}
