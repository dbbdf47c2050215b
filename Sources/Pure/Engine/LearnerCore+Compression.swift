// SPDX-License-Identifier: Apache-2.0
//
// The champion in fewer bytes, and the rows that decide whether it is published so: the newest of
// the holdout. While these are few, as they are before the first version, the newest rows of the
// memory join them; the champion has learned from those, but what is asked here is whether two
// models that differ by rounding are equally good, not how good they are.
//
// Where what is pruned stays so, the champion itself is pruned a step further with each version
// (``PruningSchedule``), as long as that is good enough, and learns on with what is left: the
// stream is its fine-tuning. A consolidation takes all steps at once, on the memory.

import Consolidation
import Learning
import Versions

extension LearnerCore {
    /// So many rows there should be, before rows that were learned from join them.
    private static let compressionRows = 200

    /// The champion compressed, and how good it is so; nil where nothing is asked for.
    ///
    /// The champion is pruned further where what is pruned is to stay so.
    mutating func compress(_ settings: CompressionSettings) -> Compression? {
        guard settings.isActive else { return nil }
        let holdout = memory.rows(of: .holdout).newest(Compression.rowsMost)
        var block = Block()
        block.take(holdout, outputs: champion.learner.outputs)
        let lacking = LearnerCore.compressionRows - holdout.count
        if lacking > 0 {
            block.append(memory.rows(of: .recent).newest(lacking))
        }
        let learned = block.rows - holdout.count
        guard settings.keepsPruned, let share = champion.learner.prunedShare else {
            return Compression(of: champion, settings, on: &block, learnedRows: learned)
        }
        let schedule = PruningSchedule(final: settings.prune, steps: PruningStage.steps)
        let next = schedule.next(after: share)
        // A whole step, a part of one, or none: the share that it has costs nothing any more.
        let steps = [1, 0.5, 0.25].map { share + $0 * (next - share) }
        let attempts = (steps + (share > 0 ? [share, 0] : [0])).map { share in
            var attempt = settings
            attempt.prune = share
            return attempt
        }.filter(\.isActive)
        let compression = Compression(
            of: champion,
            settings,
            attempts: attempts,
            on: &block,
            learnedRows: learned
        )
        if compression.done.prune > share {
            _ = champion.learner.pruneIfAble(share: compression.done.prune)
        }
        return compression
    }

    /// Takes other settings: keeps rows to compare on where nothing else needs them, and lets
    /// weights learn again that are not to stay at 0 any more.
    mutating func follow(_ settings: CompressionSettings) {
        keepsHoldout = settings.isActive && setsAside && !remembers
        guard !settings.keepsPruned, champion.learner.prunedCount > 0 else { return }
        _ = champion.learner.pruneIfAble(share: 0)
    }
}

extension PruningSettings {
    /// How challengers are pruned, so that versions can be.
    init(_ settings: CompressionSettings) {
        self.init()
        share = settings.prune
        unitShare = settings.pruneUnits
        keeps = settings.keepsPruned
        tolerance = settings.tolerance
    }
}
