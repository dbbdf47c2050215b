// SPDX-License-Identifier: Apache-2.0
//
// From the contexts of a micro-batch to those of the learner. A context is looked up once a batch,
// and gets a number only when a row that fits the learner has it: a refused sample changes nothing.

import Learning
package import Primitives
import Samples

extension LearnerCore {
    /// Marks a context of the batch that no row has asked for yet.
    private static let unresolved = Int32.min

    /// Forgets what the contexts of the last batch were.
    mutating func beginContexts(_ batch: MicroBatch) {
        contextNumbers.removeAll(keepingCapacity: true)
        guard batch.contexts.count > 0 else { return }
        contextNumbers.append(ContextTable.unknown)
        for _ in 0..<batch.contexts.count { contextNumbers.append(LearnerCore.unresolved) }
    }

    /// Appends the contexts of a run of rows to the block.
    mutating func appendContexts(
        _ count: Int,
        from first: Int,
        of batch: MicroBatch,
        _ outcome: inout Outcome
    ) {
        guard batch.contexts.count > 0 else {
            block.contexts.append(contentsOf: repeatElement(ContextTable.unknown, count: count))
            return
        }
        for row in first..<first + count {
            block.contexts.append(context(of: batch.rows[row], in: batch, &outcome))
        }
    }

    /// The number of the row's context; it gets one when there is room.
    mutating func context(
        of row: MicroBatch.Row,
        in batch: MicroBatch,
        _ outcome: inout Outcome
    ) -> Int32 {
        guard row.context > 0 else { return ContextTable.unknown }
        let place = Int(row.context)
        if contextNumbers[place] == LearnerCore.unresolved {
            let name = batch.contexts.text(UInt32(place - 1))
            let wasOverflowing = contexts.isOverflowing
            contextNumbers[place] = contexts.intern(name)
            if contexts.isOverflowing, !wasOverflowing { outcome.contextBeyond = name }
        }
        return contextNumbers[place]
    }

    /// Which contexts lose their part of the model when another takes the champion's place.
    ///
    /// A challenger makes room for itself when it must, and may have let go of others than the
    /// champion did.
    mutating func losers(to contender: Contender) -> [ContextRecord] {
        let kept = contender.learner.expertStatus.flatMap(\.contexts)
        var records: [ContextRecord] = []
        for expert in champion.learner.expertStatus {
            for context in expert.contexts where !kept.contains(context) {
                let news = ContextNews(
                    context: context,
                    change: .dropped,
                    samples: expert.trained,
                    reason: "the adopted challenger has none for it"
                )
                records.append(ContextRecord(news, names: contexts, sample: labelled))
            }
        }
        for record in records { contextHistory.add(record) }
        return records
    }

    /// What has happened to the contexts' parts of the model, with their names.
    mutating func takeContextNews() -> [ContextRecord] {
        let news = champion.learner.contextNews
        guard !news.isEmpty else { return [] }
        let records = news.map { ContextRecord($0, names: contexts, sample: labelled) }
        for record in records { contextHistory.add(record) }
        return records
    }

    /// All measures, what else the champion says of itself, and the measures of the contexts, as
    /// in manifests and status.
    package var metrics: JSONValue {
        var all = evaluation.json.members + champion.learner.figures
        if let served { all.append(.init("served", served.json(schema.task))) }
        if let stability = stabilityJSON { all.append(.init("psi", stability)) }
        guard contexts.count > 0 else { return .object(all) }
        var members: [JSONValue.Member] = []
        for (number, name) in contexts.names.prefix(LearnerCore.shownContexts).enumerated() {
            members.append(.init(name, figures(ofContext: Int32(number))))
        }
        let none = contextMeasures.json(of: ContextTable.unknown)
        return .object(
            all + examiner.exams.means + [
                .init("contexts", .object(members)), .init("without_context", none),
            ]
        )
    }

    /// The measures of a context, as in status and manifests; null where it has no sample.
    private func figures(ofContext number: Int32) -> JSONValue {
        let live = contextMeasures.json(of: number)
        guard live != .null else { return .null }
        return .object(live.members + examiner.exams.members(of: number))
    }

    /// How many contexts status and manifests show.
    private static let shownContexts = 256

    /// Who owns which part of the model, as in status; null where nobody owns any.
    package var isolationStatus: JSONValue {
        let experts = champion.learner.expertStatus
        guard !experts.isEmpty, let isolation = champion.learner.settings.isolation else {
            return .null
        }
        return [
            "by": .string(isolation.sharesLayers ? "heads" : "experts"),
            "max": .int(Int64(isolation.expertsMax)),
            "experts": .array(
                experts.map { expert in
                    [
                        "contexts": .array(
                            expert.contexts.map { .string(contexts.name(of: $0)) }
                        ),
                        "samples": .int(Int64(clamping: expert.trained)),
                        "weight": .number(expert.weight),
                    ]
                }
            ),
            "changes": .array(contextHistory.records.map(\.json)),
        ]
    }
}
