// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way through a learner: dense columns of numbers, one row after the other, that are
// reused from micro-batch to micro-batch. A row costs no object and no allocation of its own.
//
//   raw          -> Preparation  -> features
//   features     -> Learner      -> predictions (and outputs)
//   predictions  -> Evaluation   -> losses and errors
//
// Whoever fills a block appends to raw, targets, classes, weights, contexts and uses together;
// `append` does.

import Kernels

/// A reused block of rows of one learner.
package struct Block: Sendable {
    /// The number of rows.
    package var rows = 0
    /// The number of raw columns in a row.
    package var width = 0
    /// The number of features in a row: as many as raw columns until a preparation made more.
    package var featureWidth = 0
    /// The number of predictions for a row: the class count, 1 for regression, 2 without labels.
    package var outputs = 0
    /// The columns as they came, `rows * width`; NaN means missing.
    package var raw: [Float] = []
    /// The texts of all rows in UTF-8, one after the other; empty unless the learner reads texts.
    package var texts: [UInt8] = []
    /// Where the text of each row ends.
    package var textEnds: [Int] = []
    /// The input of the model, `rows * featureWidth`.
    package var features: [Float] = []
    /// Room for what lies between the two; its content is of no account.
    var spare: [Float] = []
    /// Room for the passes of a network; its content is of no account.
    var workspace = Workspace()
    /// Room for the slopes of a loss by the scores; its content is of no account.
    var slopes: [Float] = []
    /// Room for rows as wide as a network wants them; its content is of no account.
    var staged: [Float] = []
    /// The number to be predicted for each row; NaN where there is none.
    package var targets: [Float] = []
    /// The class of each row; -1 where there is none.
    ///
    /// A class that the learner does not have yet
    /// is not learned: grow the learner first.
    package var classes: [Int32] = []
    /// The weight of each row.
    package var weights: [Float] = []
    /// The number of each row's context in the learner's table; -1 where there is none.
    package var contexts: [Int32] = []
    /// What each row may be used for.
    package var uses: [RowUse] = []
    /// What a teacher says of each row; empty where there is none.
    package var teacher = TeacherColumn()
    /// What the gradients of a step along their mean are divided by; 0: the sum of the weights.
    ///
    /// Set where some rows count beside the mean instead of having a share of it.
    package var meanWeight: Double = 0
    /// What ``Learner/score(_:)`` fills: the scores before they become probabilities.
    package var scores: [Float] = []
    /// The predictions, `rows * outputs`: probabilities of the classes, or the number; for a
    /// learner without labels the loss, and the trivial one.
    package var predictions: [Float] = []
    /// The lower end of each row's prediction interval, NaN where a row has none; empty where no
    /// row has one.
    package var lows: [Float] = []
    /// The upper end of each row's prediction interval.
    package var highs: [Float] = []
    /// What the trivial baselines say of each row; empty where no row waits for its label.
    package var baselines: [BaselineOpinion] = []
    /// What is remembered of rows whose labels are late: ``Learner/memoWidth`` numbers a row.
    ///
    /// The learner writes those of rows that are only scored, and finds those of rows that come a
    /// second time; others begin with NaN. Empty unless such a row is in the block.
    package var memos: [Float] = []
    /// The loss of each row: log loss, squared error, or what a learner without labels said; NaN
    /// where there is no label, or nothing to say.
    package var losses: [Float] = []
    /// 1 for each row whose predicted class is not its label; 0 for all others, without label too.
    package var errors: [UInt8] = []

    /// Makes an empty block.
    package init() {}

    /// Empties the block for rows of `width` columns, and keeps its room.
    package mutating func reset(width: Int, outputs: Int) {
        rows = 0
        self.width = width
        featureWidth = width
        self.outputs = outputs
        raw.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        textEnds.removeAll(keepingCapacity: true)
        features.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
        weights.removeAll(keepingCapacity: true)
        contexts.removeAll(keepingCapacity: true)
        uses.removeAll(keepingCapacity: true)
        teacher.reset(outputs: 0)
        meanWeight = 0
        scores.removeAll(keepingCapacity: true)
        predictions.removeAll(keepingCapacity: true)
        lows.removeAll(keepingCapacity: true)
        highs.removeAll(keepingCapacity: true)
        baselines.removeAll(keepingCapacity: true)
        memos.removeAll(keepingCapacity: true)
        losses.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
    }

    /// Appends one row.
    ///
    /// - Precondition: `raw` holds `width` numbers.
    package mutating func append(
        raw row: Span<Float>,
        target: Float = .nan,
        class label: Int32 = -1,
        weight: Float = 1,
        context: Int32 = ContextTable.unknown,
        use: RowUse = .train
    ) {
        precondition(row.count == width, "a row must be as wide as its block")
        for index in 0..<row.count { raw.append(row[index]) }
        targets.append(target)
        classes.append(label)
        weights.append(weight)
        contexts.append(context)
        uses.append(use)
        rows += 1
    }

    /// Appends one row that is a text.
    ///
    /// - Precondition: The block has no columns.
    package mutating func append(text: String, weight: Float = 1, use: RowUse = .train) {
        texts.append(contentsOf: text.utf8)
        textEnds.append(texts.count)
        let none: [Float] = []
        append(raw: none.span, weight: weight, use: use)
    }

    /// Where the text of a row lies.
    func textRange(_ row: Int) -> Range<Int> {
        (row == 0 ? 0 : textEnds[row - 1])..<textEnds[row]
    }

    /// What the learner remembers of a row that waits.
    package func memo(of row: Int, width: Int) -> [Float] {
        memos.isEmpty ? [] : Array(memos[row * width..<(row + 1) * width])
    }

    /// Makes room for a feature for each column of every row.
    mutating func prepareFeatures() {
        precondition(raw.count == rows * width, "a block's raw columns must fill its rows")
        featureWidth = width
        Copying.resize(&features, to: rows * width)
    }

    /// Writes each column as it is to the features, NaN where it is missing.
    mutating func copyFeatures() {
        prepareFeatures()
        features.replaceSubrange(0..<features.count, with: raw)
    }

    /// Writes each column as it is, or 0 where it is missing, to the features.
    mutating func fillFeatures() {
        prepareFeatures()
        var column = Block.take(&features)
        fill(&column)
        features = column
    }

    /// Writes each column as it is, or 0 where it is missing, to the spare room.
    mutating func fillSpare() {
        Copying.resize(&spare, to: raw.count)
        var column = Block.take(&spare)
        fill(&column)
        spare = column
    }

    private borrowing func fill(_ column: inout [Float]) {
        var filled = column.mutableSpan
        Preparing.fill(raw.span, to: &filled)
    }

    /// Makes room for the predictions of a learner of the given shape.
    mutating func preparePredictions(width: Int, outputs: Int) {
        checkColumns(width: width)
        self.outputs = outputs
        Copying.resize(&predictions, to: rows * outputs)
    }

    /// Makes room for the scores of a learner of the given shape.
    mutating func prepareScores(width: Int, outputs: Int) {
        checkColumns(width: width)
        self.outputs = outputs
        Copying.resize(&scores, to: rows * outputs)
    }

    private func checkColumns(width: Int) {
        precondition(featureWidth == width, "a block must be as wide as its learner")
        precondition(
            features.count == rows * width && targets.count == rows && classes.count == rows
                && weights.count == rows && contexts.count == rows && uses.count == rows,
            "a block's columns must fill its rows, and its features must be prepared"
        )
    }

    /// Whether rows have prediction intervals.
    package var hasIntervals: Bool { !lows.isEmpty }

    /// The ends of a row's prediction interval; NaN where it has none, or an endless one.
    package func interval(of row: Int) -> (low: Float, high: Float) {
        guard hasIntervals, lows[row].isFinite, highs[row].isFinite else { return (.nan, .nan) }
        return (lows[row], highs[row])
    }

    /// Makes room for what the trivial baselines say of every row.
    package mutating func prepareBaselines() {
        baselines.removeAll(keepingCapacity: true)
        baselines.append(contentsOf: repeatElement(BaselineOpinion(), count: rows))
    }

    /// Makes room for the loss and the error of every row.
    mutating func prepareLosses() {
        precondition(
            predictions.count == rows * outputs && targets.count == rows && classes.count == rows
                && uses.count == rows && (lows.isEmpty || lows.count == rows)
                && highs.count == lows.count && (baselines.isEmpty || baselines.count == rows),
            "a block must be predicted before it is evaluated"
        )
        Copying.resize(&losses, to: rows)
        Copying.resize(&errors, to: rows)
    }

    /// Takes a column on loan, so that it can be changed in place beside the others.
    static func take<Number>(_ column: inout [Number]) -> [Number] {
        var taken: [Number] = []
        swap(&taken, &column)
        return taken
    }
}
