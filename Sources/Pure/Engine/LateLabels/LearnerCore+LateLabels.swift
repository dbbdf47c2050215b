// SPDX-License-Identifier: Apache-2.0
//
// Samples and labels that come apart:
//
// 1. A row without a label but with an identifier goes through the block as one that is only
//    scored. When the block has passed, its features and its prediction go to the waiting room.
// 2. A label finds its row there, and the row goes into the block a second time, now to be learned.
// 3. When that block has been learned, the row's new prediction gives way to the one from when it
//    came: that is what is measured and what the detectors see, because it is what a consumer had.
//    What the trivial baselines said then waits with it, so that they know no more than the model.
//    A race, which compares models of today, goes by the predictions of today.
//
// Rows and labels are taken in the order in which they arrived.

import Consolidation
import Learning
import Primitives
import Samples

/// What the rows of a micro-batch need to wait.
package struct Waiting: Sendable {
    /// The samples that wait for their labels.
    package var room: WaitingRoom
    /// The bounds of the room.
    var settings: LabelSettings
    /// What chooses those that somebody is asked about.
    var selector: QuerySelector
    /// How many of them.
    var query: QuerySettings
    /// The account of each producer of the batch.
    var accounts: [Int]
    /// When the batch came.
    var arrivedAt: Instant
    /// The present moment.
    var now: Instant
    /// The newest version.
    var version: UInt64

    /// How many samples had come before row `place` of the batch.
    func seen(_ place: Int) -> UInt64 { room.seen + UInt64(place) }
}

/// A row of the block that will wait when the block has passed.
struct PendingRow: Sendable {
    /// Its place in the block.
    var row: Int
    /// Its identifier's number in the batch.
    var id: UInt32
    /// Its producer's number in the batch.
    var producer: UInt16
    /// Its place in the batch.
    var place: Int
}

/// A row of the block that was predicted before.
struct JoinedRow: Sendable {
    /// Its place in the block.
    var row: Int
    /// What was predicted then.
    var prediction: [Float]
    /// The ends of the interval of then.
    var low: Float
    var high: Float
    /// What the baselines said then.
    var baselines: BaselineOpinion
    /// What the learner wanted to know of then.
    var memo: [Float]
}

extension LearnerCore {
    /// Takes the labels that arrived before row `place`.
    ///
    /// - Returns: The place of the next label's row, or the end of the batch.
    mutating func takeLabels(
        before place: Int,
        _ next: inout Int,
        of batch: MicroBatch,
        isHeld: Bool,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome
    ) -> Int {
        while next < batch.labels.count {
            let label = batch.labels[next]
            guard Int(label.row) <= place else { return min(Int(label.row), batch.rows.count) }
            take(label, of: batch, isHeld: isHeld, &waiting, &outcome)
            next += 1
        }
        return batch.rows.count
    }

    /// Takes one label.
    private mutating func take(
        _ label: MicroBatch.LateLabel,
        of batch: MicroBatch,
        isHeld: Bool,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome
    ) {
        // Its row may be in the block.
        if pending.contains(where: { $0.id == label.id }) {
            pass(of: batch, &waiting, &outcome, isHeld: isHeld)
        }
        let id = batch.ids.text(label.id)
        guard waiting.room.contains(id) else {
            outcome.labels.append((label.producer, waiting.room.hasLeft(id) ? .late : .unmatched))
            return
        }
        switch admission.judge(label, of: batch, under: schema) {
        case .refused(let reason):
            outcome.labels.append((label.producer, .refused(reason)))
            return
        case .grows:
            pass(of: batch, &waiting, &outcome, isHeld: isHeld)
            admission.grow(&schema, for: label, of: batch)
            grow()
        case .fits:
            break
        }
        guard let row = waiting.room.remove(id) else { return }
        outcome.labels.append((label.producer, .joined))
        waiting.room.delay.add(
            samples: waiting.seen(Int(label.row)) - row.arrivedSample,
            time: waiting.now - row.arrivedAt
        )
        join(row, label, of: batch, isHeld: isHeld, &outcome)
    }

    /// Puts a row into the block that has got its label.
    private mutating func join(
        _ row: WaitingRow,
        _ label: MicroBatch.LateLabel,
        of batch: MicroBatch,
        isHeld: Bool,
        _ outcome: inout Outcome
    ) {
        let weight = label.weight.isNaN ? row.weight : label.weight
        let isOnlyTested = isHeld || weight == 0
        let use: RowUse =
            isOnlyTested || setsAside && memory.nextIsHoldout() ? .holdout : .train
        outcome.joined.append((row.account, isOnlyTested ? .scored : use))
        rowAccounts.append(Int32(row.account))
        let value = admission.value(of: label, in: batch, under: schema)
        recollection.note(label: value.class >= 0 ? Float(value.class) : value.target)
        var raw = row.raw
        while raw.count < schema.width { raw.append(.nan) }
        joined.append(
            JoinedRow(
                row: block.rows,
                prediction: row.prediction,
                low: row.low,
                high: row.high,
                baselines: row.baselines,
                memo: row.memo
            )
        )
        block.append(
            raw: raw.span,
            target: value.target,
            class: value.class,
            weight: isOnlyTested ? 0 : weight,
            context: row.context,
            use: use
        )
    }

