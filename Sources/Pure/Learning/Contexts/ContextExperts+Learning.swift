// SPDX-License-Identifier: Apache-2.0
//
// The way of a block through the experts:
//
//   1. Each row gets its route: the expert that its context owns, or the ensemble.
//   2. Expert by expert, the rows that concern it are gathered and go through it in one call: its
//      own to be learned; those of the ensemble to be predicted only. The shared one learns all.
//   3. The ensemble mixes, and learns from the labels whom to hear.
//
// In mean-gradient mode all is predicted from the state at the block's start, scaling and mix too,
// and experts open at its end.

import Kernels

extension ContextExperts {
    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        contextNews.removeAll(keepingCapacity: true)
        block.preparePredictions(width: width, outputs: outputs)
        for place in experts.indices { experts[place].grow(columns: block.width) }
        switch settings.mode {
        case .sequential: passInParts(&block)
        case .meanGradient: passWhole(&block)
        }
    }

    /// Cuts the block wherever an expert is opened or ends its trial.
    private mutating func passInParts(_ block: inout Block) {
        var start = 0
        for row in 0..<block.rows {
            if asksForExpert(row, of: block) {
                pass(start..<row, of: &block)
                start = row
                open(block.context(of: row))
            }
            if let place = trialEnds(with: row, of: block) {
                pass(start..<row + 1, of: &block)
                start = row + 1
                giveHeadStart(to: place)
            }
        }
        pass(start..<block.rows, of: &block)
    }

    /// Lets the block through as it is, and opens experts afterwards.
    private mutating func passWhole(_ block: inout Block) {
        pass(0..<block.rows, of: &block)
        for row in 0..<block.rows {
            if let place = trialEnds(with: row, of: block) { giveHeadStart(to: place) }
        }
        for row in 0..<block.rows where asksForExpert(row, of: block) {
            open(block.context(of: row))
        }
    }

    /// Whether the row is to be learned by an expert that its context does not have yet.
    private mutating func asksForExpert(_ row: Int, of block: borrowing Block) -> Bool {
        let context = block.context(of: row)
        guard context >= 0, !isRehearsing, owner(of: context) < 0, block.isLearned(row, task)
        else { return false }
        if experts.count - 1 < isolation.expertsMax { return true }
        while waiting.count <= Int(context) { waiting.append(0) }
        waiting[Int(context)] += 1
        return Int(waiting[Int(context)]) >= isolation.probation
    }

    /// The expert whose trial is over once it has learned the row.
    private mutating func trialEnds(with row: Int, of block: borrowing Block) -> Int? {
        let place = Int(owner(of: block.context(of: row)))
        guard place > 0, !isRehearsing, experts[place].trialRows < isolation.trial,
            block.isLearned(row, task)
        else { return nil }
        experts[place].trialRows += 1
        return experts[place].trialRows == isolation.trial ? place : nil
    }

    /// Lets rows that change nobody's ownership through all experts.
    private mutating func pass(_ rows: Range<Int>, of block: inout Block) {
        guard isolation.sharesLayers else { return passExperts(rows, of: &block) }
        passHeads(rows, of: &block)
    }

    /// Lets rows through experts that do not know of one another.
    mutating func passExperts(_ rows: Range<Int>, of block: inout Block) {
        guard !rows.isEmpty else { return }
        var scratch = ExpertScratch()
        swap(&scratch, &self.scratch)
        defer { swap(&scratch, &self.scratch) }
        scratch.route(rows, of: block, experts: experts.count, task: task) { owner(of: $0) }
        for place in experts.indices where scratch.concerns(place, learning: true) {
            if isolation.sharesLayers { bringLayers(to: place) }
            scratch.gather(rows, of: block, for: place, learning: true)
            learn(&scratch, place)
            scratch.scatter(place, to: &block)
        }
        if scratch.mixed.count > 0 { blend(&scratch, &block) }
        if !isRehearsing { clock += scratch.learnedCount }
    }

    /// Lets the gathered rows through one expert.
    private mutating func learn(_ scratch: inout ExpertScratch, _ place: Int) {
        switch settings.mode {
        case .sequential:
            experts[place].preparation.follow(&scratch.block, taking: scratch.taken)
            step(&scratch.block, place)
        case .meanGradient:
            experts[place].preparation.apply(&scratch.block)
            step(&scratch.block, place)
            // Its features are of no account any more.
            experts[place].preparation.follow(&scratch.block, taking: scratch.taken)
        }
        for row in 0..<scratch.block.rows where scratch.taken[row] != 0 {
            experts[place].trained += 1
            guard place > 0, !isRehearsing else { continue }
            if experts[place].trained <= isolation.trial { judge(row, of: scratch.block, place) }
            experts[place].recent.append(row, of: scratch.block)
            experts[place].count(rows: 1, at: clock + UInt64(scratch.ordinals[row]))
        }
    }

    private mutating func step(_ block: inout Block, _ place: Int) {
        guard isolation.sharesLayers, place == 0, experts.count > 1 else {
            experts[place].learner.testThenTrain(&block)
            layersAt = place
            return
        }
        experts[0].learner.learnLastLayer(&block)
    }

    /// Counts what an expert on trial has lost on a row, the first third apart.
    private mutating func judge(_ row: Int, of block: borrowing Block, _ place: Int) {
        guard experts[place].trained > isolation.trial / 3 else { return }
        let loss: Double
        switch task {
        case .classes:
            let place = row * outputs + Int(block.classes[row])
            let probability = max(Double(block.predictions[place]), ExpertMix.leastProbability)
            loss = min(-Scalar.log(probability), 4)
        case .regression:
            let error = Double(block.predictions[row]) - Double(block.targets[row])
            loss = min(error * error, Double(Float.greatestFiniteMagnitude))
        case .unlabelled: return
        }
        experts[place].trialLoss += loss
        experts[place].trialCount += 1
    }

    /// Predicts the rows without an expert, and learns from their labels whom to hear.
    private mutating func blend(_ scratch: inout ExpertScratch, _ block: inout Block) {
        var predictions = Block.take(&block.predictions)
        switch settings.mode {
        case .sequential:
            for place in scratch.mixed.indices {
                blend(place, scratch, &predictions)
                hear(place, scratch, block, predictions)
            }
        case .meanGradient:
            for place in scratch.mixed.indices { blend(place, scratch, &predictions) }
            for place in scratch.mixed.indices { hear(place, scratch, block, predictions) }
        }
        block.predictions = predictions
    }

    private func blend(
        _ place: Int,
        _ scratch: borrowing ExpertScratch,
        _ predictions: inout [Float]
    ) {
        var cells = predictions.mutableSpan
        mix.blend(
            scratch.votes.span,
            at: place * outputs,
            stride: scratch.mixed.count * outputs,
            outputs: outputs,
            into: &cells,
            to: Int(scratch.mixed[place]) * outputs
        )
    }

    private mutating func hear(
        _ place: Int,
        _ scratch: borrowing ExpertScratch,
        _ block: borrowing Block,
        _ predictions: borrowing [Float]
    ) {
        let row = Int(scratch.mixed[place])
        guard !isRehearsing, block.isLearned(row, task) else { return }
        let stride = scratch.mixed.count * outputs
        switch task {
        case .classes:
            mix.learn(
                scratch.votes.span,
                at: place * outputs,
                stride: stride,
                class: Int(block.classes[row])
            )
        case .regression:
            mix.learn(
                scratch.votes.span,
                at: place * outputs,
                stride: stride,
                target: block.targets[row],
                mixed: predictions[row * outputs]
            )
        case .unlabelled: break
        }
    }

    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        var scratch = ExpertScratch()
        let rows = 0..<block.rows
        scratch.route(rows, of: block, experts: experts.count, task: task) { owner(of: $0) }
        for place in experts.indices where scratch.concerns(place, learning: false) {
            scratch.gather(rows, of: block, for: place, learning: false)
            experts[place].predict(&scratch.block)
            scratch.scatter(place, to: &block)
        }
        var predictions = Block.take(&block.predictions)
        for place in scratch.mixed.indices { blend(place, scratch, &predictions) }
        block.predictions = predictions
    }
}

extension Block {
    /// The number of a row's context; -1 for none.
    func context(of row: Int) -> Int32 { row < contexts.count ? contexts[row] : -1 }

    /// Whether a learner learns the row.
    borrowing func isLearned(_ row: Int, _ task: Task) -> Bool {
        guard uses[row] == .train, weights[row] > 0, weights[row].isFinite else { return false }
        switch task {
        case .classes: return classes[row] >= 0 && Int(classes[row]) < outputs
        case .regression: return targets[row].isFinite
        case .unlabelled: return true
        }
    }
}
