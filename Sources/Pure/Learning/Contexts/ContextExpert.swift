// SPDX-License-Identifier: Apache-2.0
//
// One expert: a whole model with a preparation of its own. The scaling is its own because contexts
// differ in their features as much as in their labels: a shared running mean would drift with
// whoever is talking, and a context that comes back would find its weights under another scale.
//
// Learner knows how many features a row has; how many raw columns they are made of, the first block
// says, and the preparation grows with it.

import Primitives

/// A model that belongs to one context or, after a merger, to several.
struct ContextExpert: Sendable {
    var learner: any Learner
    var preparation: Preparation
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

    init(learner: any Learner, preparation: PreparationSettings) {
        self.learner = learner
        self.preparation = Preparation(preparation)
        recent = ExpertRows(width: 0)
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

    /// Makes room for raw columns.
    mutating func grow(columns: Int) {
        guard columns > preparation.width else { return }
        preparation.grow(width: columns)
        recent.grow(width: columns)
    }

    /// Predicts the rows of a block and changes nothing but the block.
    func predict(_ block: inout Block) {
        if block.width > preparation.width {
            var wider = preparation
            wider.grow(width: block.width)
            wider.apply(&block)
        } else {
            preparation.apply(&block)
        }
        learner.predict(&block)
    }

    /// The mean loss on rows that are in the block, raw; the block is changed.
    func loss(on block: inout Block, task: Task) -> Double {
        predict(&block)
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
        preparation.encode(into: &writer)
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
        preparation = try Preparation(from: &reader)
        trained = try reader.read()
        recent = try ExpertRows(from: &reader)
        trialRows = try reader.read()
        trialLoss = try reader.readDouble()
        trialCount = try reader.readDouble()
        used = try reader.readDouble()
        period = try reader.read()
        guard preparation.featureWidth <= learner.width, recent.width == preparation.width,
            used.isFinite,
            used >= 0, trained < 1 << 62, trialRows <= UInt32(ExpertRows.rowsMax),
            trialLoss.isFinite, trialCount.isFinite
        else { throw .invalid("the parts of an expert do not fit together") }
    }
}