    /// Gives the block room for what the learner remembers of rows that wait, and puts into it what
    /// it remembered of rows that have waited.
    mutating func prepareMemos() {
        let width = champion.learner.memoWidth
        guard width > 0, !pending.isEmpty || !joined.isEmpty else { return }
        block.memos = [Float](repeating: .nan, count: block.rows * width)
        for row in joined where row.memo.count == width {
            for place in 0..<width { block.memos[row.row * width + place] = row.memo[place] }
        }
    }

    /// Whether the row will wait for its label, or may not because another of its name does.
    func fate(
        of row: MicroBatch.Row,
        in batch: MicroBatch,
        _ waiting: borrowing Waiting
    ) -> RowFate {
        guard row.id > 0, row.labelKind == .none, schema.task != .unlabelled else { return .passes }
        guard waiting.settings.rowsMax > 0 else { return .isTold }
        let isPending = pending.contains { $0.id == row.id - 1 }
        return isPending || waiting.room.contains(batch.ids.text(row.id - 1)) ? .isTwice : .waits
    }

    /// Puts the predictions of then in the place of those of now, and asks the baselines about the
    /// rows that will wait.
    ///
    /// - Returns: The losses of now, for a race, when there is one and they differ.
    mutating func predictionsOfThen(isRacing: Bool) -> [Float]? {
        if !joined.isEmpty || !pending.isEmpty { block.prepareBaselines() }
        guard !joined.isEmpty else { return nil }
        var present: [Float]?
        if isRacing {
            block.computeLosses(task: schema.task)
            present = block.losses
        }
        let outputs = block.outputs
        for row in joined {
            for output in 0..<outputs {
                block.predictions[row.row * outputs + output] =
                    output < row.prediction.count ? row.prediction[output] : 0
            }
            block.baselines[row.row] = row.baselines.past
            guard block.hasIntervals else { continue }
            block.lows[row.row] = row.low
            block.highs[row.row] = row.high
        }
        joined.removeAll(keepingCapacity: true)
        return present
    }

    /// Tells what was predicted of the block's unlabelled rows, and lets them wait.
    mutating func settlePending(
        of batch: MicroBatch,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome
    ) {
        let (width, outputs) = (block.width, block.outputs)
        for row in pending {
            let values = Array(block.predictions[row.row * outputs..<(row.row + 1) * outputs])
            let id = batch.ids.text(row.id)
            let scored = ScoredSample(
                id: id,
                sequence: waiting.room.nextTicket,
                version: waiting.version,
                task: schema.task,
                label: bestLabel(of: values),
                values: schema.task == .classes ? Array(values.prefix(schema.outputs)) : values,
                anomaly: anomaly(of: row.row)
            )
            outcome.news.append(.scored(scored))
            guard waiting.settings.rowsMax > 0 else {
                waiting.room.nextTicket += 1
                continue
            }
            let interval = block.interval(of: row.row)
            waiting.room.insert(
                WaitingRow(
                    id: id,
                    account: waiting.accounts[Int(row.producer)],
                    raw: Array(block.raw[row.row * width..<(row.row + 1) * width]),
                    weight: block.weights[row.row],
                    context: block.contexts[row.row],
                    prediction: values,
                    low: interval.low,
                    high: interval.high,
                    baselines: block.baselines[row.row],
                    memo: block.memo(of: row.row, width: champion.learner.memoWidth),
                    arrivedAt: waiting.arrivedAt,
                    arrivedSample: waiting.seen(row.place)
                )
            )
            ask(about: scored, &waiting, &outcome)
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Asks for the label of a sample that waits, if it is worth it.
    private func ask(
        about sample: ScoredSample,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome
    ) {
        let probability = schema.task == .classes ? sample.values.max() ?? 0 : nil
        let why = waiting.selector.choose(probability: probability, waiting.query)
        guard let why else { return }
        outcome.news.append(
            .queried(
                SampleQuery(
                    id: sample.id,
                    sequence: sample.sequence,
                    why: why,
                    uncertainty: probability.map { 1 - $0 }
                )
            )
        )
    }

    /// The most probable class; the first of equals.
    private func bestLabel(of values: [Float]) -> ClassLabel? {
        guard schema.task == .classes, !schema.classes.labels.isEmpty, !values.isEmpty else {
            return nil
        }
        var best = 0
        for place in values.indices.prefix(schema.classes.count) where values[place] > values[best]
        { best = place }
        return schema.classes.labels[best]
    }
}

/// What becomes of a row beyond the block.
enum RowFate: Sendable {
    /// Nothing.
    case passes
    /// Its prediction is told.
    case isTold
    /// Its prediction is told, and it waits for its label.
    case waits
    /// It is refused: another sample of its name waits.
    case isTwice
}

/// What became of a late label.
enum LabelFate: Sendable {
    /// It found its sample.
    case joined
    /// Its sample has left without it.
    case late
    /// No sample waits for it.
    case unmatched
    /// The learner cannot learn it; its sample goes on waiting.
    case refused(RefusalReason)
}
