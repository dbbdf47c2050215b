// SPDX-License-Identifier: Apache-2.0
//
// Passes of one challenger over the memory's rows, shuffled anew for each, in steps that fall
// (StepSchedule.swift), until the stop rule or the number of passes ends them. One slice at a time:
//
//   learn a slice of rows ... until the pass is through
//   look at a slice of the exam ... until the loss is known; the best pass is kept
//
// Under cosines the loss rises after each restart, so only passes of the last cycle count as made
// in vain.

import Learning
import Primitives

/// One challenger on its way over the rows.
struct Passes: Sendable {
    /// The challenger as it is.
    private(set) var contender: Contender
    /// Whether no slice is left.
    private(set) var isDone = false

    private let rows: TrainingRows
    private let settings: RecipeSettings
    private let passes: Int
    /// Whether a weight is what a row counts, not a factor of a rate.
    private let isExact: Bool
    private let sliceRows: Int
    /// What holds it, if anything does.
    let teacher: Continuation?
    private var random: RandomSource
    private var order: [Int]
    private var made = 0
    private var position = 0
    private var exam: Exam?
    private var isExamined = false
    private var rule: StopRule
    /// The challenger after its best pass.
    private var best: Contender?
    private var block = Block()

    /// Puts a challenger at the start.
    ///
    /// - Parameters:
    ///   - contender: The challenger.
    ///   - ingredients: What the job was given.
    ///   - settings: How passes are made.
    ///   - teacher: What holds the challenger, if anything does.
    ///   - random: The draws of this challenger.
    init(
        _ contender: Contender,
        _ ingredients: Ingredients,
        settings: RecipeSettings,
        teacher: Continuation? = nil,
        random: RandomSource
    ) {
        self.contender = contender
        self.settings = settings
        self.teacher = teacher
        self.random = random
        rows = ingredients.rows
        order = Array(0..<rows.count)
        let kind = contender.learner.settings.model
        isExact = kind.passesMost == 1
        if settings.patience > 0, !isExact {
            exam = Exam(of: ingredients, leaving: &order, random: &self.random)
        }
        rule = StopRule(patience: settings.patience)
        let wanted = min(settings.passesMax, max(3, settings.rowsPerRecipe / max(1, order.count)))
        passes = order.isEmpty ? 0 : min(wanted, kind.passesMost ?? wanted)
        sliceRows = RecipeRun.sliceRows(of: contender.learner)
        isDone = passes == 0
    }

    /// The places of the rows that were learned, in the order of the stream.
    var learned: [Int] { order.sorted() }

    /// Works on one slice.
    mutating func advance() {
        guard !isDone else { return }
        if isExamined { examine() } else { learn() }
    }

    /// Ends with the best there is, even in the midst of the first pass.
    ///
    /// - Returns: Whether it has learned anything at all.
    mutating func hurry() -> Bool {
        guard !isDone else { return true }
        end()
        return made > 0 || position > 0
    }

    /// What the weights of this slice's rows are multiplied by.
    ///
    /// For gradient descent a weight is a factor of the rate, so falling weights end near the
    /// optimum of the rows, instead of somewhere around it that the last of them decide.
    private var stepShare: Float {
        // Where a weight is no rate but what a row counts, a row is to count for what it is.
        if isExact { return 1 }
        switch settings.schedule {
        case .decay:
            let done = Double(made) / Double(max(1, passes - 1))
            return Float(1 / (1 + (settings.decay - 1) * done))
        case .cosine:
            let inPass = Double(position) / Double(max(1, order.count))
            let done = (Double(made) + inPass) / Double(max(1, passes))
            let inCycle = StepSchedule.doneInCycle(done: done, cycles: settings.cycles)
            return Float(StepSchedule.cosineShare(done: inCycle, fall: settings.decay))
        }
    }

    private mutating func learn() {
        if position == 0 { random.shuffle(&order) }
        let end = min(position + sliceRows, order.count)
        let share = stepShare
        rows.fill(
            &block,
            from: order[position..<end],
            outputs: contender.learner.outputs,
            share: share
        )
        contender.preparation.apply(&block)
        teacher?.teach(&block, share: share, mode: contender.learner.settings.mode)
        contender.learner.testThenTrain(&block)
        contender.trained += UInt64(end - position)
        position = end
        guard position == order.count else { return }
        position = 0
        made += 1
        if exam == nil {
            if made == passes { self.end() }
        } else {
            isExamined = true
        }
    }

    private mutating func examine() {
        guard var exam = exam.take() else { return }
        let loss = exam.advance(contender, &block, rows: sliceRows)
        self.exam = exam
        guard let loss else { return }
        isExamined = false
        if rule.take(loss, counts: isInLastCycle) { best = contender }
        if made == passes || rule.isOver { end() }
    }

    private var isInLastCycle: Bool {
        guard settings.schedule == .cosine else { return true }
        let last = Double(1 << (settings.cycles - 1)) / Double((1 << settings.cycles) - 1)
        return Double(made) / Double(passes) > 1 - last
    }

    private mutating func end() {
        if let best { contender = best }
        best = nil
        isDone = true
    }
}
