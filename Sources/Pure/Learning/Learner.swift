// SPDX-License-Identifier: Apache-2.0
//
// The role of everything that learns: a value that predicts rows and changes by them. A copy is a
// checkpoint, a challenger or a rollback; it evolves alone. One dynamic call for each block, none
// for a row.

package import Experts
package import Networks
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
    /// What an artifact calls the model.
    var kind: String { get }
    /// What else is to be known about its state, by name, as it stands beside the measures.
    var figures: [JSONValue.Member] { get }
    /// Whether every number of the state is finite.
    var isFinite: Bool { get }
    /// How many numbers are to be remembered of a row until its late label comes, because they will
    /// not be known any more then.
    var memoWidth: Int { get }

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

    /// Whether parts of it are made anew from what it remembers, and whether it is time.
    var refitState: RefitState { get }
    /// Parts that are to be made anew; nil when there are none.
    ///
    /// - Parameters:
    ///   - rows: Only so many of the newest rows are of use.
    ///   - seed: What decides all that is drawn.
    /// - Returns: The work.
    mutating func makeRefit(rows: Int, seed: UInt64) -> PoolRefit?
    /// Takes parts that were made anew, unless they are worse.
    mutating func adopt(_ refit: PoolRefit) -> [RefitFinding]

    /// What predicts one of all classes that ever were, not what comes next; nil where there is no
    /// such view.
    var classView: ClassViewModel? { get }
    /// Whether it takes less time for a row when there is little.
    var followsLoad: Bool { get }
    /// Takes more or less time for a row, as the load allows.
    ///
    /// - Returns: What changed, if anything did.
    mutating func follow(_ load: Load) -> LoadChange?

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

    /// Whether its parameters can be moved towards where they started.
    var canShrink: Bool { get }
    /// Moves every parameter towards the start of its tensor, and disturbs it; what is frozen
    /// stays. The optimiser's state is of no use afterwards, see ``restartMoments()``.
    ///
    /// - Parameters:
    ///   - share: What is left of the distance from the start.
    ///   - noise: The spread of the noise, in spreads of the tensor's start.
    ///   - random: What the noise is drawn from; nothing is drawn where there is none.
    mutating func shrink(to share: Float, noise: Float, random: inout RandomSource)
    /// Whether a mean of its parameters at several moments is a model of its own.
    var averages: Bool { get }
    /// Moves every parameter a share of the way to those of another learner of the same shape; with
    /// a share of 1 they are the other's, exactly.
    mutating func approach(_ other: any Learner, share: Float)

    /// How much it can still learn, measured on the newest of prepared rows; nil where that has no
    /// meaning.
    func plasticity(of block: inout Block, rows: Int) -> Plasticity?

    /// About how many multiplications a row takes to be learned.
    var rowWork: Int { get }
    /// How many rows of a block make one step.
    var rowsTogether: Int { get }
}

extension Learner {
    /// No.
    package var canShrink: Bool { false }
    /// Changes nothing.
    package mutating func shrink(to share: Float, noise: Float, random: inout RandomSource) {}
    /// No.
    package var averages: Bool { false }
    /// Changes nothing.
    package mutating func approach(_ other: any Learner, share: Float) {}
    /// Nothing: there are no layers.
    package func plasticity(of block: inout Block, rows: Int) -> Plasticity? { nil }
    /// One for each feature and output.
    package var rowWork: Int { (width + 1) * max(1, outputs) }
    /// One, or in mean-gradient mode all.
    package var rowsTogether: Int { settings.mode == .meanGradient ? .max : 1 }
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

/// Whether parts of a learner are made anew from what it remembers.
package enum RefitState: Sendable {
    /// None are.
    case none
    /// They are, but not yet.
    case rests
    /// They are, and it is time.
    case due
}

extension Learner {
    /// None: there is one view.
    package var classView: ClassViewModel? { nil }
    /// No.
    package var followsLoad: Bool { false }
    /// Changes nothing: a row takes what it takes.
    package mutating func follow(_ load: Load) -> LoadChange? { nil }
}

extension Learner {
    /// None.
    package var refitState: RefitState { .none }
    /// Nothing.
    package mutating func makeRefit(rows: Int, seed: UInt64) -> PoolRefit? { nil }
    /// Changes nothing.
    package mutating func adopt(_ refit: PoolRefit) -> [RefitFinding] { [] }
}

extension Learner {
    /// As the parameters have it.
    package var kind: String { parameters.kind }
    /// Nothing else.
    package var figures: [JSONValue.Member] { [] }
    /// Nothing: the row is enough.
    package var memoWidth: Int { 0 }

    /// Plain steps, one row after the other.
    package mutating func stepTogether(_ block: inout Block) { testThenTrain(&block) }

    /// No opinion.
    package func score(_ block: inout Block) {
        block.prepareScores(width: width, outputs: outputs)
        for place in block.scores.indices { block.scores[place] = .nan }
    }
}
