// SPDX-License-Identifier: Apache-2.0
//
// The rows by which passes are stopped: the holdout that the job was given, or, where that has too
// few rows, a share of the training rows, which then are not trained on. Looking at them goes in
// slices, like training.

import Learning
import Primitives

/// Rows on which a challenger is looked at after each pass.
struct Exam: Sendable {
    /// Fewer rows of holdout say nothing.
    static let rowsLeast = 20
    /// More are not looked at; the newest are.
    static let rowsMost = 500
    /// One training row in so many is set aside where there is no holdout.
    static let splitEvery = 5
    /// A split of fewer rows says nothing, and takes too much from those that are learned.
    static let splitLeast = 10

    private let rows: TrainingRows
    private let places: [Int]
    private var position = 0
    private var sum = 0.0
    private var weight = 0.0

    /// Chooses the rows.
    ///
    /// - Parameters:
    ///   - ingredients: What the job was given.
    ///   - order: The places of the training rows; those that are set aside leave it.
    ///   - random: Draws what is set aside.
    init?(
        of ingredients: Ingredients,
        leaving order: inout [Int],
        random: inout RandomSource
    ) {
        let held = ingredients.holdout.count
        if held >= Exam.rowsLeast {
            rows = ingredients.holdout
            places = Array(max(0, held - Exam.rowsMost)..<held)
            return
        }
        let count = min(order.count / Exam.splitEvery, Exam.rowsMost)
        guard count >= Exam.splitLeast else { return nil }
        var drawn = order
        random.shuffle(&drawn)
        rows = ingredients.rows
        places = drawn.suffix(count).sorted()
        order = drawn.dropLast(count).sorted()
    }

    /// Looks at one slice.
    ///
    /// - Returns: The mean loss, once all rows have been looked at.
    mutating func advance(
        _ contender: Contender,
        _ block: inout Block,
        rows count: Int
    ) -> Double? {
        let end = min(position + count, places.count)
        rows.fill(&block, from: places[position..<end], outputs: contender.learner.outputs)
        contender.predict(&block)
        block.computeLosses(contender.learner.settings.yardstick)
        let bound = LossBound.value(for: contender.learner.settings.task)
        for row in 0..<block.rows where !block.losses[row].isNaN {
            sum += Double(block.weights[row]) * min(Double(block.losses[row]), bound)
            weight += Double(block.weights[row])
        }
        position = end
        guard position == places.count else { return nil }
        let mean = sum / weight
        (position, sum, weight) = (0, 0, 0)
        return mean
    }
}
