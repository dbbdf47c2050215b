// SPDX-License-Identifier: Apache-2.0
//
// From scores to predictions and to the slope of the loss by each score: for classes softmax, and
// p - y; for numbers the score itself, and 2 (p - y) or, with Huber's loss, p - y no further than
// delta.

import Kernels

/// What a network's scores mean.
struct NetworkTarget {
    private let isRegression: Bool
    private let outputs: Int
    /// Of Huber's loss; 0: squared.
    private let delta: Float

    init(_ settings: LearnerSettings, outputs: Int) {
        isRegression = settings.task == .regression
        self.outputs = outputs
        delta = if case .huber(let delta) = settings.loss { delta } else { 0 }
    }

    /// Turns the scores of rows into predictions.
    func predict(_ scores: inout [Float], _ rows: Range<Int>) {
        guard !isRegression, outputs > 0 else { return }
        var numbers = scores.mutableSpan
        for row in rows { Probability.softmax(&numbers, at: row * outputs, count: outputs) }
    }

    /// Whether the row is to be learned.
    func learns(_ block: borrowing Block, _ row: Int) -> Bool {
        let weight = block.weights[row]
        guard block.uses[row] == .train, weight > 0, weight.isFinite else { return false }
        return isRegression
            ? block.targets[row].isFinite
            : block.classes[row] >= 0 && Int(block.classes[row]) < outputs
    }

    /// Whether there is anything to be learned.
    func isLesson(_ rows: Range<Int>, _ block: borrowing Block) -> Bool {
        for row in rows where learns(block, row) || block.teacher.speaks(of: row) { return true }
        return false
    }

    /// What the weights of rows are divided by: their sum where they make one step, else 1.
    func weight(
        of rows: Range<Int>,
        _ block: borrowing Block,
        _ steps: GradientSteps
    ) -> Double {
        guard steps == .together else { return 1 }
        if block.meanWeight != 0 { return block.meanWeight }
        var total = 0.0
        for row in rows where learns(block, row) { total += Double(block.weights[row]) }
        return total > 0 ? total : 1
    }

    /// Turns predictions into slopes, times the row's share.
    func subtractLabels(
        from predictions: inout [Float],
        _ rows: Range<Int>,
        _ block: borrowing Block,
        total: Double
    ) {
        for row in rows {
            let at = (row - rows.lowerBound) * outputs
            let share = learns(block, row) ? Float(Double(block.weights[row]) / total) : 0
            guard share > 0 else {
                for output in 0..<outputs { predictions[at + output] = 0 }
                continue
            }
            if isRegression {
                let distance = predictions[at] - block.targets[row]
                let slope = delta > 0 ? min(max(distance, -delta), delta) : 2 * distance
                predictions[at] = Link.bounded(slope) * share
            } else {
                predictions[at + Int(block.classes[row])] -= 1
                for output in 0..<outputs { predictions[at + output] *= share }
            }
        }
    }

    /// What the teachers of rows say: the slopes that they add.
    func lesson(_ rows: Range<Int>, _ block: borrowing Block, scores: [Float]) -> [Float] {
        var slopes = [Float](repeating: 0, count: scores.count)
        var own = [Float](repeating: 0, count: TeacherColumn.room(for: outputs))
        var room = own.mutableSpan
        for row in rows where block.teacher.speaks(of: row) {
            let at = (row - rows.lowerBound) * outputs
            for output in 0..<outputs {
                room[output] = scores[at + output]
                room[outputs + output] = 0
            }
            block.teacher.addGradient(of: row, count: outputs, in: &room)
            for output in 0..<outputs { slopes[at + output] = Link.bounded(room[outputs + output]) }
        }
        return slopes
    }
}
