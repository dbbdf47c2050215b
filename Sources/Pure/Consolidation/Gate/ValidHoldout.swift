// SPDX-License-Identifier: Apache-2.0
//
// Which rows of the holdout may speak against a challenger. After a real change the right
// challenger is worse on the old world, so rows from before the drift's onset count only where the
// world has not changed: where the champion loses no more than it did. That is asked of each
// context (of each class where a row names none), by what the champion lost on the newest rows when
// they came:
//
//   mean since the onset  <=  mean before + 2 standard errors
//
// A named context of which there are fewer than five rows since the onset is not known to have
// changed, so its rows count: whoever names a context wants it kept. A class of which there are
// fewer than thirty is not known to be the same, and does not.

import Learning

/// Rows of the holdout that count, and what they are to be split by.
package struct ValidHoldout: Sendable {
    /// The rows since the onset, then those of before that are still valid.
    package private(set) var rows: MemoryRows
    /// How many of them came since the onset.
    package private(set) var recent: Int

    private static let namedLeast = 5
    /// With fewer rows of a class a rise would not be seen.
    private static let unnamedLeast = 30

    /// Chooses the rows.
    ///
    /// - Parameters:
    ///   - memory: The learner's memory.
    ///   - onset: The first sample of the new world; 0 when no drift asked.
    ///   - scale: What brings losses to 0...1.
    package init(of memory: ReplayMemory, since onset: UInt64, scale: LossScale) {
        rows = memory.rows(of: .holdout, since: onset)
        recent = rows.count
        guard onset > 0 else { return }
        let newest = memory.rows(of: .recent)
        var groups: [Group: Levels] = [:]
        for row in 0..<newest.count where newest.losses[row] >= 0 {
            let group = Group(newest, row)
            groups[group, default: Levels()].add(
                scale.bounded(newest.losses[row]),
                isSince: newest.indices[row] >= onset
            )
        }
        let older = memory.rows(of: .holdout)
        for row in 0..<older.count where older.indices[row] < onset {
            let group = Group(older, row)
            let levels = groups[group] ?? Levels()
            let least = group.isNamed ? Self.namedLeast : Self.unnamedLeast
            let isValid = levels.since.count < least ? group.isNamed : !levels.hasRisen
            if isValid { rows.append(row, of: older) }
        }
    }

    /// A context, or a class of rows that name none.
    private struct Group: Hashable {
        let context: Int32
        let label: Int32

        init(_ rows: MemoryRows, _ row: Int) {
            context = rows.contexts[row]
            label = context >= 0 ? -1 : rows.labels[row]
        }

        var isNamed: Bool { context >= 0 }
    }

    /// What the champion lost before the onset and since.
    private struct Levels {
        var before = Moments()
        var since = Moments()

        mutating func add(_ loss: Double, isSince: Bool) {
            if isSince { since.add(loss) } else { before.add(loss) }
        }

        var hasRisen: Bool {
            guard before.count >= ValidHoldout.namedLeast else { return true }
            let error =
                (before.variance / Double(before.count)
                + since.variance / Double(since.count)).squareRoot()
            return since.mean > before.mean + 2 * error
        }
    }

    private struct Moments {
        var count = 0
        private var sum = 0.0
        private var squares = 0.0

        mutating func add(_ value: Double) {
            count += 1
            sum += value
            squares += value * value
        }

        var mean: Double { sum / Double(max(1, count)) }
        var variance: Double { max(0, squares / Double(max(1, count)) - mean * mean) }
    }
}
