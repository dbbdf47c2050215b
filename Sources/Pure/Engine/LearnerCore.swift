// SPDX-License-Identifier: Apache-2.0
//
// What a learner has once the vote is over: schema, champion, measures, detectors, memory and,
// while a consolidation is at its end, the race. This file is the stack of what happens to each
// row, readable from top to bottom:
//
// 1. Admission judges the row; a row that brings something new first lets the rows before it pass.
//    A row that was waiting for its label comes back here.
// 2. The champion scales, predicts and learns the block.
// 3. The measures and the trivial baselines take the predictions.
// 4. The detectors take error bit and bounded loss.
// 5. The memory takes the row: reservoir and recent window, or the holdout. A model that nothing
//    would be made of from memory has none, and learns every row.
// 6. The challengers of a race predict and learn the same rows.

package import Consolidation
package import Drift
package import Learning
import Primitives
package import Samples

/// The learning part of an engine.
package struct LearnerCore: Sendable {
    /// Columns and classes.
    package var schema: Schema
    /// The model in service.
    package var champion: Contender
    /// The measures.
    package var evaluation: Evaluation
    /// The detectors of errors and losses.
    package var watch: DriftWatch
    /// Those of all else.
    package internal(set) var beside: BesideWatch
    /// What is remembered.
    package var memory: ReplayMemory
    /// The last values and labels.
    package var recollection: Recollection
    /// The end of a consolidation.
    package var race: Race?
    /// The model before the last adoption, which goes on for a while beside its successor.
    package var probation: Race?
    /// Champions of earlier worlds.
    package internal(set) var archive: WorldArchive
    /// The contexts by number, as rows of block and memory carry them.
    package var contexts: ContextTable
    /// The labelled samples that were stepped; it numbers them in memory and in events.
    package var labelled: UInt64 = 0
    /// The first sample that the champion saw as such.
    var championSince: UInt64 = 0
    /// The sum and count of absolute errors (without labels, of trivial losses) since the detectors
    /// started; scales the losses of all but classes.
    var usualError = RunningMean()
    var block = Block()
    /// Whether rows are remembered: whether challengers are made of them.
    var remembers: Bool
    /// Whether rows are set aside, on which what is made anew is judged.
    var setsAside: Bool
    /// Whether rows that are set aside are kept, although no challengers are made.
    var keepsHoldout = false
    /// The last version beside the living model, where the two differ by more than time.
    var served: ServedCheck?
    /// What became of experts that were made anew.
    package internal(set) var refits = RefitCounts()
    var signals = Signals()
    /// The account of the producer of each row of the batch, and of each row of the block.
    var batchAccounts: [Int] = []
    var rowAccounts: [Int32] = []
    /// How well each of them is predicted.
    package internal(set) var contextMeasures: ContextMeasures
    /// What is left of what the champion knew of each of them.
    var examiner: ContextExaminer
    /// Who got a part of the model lately, and who lost one.
    var contextHistory = ContextHistory()
    var admission = Admission()
    /// The mean of what the champion was lately, where a recipe asks for it.
    package internal(set) var average: ChampionAverage?
    /// How unusual samples are, where that is asked for.
    package internal(set) var anomaly: AnomalyScore?
    /// What it says of the rows of the block.
    var anomalies: [Anomaly?] = []
    /// The rows of the block that will wait for their labels.
    var pending: [PendingRow] = []
    /// The rows of the block that have waited.
    var joined: [JoinedRow] = []
    /// What the contexts of the batch are called here; unresolved until a row needs it.
    var contextNumbers: [Int32] = []

    /// Makes the core of a learner that has learned nothing.
    package init(schema: Schema, settings: EngineSettings) {
        self.schema = schema
        champion = settings.newContender(for: schema)
        remembers = !champion.learner.settings.model.recipes.isEmpty
        setsAside = remembers || champion.learner.settings.model == .pool
        evaluation = Evaluation(settings.learnerSettings(for: schema.task).yardstick)
        watch = DriftWatch(settings: settings.drift)
        beside = LearnerCore.newBeside(settings.drift, schema)
        memory = ReplayMemory(settings: settings.memory, seed: settings.seed)
        memory.grow(width: schema.width)
        examiner = ContextExaminer(settings, width: schema.width)
        recollection = Recollection(schema.settings)
        recollection.grow(width: schema.width)
        contexts = ContextTable(limit: settings.contextsMax)
        contextMeasures = ContextMeasures(task: schema.task)
        archive = WorldArchive(limit: 0)
        configureArchive(settings)
        configureAnomaly(settings)
        configureAverage(settings)
        follow(settings.publish.compression)
    }

    init(
        schema: Schema,
        champion: Contender,
        evaluation: Evaluation,
        watch: DriftWatch,
        beside: BesideWatch,
        memory: ReplayMemory,
        examiner: ContextExaminer,
        recollection: Recollection,
        contexts: ContextTable
    ) {
        self.schema = schema
        self.champion = champion
        remembers = !champion.learner.settings.model.recipes.isEmpty
        setsAside = remembers || champion.learner.settings.model == .pool
        self.evaluation = evaluation
        self.watch = watch
        self.beside = beside
        self.memory = memory
        self.examiner = examiner
        self.recollection = recollection
        self.contexts = contexts
        contextMeasures = ContextMeasures(task: schema.task)
        archive = WorldArchive(limit: 0)
    }

    /// Takes every row of the batch.
    ///
    /// - Parameters:
    ///   - batch: The rows, duplicates already removed.
    ///   - isHeld: Whether rows are only tested.
    ///   - waiting: The samples that wait for their labels.
    /// - Returns: What became of them.
    package mutating func take(
        _ batch: MicroBatch,
        isHeld: Bool,
        waiting: inout Waiting
    ) -> Outcome {
        var outcome = Outcome()
        outcome.trained = [Int](repeating: 0, count: batch.producers.count)
        outcome.holdout = outcome.trained
        outcome.scored = outcome.trained
        admission.begin(batch)
        beginContexts(batch)
        batchAccounts = waiting.accounts
        block.reset(width: schema.width, outputs: champion.learner.outputs)
        defer { waiting.room.seen += UInt64(batch.rows.count) }
        if !isHeld, batch.labels.isEmpty, takeWhole(batch, &outcome) { return outcome }
        var place = 0
        var label = 0
        while true {
            let end = takeLabels(
                before: place,
                &label,
                of: batch,
                isHeld: isHeld,
                &waiting,
                &outcome
            )
            guard place < batch.rows.count else { break }
            // A block ends where the average is to look at the champion.
            let mark = rowsToMark == .max ? .max : place + rowsToMark - block.rows
            let last = min(end, mark)
            let run =
                isHeld ? 0 : admission.plainRun(from: place, to: last, of: batch, under: schema)
            if run > 0 {
                takeRun(run, from: place, of: batch, &outcome)
                place += run
            } else {
                takeRow(place, of: batch, isHeld: isHeld, &waiting, &outcome)
                place += 1
            }
            if block.rows >= rowsToMark, !isHeld {
                pass(of: batch, &waiting, &outcome, isHeld: false)
            }
        }
        pass(of: batch, &waiting, &outcome, isHeld: isHeld)
        return outcome
    }

    /// Takes a micro-batch that is one plain run, as packed streams send: the block borrows its
    /// features instead of copying them.
    private mutating func takeWhole(_ batch: MicroBatch, _ outcome: inout Outcome) -> Bool {
        guard let first = batch.rows.first, first.start == 0, batch.rows.count <= rowsToMark,
            batch.values.count == batch.rows.count * schema.width,
            admission.plainRun(from: 0, of: batch, under: schema) == batch.rows.count
        else { return false }
        var own: [Float] = []
        swap(&own, &block.raw)
        block.raw = batch.values
        takeRun(batch.rows.count, from: 0, of: batch, copiesFeatures: false, &outcome)
        stack(&outcome, isHeld: false)
        // Back before the reset, which would copy what is borrowed to empty it.
        swap(&own, &block.raw)
        block.reset(width: schema.width, outputs: champion.learner.outputs)
        return true
    }

    /// Takes rows that ask nothing special.
    private mutating func takeRun(
        _ count: Int,
        from first: Int,
        of batch: MicroBatch,
        copiesFeatures: Bool = true,
        _ outcome: inout Outcome
    ) {
        admission.appendRun(
            count,
            from: first,
            of: batch,
            under: schema,
            copiesFeatures: copiesFeatures,
            to: &block
        )
        appendContexts(count, from: first, of: batch, &outcome)
        appendAccounts(count, from: first, of: batch)
        var setAside = 0
        let isOneProducer = batch.producers.count == 1
        for offset in 0..<count {
            let isHoldout = setsAside && memory.nextIsHoldout()
            block.uses.append(isHoldout ? .holdout : .train)
            if isHoldout { setAside += 1 }
            guard !isOneProducer else { continue }
            let producer = Int(batch.rows[first + offset].producer)
            if isHoldout {
                outcome.holdout[producer] += 1
            } else {
                outcome.trained[producer] += 1
            }
        }
        guard isOneProducer else { return }
        outcome.holdout[0] += setAside
        outcome.trained[0] += count - setAside
    }

    /// Takes a row of any kind.
    private mutating func takeRow(
        _ place: Int,
        of batch: MicroBatch,
        isHeld: Bool,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome
    ) {
        let row = batch.rows[place]
        let fate = fate(of: row, in: batch, waiting)
        if fate == .isTwice { return refuse(row, .duplicate, &outcome) }
        switch admission.judge(row, of: batch, under: schema, knowing: recollection) {
        case .refused(let reason):
            refuse(row, reason, &outcome)
            return
        case .grows:
            pass(of: batch, &waiting, &outcome, isHeld: isHeld)
            admission.grow(&schema, for: row, of: batch)
            grow()
        case .fits:
            break
        }
        let isOnlyTested = isHeld || row.weight == 0
        let use = use(of: row, isOnlyTested: isOnlyTested)
        switch use {
        case .train: outcome.trained[Int(row.producer)] += 1
        case .holdout where !isOnlyTested: outcome.holdout[Int(row.producer)] += 1
        case .scored where fate == .waits: break
        case .holdout, .scored: outcome.scored[Int(row.producer)] += 1
        }
        if fate != .passes {
            pending.append(
                PendingRow(row: block.rows, id: row.id - 1, producer: row.producer, place: place)
            )
        }
        admission.append(
            row,
            of: batch,
            under: schema,
            knowing: &recollection,
            context: context(of: row, in: batch, &outcome),
            use: use,
            to: &block
        )
        rowAccounts.append(Int32(batchAccounts[Int(row.producer)]))
        // What waits is learned with its own weight later, when learning may not be held any more.
        if isOnlyTested, fate != .waits { block.weights[block.rows - 1] = 0 }
    }

    /// What is done with a row beyond predicting it.
    ///
    /// A row that is only tested goes through the measures like one that is set aside, but with
    /// weight 0, and the memory does not take it.
    private mutating func use(of row: MicroBatch.Row, isOnlyTested: Bool) -> RowUse {
        if row.labelKind == .none && schema.task != .unlabelled { return .scored }
        if isOnlyTested { return .holdout }
        return setsAside && memory.nextIsHoldout() ? .holdout : .train
    }

    /// Gives everything room for the schema's columns and classes, the empty block included.
    mutating func grow() {
        let outputs = max(schema.outputs, champion.learner.outputs)
        block.reset(width: schema.width, outputs: outputs)
        champion.grow(width: schema.width, outputs: outputs)
        average?.grow(like: champion.learner)
        memory.grow(width: schema.width)
        examiner.grow(width: schema.width)
        recollection.grow(width: schema.width)
        anomaly?.grow(width: schema.width)
        beside.features?.follow(schema)
        race?.grow(width: schema.width, outputs: outputs)
        probation?.grow(width: schema.width, outputs: outputs)
        archive.grow(width: schema.width, outputs: outputs)
        block.reset(width: schema.width, outputs: champion.learner.outputs)
    }

    /// Lets the rows of the block pass through the stack, and empties it.
    mutating func pass(
        of batch: MicroBatch,
        _ waiting: inout Waiting,
        _ outcome: inout Outcome,
        isHeld: Bool
    ) {
        if block.rows > 0 { stack(&outcome, isHeld: isHeld) }
        if !pending.isEmpty { settlePending(of: batch, &waiting, &outcome) }
        block.reset(width: schema.width, outputs: champion.learner.outputs)
    }

    /// What happens to the rows of the block, from top to bottom.
    ///
    /// While learning is held the champion keeps even its scaling, and a race waits: nothing may
    /// take the champion's place.
    private mutating func stack(_ outcome: inout Outcome, isHeld: Bool) {
        prepareMemos()
        if isHeld {
            champion.predict(&block)
        } else {
            if contexts.count > 0 { examiner.leave(by: block, champion, at: labelled) }
            champion.testThenTrain(&block)
            average?.pass(block.rows, champion.learner)
        }
        served?.compare(block, task: schema.task)
        scoreAnomalies(isHeld: isHeld)
        observeFeatures(&outcome)
        let present = predictionsOfThen(isRacing: (race != nil || probation != nil) && !isHeld)
        evaluation.record(&block)
        let first = labelled
        if contexts.count > 0 { contextMeasures.record(block, from: first) }
        observe(&outcome)
        outcome.contextChanges += takeContextNews()
        if contexts.count > 0 { examiner.take(block, from: first, isHeld ? nil : champion) }
        champion.trained += remembers ? memory.remember(block, from: first) : block.trainedRows
        if keepsHoldout { memory.rememberHoldout(block, from: first) }
        if let present { block.losses = present }
        if !isHeld { runRace(&outcome) }
    }

    private mutating func refuse(
        _ row: MicroBatch.Row,
        _ reason: RefusalReason,
        _ outcome: inout Outcome
    ) {
        let place = outcome.refusals.firstIndex {
            $0.reason == reason && $0.producer == row.producer
        }
        if let place {
            outcome.refusals[place].count += 1
        } else {
            outcome.refusals.append(
                .init(
                    producer: row.producer,
                    reason: reason,
                    count: 1,
                    detail: Explanation.text(
                        for: reason,
                        row: row,
                        schema: schema,
                        feature: admission.culprit
                    )
                )
            )
        }
    }

    /// After a verdict the challengers go on learning: the winner must not miss the rest of the
    /// micro-batch in which it won.
    private mutating func runRace(_ outcome: inout Outcome) {
        let scale = lossScale
        if let verdict = race?.run(champion: block, scale: scale, task: schema.task) {
            outcome.race = verdict
        }
        if let verdict = probation?.run(champion: block, scale: scale, task: schema.task) {
            outcome.probation = verdict
        }
        archive.look(at: champion, sample: labelled)
    }
}

