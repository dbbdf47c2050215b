// SPDX-License-Identifier: Apache-2.0
//
// The whole state as bytes: what a checkpoint holds. Settings are part of it, because a learner
// keeps those that it was born with.

import Consolidation
import Drift
import Learning
package import Primitives
import Samples

extension LearnerEngine: ByteCodable {
    private static let format: UInt32 = 6
    private static let noTask = UInt8.max

    /// Appends the state.
    package func encode(into writer: inout ByteWriter) {
        writer.write(LearnerEngine.format)
        writer.write(name.text)
        settings.encode(into: &writer)
        accounts.encode(into: &writer)
        writer.write(isHeld)
        publication.encode(into: &writer)
        plan.encode(into: &writer)
        random.encode(into: &writer)
        writer.write(checkpointAt)
        writer.write(optional: verdict)
        writer.write(taskOrder?.rawValue ?? LearnerEngine.noTask)
        writer.write(drifts)
        writer.write(warnings)
        writer.write(producerDrifts)
        driftHistory.encode(into: &writer)
        writer.write(now)
        room.encode(into: &writer)
        selector.encode(into: &writer)
        switch phase {
        case .voting(let queue):
            writer.write(false)
            writer.write(UInt32(queue.items.count))
            for item in queue.items {
                item.batch.encode(into: &writer)
                writer.write(item.arrivedAt)
            }
            writer.write(queue.since != nil)
            writer.write(queue.since ?? .start)
        case .learning(let core):
            writer.write(true)
            core.encode(into: &writer)
        }
    }

    /// Reads the state.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let format = try reader.read(UInt32.self)
        guard format == LearnerEngine.format else {
            throw .invalid("the state has format \(format); this learnd reads \(Self.format)")
        }
        guard let name = Name(try reader.readText()) else {
            throw .invalid("the state's learner has no valid name")
        }
        self.init(name: name, settings: try EngineSettings(from: &reader))
        accounts = try Accounts(from: &reader)
        isHeld = try reader.readFlag()
        publication = try Publication(from: &reader)
        plan = try ConsolidationPlan(from: &reader)
        random = try RandomSource(from: &reader)
        checkpointAt = try reader.readMoment()
        verdict = try reader.readOptional()
        let order = try reader.read(UInt8.self)
        taskOrder = Task(rawValue: order)
        guard taskOrder != nil || order == LearnerEngine.noTask else {
            throw .invalid("a reset ordered the unknown task \(order)")
        }
        drifts = try reader.readCounter()
        warnings = try reader.readCounter()
        producerDrifts = try reader.readCounter()
        driftHistory = try DriftHistory(from: &reader)
        now = try reader.readMoment()
        room = try WaitingRoom(from: &reader)
        selector = try QuerySelector(from: &reader)
        if try reader.readFlag() {
            var core = try LearnerCore(from: &reader)
            core.follow(settings.publish.compression)
            keep(core)
        } else {
            var items: [VoteQueue.Item] = []
            for _ in 0..<(try reader.read(UInt32.self)) {
                let batch = try MicroBatch(from: &reader)
                items.append(.init(batch, at: try reader.readMoment()))
            }
            let hasBegun = try reader.readFlag()
            let since = try reader.readMoment()
            phase = .voting(VoteQueue(items: items, since: hasBegun ? since : nil))
        }
        try checkBooks()
    }

    /// The parts of a state must tell the same story.
    private func checkBooks() throws(DecodeError) {
        guard accounts.balance else { throw .invalid("the books of the state do not balance") }
        var isRacing = false
        var (width, contexts) = (0, 0)
        // What waits, by account: a sample that leaves must be on the books as waiting.
        var waiting = [UInt64](repeating: 0, count: accounts.producers.count)
        var labels = waiting
        switch phase {
        case .voting(let queue):
            for item in queue.items {
                for row in item.batch.rows {
                    waiting[try accountNumber(row.producer, of: item.batch)] += 1
                }
                for label in item.batch.labels {
                    labels[try accountNumber(label.producer, of: item.batch)] += 1
                }
            }
        case .learning(let core):
            isRacing = core.race != nil
            (width, contexts) = (core.schema.width, core.contexts.count)
        }
        try room.check(
            accounts: accounts.producers.count,
            width: width,
            contexts: contexts,
            now: now
        )
        for row in room.waiting { waiting[row.account] += 1 }
        for (number, producer) in accounts.producers.enumerated() {
            let tally = producer.tally
            guard tally.waiting == waiting[number], tally.labels.waiting == labels[number] else {
                throw .invalid(
                    "\(tally.waiting) samples of \(producer.name) wait, but the state has "
                        + "\(waiting[number])"
                )
            }
        }
        guard isRacing == (plan.running?.isRacing ?? false) else {
            throw .invalid("a race and the plan of consolidations do not go together")
        }
    }

    private func accountNumber(
        _ producer: UInt16,
        of batch: MicroBatch
    ) throws(DecodeError) -> Int {
        guard let number = accounts.knownNumber(of: batch.producers[Int(producer)]) else {
            throw .invalid("a sample waits whose producer has no account")
        }
        return number
    }

    /// The state as the bytes of a checkpoint.
    package func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 1 << 20)
        encode(into: &writer)
        return writer.bytes
    }

    /// Reads a checkpoint.
    package init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        try self.init(from: &reader)
        try reader.expectEnd()
    }
}

