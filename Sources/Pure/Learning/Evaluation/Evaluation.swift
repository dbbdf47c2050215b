// SPDX-License-Identifier: Apache-2.0
//
// Prequential evaluation: every labelled row, for training or set aside, is counted once, with the
// prediction that was made before it was learned, in the order of the rows. Weights do not count
// here: a row is a row. A row that is only scored is not counted, whatever its label.

package import Primitives

/// The measures of one learner's stream, with their baselines.
package struct Evaluation: Sendable {
    /// What is predicted.
    package let task: Task
    private var classes: ClassMeasures
    private var numbers: NumberMeasures

    /// Makes measures of nothing; the recent ones look back `window` rows.
    package init(task: Task, window: Int = 1000) {
        precondition(window > 0, "a window holds one row or more")
        self.task = task
        // The measures of the other task stay empty, and their windows as small as can be.
        classes = ClassMeasures(window: task == .classes ? window : 1)
        numbers = NumberMeasures(window: task == .regression ? window : 1)
    }

    /// Fills the losses and errors of a predicted block, and counts its labelled rows.
    package mutating func record(_ block: inout Block) {
        block.prepareLosses()
        switch task {
        case .classes:
            block.judgeClasses()
            classes.record(block)
        case .regression:
            var losses = Block.take(&block.losses)
            recordNumbers(block, &losses)
            block.losses = losses
            for row in block.errors.indices { block.errors[row] = 0 }
        }
    }

    private mutating func recordNumbers(_ block: borrowing Block, _ losses: inout [Float]) {
        precondition(block.outputs == 1, "a regression block has one prediction a row")
        let predictions = block.predictions.span
        let targets = block.targets.span
        let uses = block.uses.span
        for row in 0..<block.rows {
            guard targets[row].isFinite, uses[row] != .scored else {
                losses[row] = .nan
                continue
            }
            losses[row] = numbers.record(prediction: predictions[row], target: targets[row])
        }
    }

    /// How many labelled rows were counted.
    package var count: UInt64 { task == .classes ? classes.count : numbers.count }
    /// The mean loss over the window: log loss or squared error; NaN when there is none.
    package var lossRecent: Double {
        task == .classes ? classes.recentLoss : numbers.recentLoss
    }
    /// The mean loss since the start; NaN when there is none.
    package var loss: Double { task == .classes ? classes.loss : numbers.loss }
    /// The share of right predictions since the start; NaN for regression.
    package var accuracy: Double { task == .classes ? classes.accuracy : .nan }
    /// The share of right predictions over the window; NaN for regression.
    package var accuracyRecent: Double { task == .classes ? classes.recentAccuracy : .nan }

    /// All measures, as in manifests and status.
    package var json: JSONValue { task == .classes ? classes.json : numbers.json }
}

extension Evaluation: ByteCodable {
    /// Appends the task and its measures.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.rawValue)
        classes.encode(into: &writer)
        numbers.encode(into: &writer)
    }

    /// Reads measures.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let task = Task(rawValue: try reader.read()) else {
            throw .invalid("the task of an evaluation is unknown")
        }
        self.task = task
        classes = try ClassMeasures(from: &reader)
        numbers = try NumberMeasures(from: &reader)
    }
}
