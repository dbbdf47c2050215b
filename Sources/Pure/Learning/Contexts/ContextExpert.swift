// SPDX-License-Identifier: Apache-2.0
//
// One expert: a whole model with a scaling of its own. The scaling is its own because contexts
// differ in their features as much as in their labels: a shared running mean would drift with
// whoever is talking, and a context that comes back would find its weights under another scale.

import Primitives

/// A model that belongs to one context or, after a merger, to several.
struct ContextExpert: Sendable {
    var learner: any Learner
    var scaling: Standardiser
    /// How many rows it has been trained on.
    var trained: UInt64 = 0
    /// The newest of them.
    var recent: ExpertRows
    /// How many rows of its trial have come, and what it lost on the later two thirds of them.
    var trialRows: UInt32 = 0
    var trialLoss = 0.0
    var trialCount = 0.0
    /// How much it was used lately: its rows, those of each earlier period counting half as much as
    /// those of the next.
    private var used = 0.0
    private(set) var period: UInt64 = 0

    /// How many rows of the whole learner are a period.
    static let periodRows: UInt64 = 8192

    init(learner: any Learner, scaling: Standardiser) {
        self.learner = learner
        self.scaling = scaling
        recent = ExpertRows(width: learner.width)
    }

    var isFinite: Bool { learner.isFinite }

    /// How much it was used lately, seen from the learner's row `clock`.
    func use(at clock: UInt64) -> Double {
        let age = clock / ContextExpert.periodRows - period
        var use = used
        for _ in 0..<min(age, 64) { use /= 2 }
        return use
    }

    /// Counts rows that came when the learner had seen `clock`.
    mutating func count(rows: Double, at clock: UInt64) {
        used = use(at: clock) + rows
        period = clock / ContextExpert.periodRows
    }

    mutating func grow(width: Int, outputs: Int) {
        learner.grow(width: width, outputs: outputs)
        scaling.grow(width: width)
        recent.grow(width: width)
    }

    /// The mean loss on rows that are in the block, raw; the block is changed.
    func loss(on block: inout Block, task: Task) -> Double {
        scaling.apply(&block)
        learner.predict(&block)
        block.computeLosses(task: task)
        var sum = 0.0
        for loss in block.losses { sum += ContextExpert.bounded(loss, task) }
        return sum / Double(max(1, block.rows))
    }

    /// One absurd row must not decide.
    static func bounded(_ loss: Float, _ task: Task) -> Double {
        min(Double(loss), task == .classes ? 4 : Double(Float.greatestFiniteMagnitude))
    }
}

extension ContextExpert: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        learner.encode(into: &writer)
        scaling.encode(into: &writer)
        writer.write(trained)
        recent.encode(into: &writer)
        writer.write(trialRows)
        writer.write(trialLoss)
        writer.write(trialCount)
        writer.write(used)
        writer.write(period)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        learner = try LearnerCoding.decodeUndivided(from: &reader)
        scaling = try Standardiser(from: &reader)
        trained = try reader.read()
        recent = try ExpertRows(from: &reader)
        trialRows = try reader.read()
        trialLoss = try reader.readDouble()
        trialCount = try reader.readDouble()
        used = try reader.readDouble()
        period = try reader.read()
        guard scaling.width == learner.width, recent.width == learner.width, used.isFinite,
            used >= 0, trained < 1 << 62, trialRows <= UInt32(ExpertRows.rowsMax),
            trialLoss.isFinite, trialCount.isFinite
        else { throw .invalid("the parts of an expert do not fit together") }
    }
}
