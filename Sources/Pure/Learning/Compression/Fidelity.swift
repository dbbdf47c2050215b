// SPDX-License-Identifier: Apache-2.0
//
// Whether a model that was made smaller is as good as it was: both predict the same rows, and the
// mean loss may rise by no more than
//
//     tolerance * max(loss of the model, loss of a constant / 20)
//
// The constant is the best that there is for these rows (the shares of the classes, or the mean of
// the numbers). Without it a model that is nearly always right could not be made smaller at all,
// since the smallest change is large beside a loss of nearly nothing.

/// What a model is worth before and after it was made smaller.
package struct Fidelity: Sendable, Equatable {
    /// What a model is worth on the rows.
    package struct Score: Sendable, Equatable {
        /// The mean loss.
        package var loss: Double
        /// The share of errors; nil where there are no classes.
        package var error: Double?
    }

    /// How many rows have a loss.
    package let rows: Int
    /// The model as it was.
    package let before: Score
    /// The smaller one.
    package let after: Score
    /// The tolerance.
    package let tolerance: Double
    /// The loss of which the tolerance is a share.
    private let scale: Double

    /// The share of a constant's loss of which the tolerance is taken at least.
    package static let constantShare = 0.05

    /// The highest loss that the smaller one may have.
    package var lossMost: Double { before.loss + tolerance * scale }
    /// Whether the smaller model is good enough.
    package var isKept: Bool { isWithin(tolerance) }

    /// Whether the smaller model would be good enough with another tolerance.
    package func isWithin(_ tolerance: Double) -> Bool {
        after.loss <= before.loss + tolerance * scale
    }

    /// Has both predict the rows of a block, which are raw; nil when none of them has a loss.
    package init?(
        of original: Contender,
        smaller: Contender,
        on block: inout Block,
        tolerance: Double
    ) {
        let yardstick = original.learner.settings.yardstick
        original.predict(&block)
        block.computeLosses(yardstick)
        let (losses, errors) = (block.losses, block.errors)
        smaller.predict(&block)
        block.computeLosses(yardstick)
        // A learner without labels may have nothing to say of a row.
        let places = losses.indices.filter { !(losses[$0] + block.losses[$0]).isNaN }
        guard !places.isEmpty else { return nil }
        let isClasses = yardstick.task == .classes
        rows = places.count
        before = Fidelity.score(places, losses, errors, isClasses)
        after = Fidelity.score(places, block.losses, block.errors, isClasses)
        let constant = Fidelity.constantLoss(places, &block, yardstick)
        scale = max(before.loss, Fidelity.constantShare * constant)
        self.tolerance = tolerance
    }

    private static func score(
        _ places: [Int],
        _ losses: [Float],
        _ errors: [UInt8],
        _ isClasses: Bool
    ) -> Score {
        let count = Double(places.count)
        let loss = places.reduce(0.0) { $0 + Double(losses[$1]) } / count
        guard isClasses else { return Score(loss: loss) }
        return Score(loss: loss, error: Double(places.count { errors[$0] != 0 }) / count)
    }

    /// The mean loss of the shares of the classes, or of the mean of the numbers.
    private static func constantLoss(
        _ places: [Int],
        _ block: inout Block,
        _ yardstick: Yardstick
    ) -> Double {
        guard yardstick.task != .unlabelled else { return 0 }
        let outputs = block.outputs
        var constant = [Double](repeating: 0, count: outputs)
        for place in places {
            if yardstick.task == .classes {
                constant[Int(block.classes[place])] += 1
            } else {
                constant[0] += Double(block.targets[place])
            }
        }
        let count = Double(places.count)
        for row in 0..<block.rows {
            for output in 0..<outputs {
                block.predictions[row * outputs + output] = Float(constant[output] / count)
            }
        }
        block.computeLosses(yardstick)
        return places.reduce(0.0) { $0 + Double(block.losses[$1]) } / count
    }
}
