// SPDX-License-Identifier: Apache-2.0
//
// The gate's first stage: a challenger that is clearly worse on rows that nobody was trained on, or
// that is not finite, does not get to race. Clearly worse: its mean loss is higher than the
// champion's by more than the tolerance and 1.64 standard errors of the paired difference. With
// fewer than ten rows the holdout can't say, and the race decides alone.

package import Learning

/// What a stage of the gate found.
package struct HoldoutFinding: Sendable, Equatable {
    /// The rows compared.
    package var rows: Int
    /// The champion's mean loss.
    package var championLoss: Double
    /// The challenger's mean loss.
    package var challengerLoss: Double
    /// Why the challenger must not race; nil when it may.
    package var objection: String?
}

/// The gate's first stage.
package enum Gate {
    /// Fewer rows than this decide nothing.
    package static let rowsMin = 10

    /// Compares both on rows of the holdout.
    package static func compare(
        champion: Contender,
        challenger: Contender,
        on rows: MemoryRows,
        task: Task,
        tolerance: Double
    ) -> HoldoutFinding {
        guard challenger.isFinite else {
            return HoldoutFinding(
                rows: 0,
                championLoss: 0,
                challengerLoss: .infinity,
                objection: "its weights are not finite"
            )
        }
        var block = Block()
        block.take(rows, outputs: champion.learner.outputs)
        champion.predict(&block)
        block.computeLosses(champion.learner.settings.yardstick)
        let championLosses = block.losses.map { min(Double($0), LossBound.value(for: task)) }
        challenger.predict(&block)
        block.computeLosses(champion.learner.settings.yardstick)
        var sum = (champion: 0.0, challenger: 0.0, square: 0.0)
        var compared = 0
        // A learner without labels may have nothing to say of a row.
        for (row, loss) in championLosses.enumerated()
        where !(loss + Double(block.losses[row])).isNaN {
            compared += 1
            let other = min(Double(block.losses[row]), LossBound.value(for: task))
            sum.champion += loss
            sum.challenger += other
            sum.square += (other - loss) * (other - loss)
        }
        let count = Double(max(1, compared))
        let mean = (sum.challenger - sum.champion) / count
        let variance = max(0, sum.square / count - mean * mean)
        let margin =
            tolerance * max(sum.champion / count, 1e-9) + 1.64 * (variance / count).squareRoot()
        let isWorse = compared >= rowsMin && mean > margin
        return HoldoutFinding(
            rows: compared,
            championLoss: sum.champion / count,
            challengerLoss: sum.challenger / count,
            objection: isWorse ? "its loss on \(compared) held out rows is higher" : nil
        )
    }
}

extension Block {
    /// Takes rows of the memory, to be predicted or learned in their order.
    package mutating func take(_ rows: MemoryRows, outputs: Int) {
        reset(width: rows.width, outputs: outputs)
        append(rows)
    }

    /// Adds rows of the memory behind those that there are.
    package mutating func append(_ rows: MemoryRows) {
        self.rows += rows.count
        raw.append(contentsOf: rows.features)
        classes.append(contentsOf: rows.labels)
        targets.append(contentsOf: rows.targets)
        weights.append(contentsOf: rows.weights)
        contexts.append(contentsOf: rows.contexts)
        uses.append(contentsOf: repeatElement(.train, count: rows.count))
    }
}

/// The highest loss that counts: one absurd sample must not decide a gate.
package enum LossBound {
    /// The bound for a task.
    package static func value(for task: Task) -> Double {
        task == .classes ? 4 : .greatestFiniteMagnitude
    }
}
