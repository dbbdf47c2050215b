// SPDX-License-Identifier: Apache-2.0
//
// Prequential evaluation: every row that has its label or needs none, for training or set aside, is
// counted once, with the prediction that was made before it was learned, in the order of the rows.
// Weights do not count here: a row is a row. A row that is only scored is not counted, whatever its
// label.

package import Primitives

/// The measures of one learner's stream, with their baselines.
package struct Evaluation: Sendable {
    /// How predictions are judged.
    package private(set) var yardstick: Yardstick
    /// What is predicted.
    package var task: Task { yardstick.task }
    private var classes: ClassMeasures
    private var numbers: NumberMeasures
    private var losses: LossMeasures

    /// Makes measures of nothing; the recent ones look back `window` rows.
    package init(_ yardstick: Yardstick, window: Int = 1000) {
        precondition(window > 0, "a window holds one row or more")
        self.yardstick = yardstick
        let task = yardstick.task
        // The measures of the other task stay empty, and their windows as small as can be.
        classes = ClassMeasures(window: task == .classes ? window : 1)
        numbers = NumberMeasures(window: task == .regression ? window : 1)
        losses = LossMeasures(window: task == .unlabelled ? window : 1)
    }

    /// Makes measures of nothing for the usual yardstick of a task.
    package init(task: Task, window: Int = 1000) {
        self.init(Yardstick(task), window: window)
    }

    /// Judges from now on in another way of the same task; what was counted stays.
    package mutating func judge(by yardstick: Yardstick) {
        precondition(yardstick.task == task, "measures keep their task")
        self.yardstick = yardstick
    }

    /// Fills the losses and errors of a predicted block, and counts the rows that have a loss.
    ///
    /// Where the block has room for them, the baselines say what they have to say of other rows.
    package mutating func record(_ block: inout Block) {
        block.prepareLosses()
        switch task {
        case .classes:
            block.judgeClasses()
            classes.record(&block)
        case .regression:
            var losses = Block.take(&block.losses)
            var opinions = Block.take(&block.baselines)
            recordNumbers(block, &losses, &opinions)
            block.losses = losses
            block.baselines = opinions
            for row in block.errors.indices { block.errors[row] = 0 }
        case .unlabelled:
            precondition(block.outputs == 2, "without labels there are two losses a row")
            block.takeLosses()
            losses.record(block)
        }
    }

    private mutating func recordNumbers(
        _ block: borrowing Block,
        _ losses: inout [Float],
        _ opinions: inout [BaselineOpinion]
    ) {
        precondition(block.outputs == 1, "a regression block has one prediction a row")
        let hasIntervals = block.hasIntervals
        let predictions = block.predictions.span
        let targets = block.targets.span
        let uses = block.uses.span
        for row in 0..<block.rows {
            guard targets[row].isFinite, uses[row] != .scored else {
                losses[row] = .nan
                if !opinions.isEmpty { opinions[row] = numbers.opinion }
                continue
            }
            let isPast = !opinions.isEmpty && opinions[row].isPast
            losses[row] = numbers.record(
                prediction: predictions[row],
                target: targets[row],
                yardstick: yardstick,
                baselines: isPast ? opinions[row] : numbers.opinion
            )
            guard hasIntervals else { continue }
            numbers.record(low: block.lows[row], high: block.highs[row], target: targets[row])
        }
    }

    /// How many rows were counted.
    package var count: UInt64 {
        switch task {
        case .classes: classes.count
        case .regression: numbers.count
        case .unlabelled: losses.count
        }
    }
    /// The mean loss over the window, as it is judged; NaN when there is none.
    package var lossRecent: Double {
        switch task {
        case .classes: classes.recentLoss
        case .regression: numbers.recentLoss
        case .unlabelled: losses.recentLoss
        }
    }
    /// The mean loss since the start; NaN when there is none.
    package var loss: Double {
        switch task {
        case .classes: classes.loss
        case .regression: numbers.loss
        case .unlabelled: losses.loss
        }
    }
    /// The share of right predictions since the start; NaN where there are no classes.
    package var accuracy: Double { task == .classes ? classes.accuracy : .nan }
    /// The share of right predictions over the window; NaN where there are no classes.
    package var accuracyRecent: Double { task == .classes ? classes.recentAccuracy : .nan }

    /// All measures, as in manifests and status.
    package var json: JSONValue {
        switch task {
        case .classes: classes.json
        case .regression: numbers.json(yardstick: yardstick)
        case .unlabelled: losses.json
        }
    }
}

extension Evaluation: ByteCodable {
    /// Appends the yardstick and its measures.
    package func encode(into writer: inout ByteWriter) {
        yardstick.encode(into: &writer)
        classes.encode(into: &writer)
        numbers.encode(into: &writer)
        losses.encode(into: &writer)
    }

    /// Reads measures.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        yardstick = try Yardstick(from: &reader)
        classes = try ClassMeasures(from: &reader)
        numbers = try NumberMeasures(from: &reader)
        losses = try LossMeasures(from: &reader)
    }
}
