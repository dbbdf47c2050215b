// SPDX-License-Identifier: Apache-2.0
//
// The gate's first stage: a challenger that is clearly worse on rows that nobody was trained on, or
// that is not finite, does not get to race. With d = its bounded loss less the champion's:
//
//   on the rows since the onset   mean d > tolerance * champion's mean + 1.64 standard errors
//   on those of one context, of one class (older ones too, where they are still valid)
//                                 the same with 2.58 standard errors, since there are many of them
//
// A class does not speak against a challenger under which the classes as a whole gain, each
// counting alike: where the champion has come to give one answer to everything, any other model is
// worse on that class. With the rows since the onset for all classes but the one that speaks:
//
//   sum over classes of mean d  <  -1.64 standard errors
//
// With fewer than ten rows the holdout, or the group, can't say, and the race decides alone.

package import Learning

/// The gate's first stage.
package enum Gate {
    /// Fewer rows than this decide nothing.
    package static let rowsMin = 10

    /// Compares both on rows of the holdout.
    package static func compare(
        champion: Contender,
        challenger: Contender,
        on holdout: ValidHoldout,
        task: Task,
        tolerance: Double,
        names: GroupNames = GroupNames()
    ) -> HoldoutFinding {
        guard challenger.isFinite else {
            return HoldoutFinding(
                challengerLoss: .infinity,
                objection: "its weights are not finite"
            )
        }
        let rows = holdout.rows
        var block = Block()
        block.take(rows, outputs: champion.learner.outputs)
        let old = Answers(of: champion, to: &block, task: task, yardstick: champion)
        let new = Answers(of: challenger, to: &block, task: task, yardstick: champion)
        var all = Comparison()
        var contexts = [Comparison](repeating: Comparison(), count: groups(rows.contexts))
        var classes = [Comparison](repeating: Comparison(), count: groups(rows.labels))
        var classesSince = classes
        for row in 0..<rows.count {
            // A learner without labels may have nothing to say of a row.
            guard !(old.losses[row] + new.losses[row]).isNaN else { continue }
            let pair = (old.losses[row], new.losses[row])
            let flip = old.errors[row] == new.errors[row] ? 0 : new.errors[row] ? -1 : 1
            if row < holdout.recent { all.add(pair, flip) }
            if rows.contexts[row] >= 0 { contexts[Int(rows.contexts[row])].add(pair, flip) }
            guard rows.labels[row] >= 0 else { continue }
            let label = Int(rows.labels[row])
            classes[label].add(pair, flip)
            if row < holdout.recent { classesSince[label].add(pair, flip) }
        }
        var finding = HoldoutFinding(
            rows: all.rows,
            championLoss: all.champion / Double(max(1, all.rows)),
            challengerLoss: all.challenger / Double(max(1, all.rows))
        )
        finding.negativeFlips = all.negativeFlips
        finding.positiveFlips = all.positiveFlips
        if all.isWorse(tolerance: tolerance, errors: 1.64) {
            finding.objection = "its loss on \(all.rows) held out rows is higher"
        }
        func isWorse(_ group: Comparison) -> Bool {
            group.isWorse(tolerance: tolerance, errors: 2.58)
        }
        func object(_ group: Comparison, _ name: String) {
            finding.objection =
                finding.objection
                ?? "its loss on \(group.rows) held out rows of \(name) is higher"
        }
        for (number, group) in contexts.enumerated() where isWorse(group) {
            object(group, names.context(number))
        }
        for (number, group) in classes.enumerated() where isWorse(group) {
            var all = classesSince
            all[number] = group
            if !Comparison.gain(all) { object(group, names.class(number)) }
        }
        return finding
    }

    private static func groups(_ numbers: [Int32]) -> Int { Int((numbers.max() ?? -1) + 1) }
}

/// What contexts and classes are called in words.
package struct GroupNames: Sendable {
    private let contexts: [String]
    private let classes: [String]

    /// Takes the names by number; what has none is called by its number.
    package init(contexts: [String] = [], classes: [String] = []) {
        self.contexts = contexts
        self.classes = classes
    }

    func context(_ number: Int) -> String {
        "context " + (number < contexts.count ? contexts[number] : String(number))
    }

    func `class`(_ number: Int) -> String {
        "class " + (number < classes.count ? classes[number] : String(number))
    }
}

/// What one model makes of the rows.
private struct Answers {
    var losses: [Double]
    var errors: [Bool]

    init(of contender: Contender, to block: inout Block, task: Task, yardstick: Contender) {
        contender.predict(&block)
        block.computeLosses(yardstick.learner.settings.yardstick)
        let bound = LossBound.value(for: task)
        losses = block.losses.map { min(Double($0), bound) }
        let (rows, outputs) = (block.rows, block.outputs)
        errors = []
        for row in 0..<rows {
            errors.append(task == .classes && block.isError(row: row, outputs: outputs))
        }
    }
}

/// Two models on the same rows.
private struct Comparison {
    var rows = 0
    var champion = 0.0
    var challenger = 0.0
    var negativeFlips = 0
    var positiveFlips = 0
    private var squares = 0.0

    mutating func add(_ losses: (champion: Double, challenger: Double), _ flip: Int) {
        rows += 1
        champion += losses.champion
        challenger += losses.challenger
        let difference = losses.challenger - losses.champion
        squares += difference * difference
        if flip < 0 { negativeFlips += 1 }
        if flip > 0 { positiveFlips += 1 }
    }

    /// With fewer rows a group has no voice among others.
    private static let voiceRows = 5

    /// Whether the challenger is clearly better on groups that count alike, however many rows each
    /// has.
    static func gain(_ groups: [Comparison]) -> Bool {
        var (sum, variance) = (0.0, 0.0)
        for group in groups where group.rows >= voiceRows {
            sum += group.mean
            variance += group.variance / Double(group.rows)
        }
        return sum < -1.64 * variance.squareRoot()
    }

    private var mean: Double { (challenger - champion) / Double(rows) }
    private var variance: Double { max(0, squares / Double(rows) - mean * mean) }

    /// Whether the challenger is clearly worse.
    func isWorse(tolerance: Double, errors: Double) -> Bool {
        guard rows >= Gate.rowsMin else { return false }
        let count = Double(rows)
        return mean > tolerance * max(champion / count, 1e-9)
            + errors * (variance / count).squareRoot()
    }
}