extension LearnerCore {
    /// Makes the winner champion; detectors and the usual error start anew.
    package mutating func adopt(_ contender: Contender) {
        champion = contender
        championSince = labelled
        champion.renewRetention()
        average?.restart(with: champion.learner)
        restartWatch()
        race = nil
        probation = nil
    }

    /// Takes rates, strengths and the detectors' levels from other settings.
    mutating func configure(_ settings: EngineSettings) {
        contexts.limit = settings.contextsMax
        configureAnomaly(settings)
        defer { configureAverage(settings) }
        let learning = settings.learnerSettings(for: schema.task)
        champion.configure(learning)
        follow(settings.publish.compression)
        evaluation.judge(by: champion.learner.settings.yardstick)
        champion.configure(settings.retention, seed: settings.retentionSeed)
        race?.configure(learning)
        race?.configure(settings.retention, seed: settings.retentionSeed)
        probation?.configure(learning)
        probation?.configure(settings.retention, seed: settings.retentionSeed)
        configureArchive(settings)
        if settings.drift != watch.settings {
            watch = DriftWatch(settings: settings.drift, samples: labelled)
            beside = LearnerCore.newBeside(settings.drift, schema)
        }
    }

    private mutating func configureArchive(_ settings: EngineSettings) {
        let recipes = settings.consolidation.recipes[.drift]
        let isOfUse =
            settings.consolidation.onDrift && recipes.contains(.recalled)
            && champion.learner.settings.model.recipes.contains(.recalled)
        archive.configure(limit: isOfUse ? settings.consolidation.worlds : 0)
    }

    /// Starts the detectors anew.
    package mutating func restartWatch() {
        watch.restart(samples: labelled)
        // A rollback may have taken columns, classes and contexts away.
        beside = LearnerCore.newBeside(watch.settings, schema)
        usualError = RunningMean()
    }

    /// Copies remembered rows for recipes; what was lost on them before the champion took its place
    /// was another model's, and is left out.
    func rowsOfChampion(_ part: MemoryPart, since onset: UInt64) -> MemoryRows {
        var rows = memory.rows(of: part, since: onset)
        rows.forgetLosses(before: championSince)
        return rows
    }

    /// Lets a new challenger learn the rows that came after its memory was copied.
    func caughtUp(_ challenger: Challenger, from index: UInt64) -> Challenger {
        var challenger = challenger
        challenger.contender.grow(width: schema.width, outputs: champion.learner.outputs)
        let rows = memory.rows(of: .recent, since: index)
        guard rows.count > 0 else { return challenger }
        var block = Block()
        block.take(rows, outputs: champion.learner.outputs)
        challenger.contender.testThenTrain(&block)
        challenger.contender.trained += UInt64(rows.count)
        return challenger
    }
}
