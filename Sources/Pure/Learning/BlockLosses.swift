// SPDX-License-Identifier: Apache-2.0
//
// What the gate and a race need of a block besides its predictions.

import Kernels

extension Block {
    /// Takes the rows of another block, but none of its predictions, so that a second model can be
    /// tested on the same rows.
    package mutating func copyRows(of other: Block) {
        reset(width: other.width, outputs: other.outputs)
        rows = other.rows
        raw.append(contentsOf: other.raw)
        texts.append(contentsOf: other.texts)
        textEnds.append(contentsOf: other.textEnds)
        targets.append(contentsOf: other.targets)
        classes.append(contentsOf: other.classes)
        weights.append(contentsOf: other.weights)
        contexts.append(contentsOf: other.contexts)
        uses.append(contentsOf: other.uses)
    }

    /// Whether the most probable class of the row is another than its label; the first of equals
    /// is predicted.
    package func isError(row: Int, outputs: Int) -> Bool {
        let start = row * outputs
        var best = start
        for place in start + 1..<max(start + outputs, start + 1)
        where predictions[place] > predictions[best] {
            best = place
        }
        return best - start != Int(classes[row])
    }

    /// Fills losses and errors by the usual yardstick of the task.
    package mutating func computeLosses(task: Task) { computeLosses(Yardstick(task)) }

    /// Fills losses and errors of all rows that can be tested, as ``Evaluation`` does, but counts
    /// nothing.
    package mutating func computeLosses(_ yardstick: Yardstick) {
        prepareLosses()
        switch yardstick {
        case .classes: judgeClasses()
        case .squared, .quantile, .expectile:
            for row in 0..<rows {
                errors[row] = 0
                guard targets[row].isFinite, uses[row] != .scored else {
                    losses[row] = .nan
                    continue
                }
                let error = Double(predictions[row]) - Double(targets[row])
                let most = Double(Float.greatestFiniteMagnitude)
                losses[row] = Float(min(yardstick.loss(error: error), most))
            }
        case .own: takeLosses()
        }
    }

    /// Takes the losses that a learner without labels has predicted; there are no errors.
    ///
    /// - Precondition: There is room for them.
    mutating func takeLosses() {
        for row in 0..<rows {
            errors[row] = 0
            losses[row] = uses[row] == .scored ? .nan : predictions[row * outputs]
        }
    }

    /// Fills the log losses and the errors.
    ///
    /// - Precondition: There is room for them.
    mutating func judgeClasses() {
        var losses = Block.take(&self.losses)
        var errors = Block.take(&self.errors)
        judgeClasses(&losses, &errors)
        self.losses = losses
        self.errors = errors
    }

    private borrowing func judgeClasses(_ losses: inout [Float], _ errors: inout [UInt8]) {
        var lossSpan = losses.mutableSpan
        var errorSpan = errors.mutableSpan
        Losses.classes(
            predictions: predictions.span,
            outputs: outputs,
            labels: classes.span,
            uses: uses.span,
            skipped: RowUse.scored,
            smallest: ClassMeasures.smallestProbability,
            losses: &lossSpan,
            errors: &errorSpan
        )
    }
}
