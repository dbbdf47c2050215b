// SPDX-License-Identifier: Apache-2.0
//
// Examining contexts: the champion of now predicts held out rows of a context. Bounded: 64 rows
// when a context is left that brought 200 samples, and four times 64 rows every 1,024 samples. To
// within a micro-batch: a context that is left in the middle of one is examined before all of it.

import Consolidation
import Learning
import Primitives

/// The rows on which contexts are examined, and what came out.
struct ContextExaminer: Sendable {
    /// Rows of each context that nobody learns.
    private(set) var probes: ContextProbes
    /// What the champion made of them.
    private(set) var exams = ContextExams()
    private var room = Block()

    init(_ settings: EngineSettings, width: Int) {
        probes = ContextProbes(beside: settings.memory, seed: settings.seed)
        probes.grow(width: width)
    }

    mutating func grow(width: Int) { probes.grow(width: width) }

    /// Forgets rows from a sample on, and features, as when an older version comes back.
    mutating func drop(from index: UInt64, width: Int) {
        probes.drop(from: index)
        probes.shrink(width: width)
    }

    /// Examines the context that the block leaves, before its rows are learned.
    mutating func leave(by block: Block, _ champion: Contender, at labelled: UInt64) {
        let isClasses = champion.learner.settings.task == .classes
        let context = exams.left(by: block) { row in
            block.uses[row] != .scored
                && (isClasses ? block.classes[row] >= 0 : block.targets[row].isFinite)
        }
        if let context { examine(context, champion, at: labelled) }
    }

    /// Takes the rows of a block, the first of which is the learner's sample `first`, and examines
    /// the contexts whose turn it is, if there is a champion to be examined.
    mutating func take(_ block: Block, from first: UInt64, _ champion: Contender?) {
        probes.take(block, from: first)
        let labelled = exams.count(block, from: first)
        guard let champion else { return }
        for context in exams.round(at: labelled) { examine(context, champion, at: labelled) }
    }

    private mutating func examine(
        _ context: Int32,
        _ champion: Contender,
        at labelled: UInt64
    ) {
        let rows = probes.rows(of: context, most: ContextExams.rowsMost)
        guard rows.count >= ContextExams.rowsLeast else { return }
        let settings = champion.learner.settings
        let isClasses = settings.task == .classes
        room.take(rows, outputs: champion.learner.outputs)
        champion.predict(&room)
        room.computeLosses(settings.yardstick)
        var sum = 0.0
        for row in 0..<room.rows {
            sum += isClasses ? Double(room.errors[row]) : Double(room.losses[row])
        }
        let mean = sum / Double(rows.count)
        exams.record(
            isClasses ? mean : mean.squareRoot(),
            rows: rows.count,
            of: context,
            at: labelled
        )
    }
}

extension ContextExaminer {
    func encode(into writer: inout ByteWriter) {
        probes.encode(into: &writer)
        exams.encode(into: &writer)
    }

    init(
        from reader: inout ByteReader,
        beside settings: MemorySettings
    ) throws(DecodeError) {
        probes = try ContextProbes(from: &reader, beside: settings)
        exams = try ContextExams(from: &reader)
    }
}
