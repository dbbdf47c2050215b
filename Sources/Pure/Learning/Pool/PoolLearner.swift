// SPDX-License-Identifier: Apache-2.0
//
// A pool of experts in the role of a learner. The pool scales for itself, in several ways at once,
// so rows come to it as they are, with NaN where a value is missing.

package import Experts
package import Primitives

/// A pool that learns the rows of blocks.
package struct PoolLearner: Learner {
    /// How it learns.
    package private(set) var settings: LearnerSettings
    /// The experts and their weights.
    package internal(set) var pool: Pool
    private var input = PoolInput()
    private var output = PoolOutput()

    /// Makes a pool that knows nothing.
    ///
    /// - Precondition: `settings.problem` is nil, and the settings have those of a pool.
    package init(_ settings: LearnerSettings, width: Int, outputs: Int) {
        precondition(settings.problem == nil, "settings must be checked before a learner is made")
        self.settings = settings
        let classes = settings.task == .classes ? max(1, outputs) : 0
        let shape = ExpertShape(width: width, classes: classes)
        pool = Pool(settings.pool ?? PoolSettings(), shape: shape)
    }

    init(settings: LearnerSettings, pool: Pool) {
        self.settings = settings
        self.pool = pool
    }

    /// The number of features in a row.
    package var width: Int { pool.shape.width }
    /// The number of predictions for a row: the class count, or 1 for a number.
    package var outputs: Int { pool.shape.outputs }
    /// Whether every number of the state is finite.
    package var isFinite: Bool { pool.isFinite }
    /// How many numbers are remembered of a row whose label is late.
    package var memoWidth: Int { pool.memoWidth }

    /// Predicts each row, then learns it when it is for training, has its label, and has a positive
    /// weight; rows that are set aside are remembered for the comparison of refits.
    package mutating func testThenTrain(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        lend(block)
        borrow(&block)
        pool.testThenTrain(input, &output)
        giveBack(&block)
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var copy = self
        copy.lend(block)
        copy.borrow(&block)
        pool.predict(copy.input, &copy.output)
        copy.giveBack(&block)
    }

    /// Whether it is time to make anew what is made so.
    package var refitState: RefitState {
        guard pool.isRefitted else { return .none }
        return pool.isRefitDue ? .due : .rests
    }

    /// The experts that are to be made anew; nil when there are none.
    package mutating func makeRefit(rows: Int, seed: UInt64) -> PoolRefit? {
        pool.makeRefit(rows: rows, seed: seed)
    }

    /// Takes experts that were made anew, unless they are worse.
    package mutating func adopt(_ refit: PoolRefit) -> [RefitFinding] { pool.adopt(refit) }

    /// What predicts one of all classes that ever were.
    package var classView: ClassViewModel? { pool.view?.model }

    /// Yes: experts rest when rows come too fast for all.
    package var followsLoad: Bool { true }

    /// Lets experts rest or come back.
    package mutating func follow(_ load: Load) -> LoadChange? { pool.follow(load) }

    private mutating func lend(_ block: Block) {
        input.columns = block.features
        input.labels = block.classes
        input.targets = block.targets
        input.weights = block.weights
        input.fates.removeAll(keepingCapacity: true)
        for use in block.uses {
            switch use {
            case .train: input.fates.append(.learned)
            case .holdout: input.fates.append(.heldOut)
            case .scored: input.fates.append(.predicted)
            }
        }
    }

    private mutating func borrow(_ block: inout Block) {
        swap(&output.predictions, &block.predictions)
        swap(&output.lows, &block.lows)
        swap(&output.highs, &block.highs)
        swap(&output.memos, &block.memos)
    }

    private mutating func giveBack(_ block: inout Block) {
        borrow(&block)
        // What was shared is the block's alone again, before it is changed.
        input.columns = []
        input.labels = []
        input.targets = []
        input.weights = []
    }

    /// Widens to the given shape, never shrinks; experts start anew where they must.
    package mutating func grow(width: Int, outputs: Int) {
        pool.grow(width: width, outputs: outputs)
    }

    /// Changes nothing: experts are not held.
    package mutating func anchor(_ anchor: Anchor) {}
    /// Changes nothing: what experts learn by is part of them.
    package mutating func restartMoments() {}

    /// Takes other settings; the experts stay.
    package mutating func configure(_ settings: LearnerSettings) {
        precondition(
            settings.isForSameLearner(as: self.settings),
            "a learner keeps its model for life"
        )
        self.settings = settings
        if let own = settings.pool { pool.configure(own) }
    }
}

extension PoolLearner {
    /// Appends the whole state, with a tag that ``LearnerCoding`` reads.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerCoding.pool)
        settings.encode(into: &writer)
        pool.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try LearnerSettings(from: &reader)
        let pool = try Pool(from: &reader)
        guard settings.model == .pool, pool.shape.isNumber == (settings.task == .regression),
            pool.settings.experts == settings.pool?.experts
        else { throw .invalid("a pool does not go with its settings") }
        self.init(settings: settings, pool: pool)
    }
}