extension LearnerCore: ByteCodable {
    /// Appends every part.
    package func encode(into writer: inout ByteWriter) {
        schema.encode(into: &writer)
        champion.encode(into: &writer)
        evaluation.encode(into: &writer)
        watch.encode(into: &writer)
        beside.encode(into: &writer)
        memory.encode(into: &writer)
        examiner.encode(into: &writer)
        recollection.encode(into: &writer)
        contexts.encode(into: &writer)
        writer.write(optional: anomaly)
        writer.write(optional: average)
        refits.encode(into: &writer)
        writer.write(optional: served)
        contextMeasures.encode(into: &writer)
        contextHistory.encode(into: &writer)
        writer.write(optional: race)
        writer.write(optional: probation)
        archive.encode(into: &writer)
        writer.write(labelled)
        writer.write(championSince)
        usualError.encode(into: &writer)
    }

    /// Reads every part.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let schema = try Schema(from: &reader)
        let champion = try Contender(from: &reader)
        try LearnerCore.check(champion, under: schema)
        let evaluation = try Evaluation(from: &reader)
        let watch = try DriftWatch(from: &reader)
        let beside = try BesideWatch(from: &reader)
        let memory = try ReplayMemory(from: &reader)
        self.init(
            schema: schema,
            champion: champion,
            evaluation: evaluation,
            watch: watch,
            beside: beside,
            memory: memory,
            examiner: try ContextExaminer(from: &reader, beside: memory.settings),
            recollection: try Recollection(from: &reader),
            contexts: try ContextTable(from: &reader)
        )
        anomaly = try reader.readOptional()
        average = try reader.readOptional()
        if let average,
            average.learner.width != champion.learner.width
                || average.learner.outputs != champion.learner.outputs
        {
            throw .invalid("the champion's average is that of another model")
        }
        refits = try RefitCounts(from: &reader)
        served = try reader.readOptional()
        if let served, !served.fits(champion) {
            throw .invalid("the last version is not one of this learner")
        }
        contextMeasures = try ContextMeasures(from: &reader)
        contextHistory = try ContextHistory(from: &reader)
        race = try reader.readOptional()
        probation = try reader.readOptional()
        archive = try WorldArchive(from: &reader)
        labelled = try reader.readCounter()
        championSince = try reader.readCounter()
        usualError = try RunningMean(from: &reader)
        guard evaluation.task == schema.task, memory.width == schema.width,
            examiner.probes.width == schema.width,
            recollection.fits(schema), anomaly.map({ $0.trees.width == schema.width }) ?? true
        else {
            throw .invalid("the memory or the measures do not fit the schema")
        }
        if let features = beside.features {
            var expected = ColumnWatch(delta: features.delta, comparesBins: false)
            expected.follow(schema)
            guard expected.places == features.places else {
                throw .invalid("the watched columns are not those of the schema")
            }
        }
        for runner in (race?.runners ?? []) + (probation?.runners ?? []) {
            try LearnerCore.check(runner.challenger.contender, under: schema)
        }
        for earlier in archive.champions { try LearnerCore.check(earlier, under: schema) }
    }

    private static func check(
        _ contender: Contender,
        under schema: Schema
    ) throws(DecodeError) {
        guard contender.preparation.width == schema.width,
            contender.learner.outputs >= schema.outputs,
            contender.learner.settings.task == schema.task
        else { throw .invalid("a model does not fit the schema") }
    }
}

extension Verdict: ByteCodable {
    /// Appends the decision and its reason.
    package func encode(into writer: inout ByteWriter) {
        writer.write(task.rawValue)
        writer.write(shape.rawValue)
        writer.write(UInt32(width))
        writer.write(reason)
    }

    /// Reads the decision and its reason.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        guard let task = Task(rawValue: try reader.read()),
            let shape = Shape(rawValue: try reader.read())
        else { throw .invalid("a vote decided something unknown") }
        self.task = task
        self.shape = shape
        width = Int(try reader.read(UInt32.self))
        reason = try reader.readText()
    }
}
