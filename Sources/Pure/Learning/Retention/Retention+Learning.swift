// SPDX-License-Identifier: Apache-2.0
//
// One step of a contender that holds on to what it knows, and the renewal of what it holds on to.
// The numbers are those of the list in Retention.swift.

extension Retention {
    /// How many rows from `first` on make one step, or may be learned before a renewal.
    func stepRows(from first: Int, of block: borrowing Block, mode: LearningMode) -> Int {
        guard mode == .sequential else { return block.rows - first }
        if settings.replay != .none { return 1 }
        guard settings.renewEvery > 0 else { return block.rows - first }
        var learned = 0
        var row = first
        while row < block.rows, learned < max(1, settings.renewEvery - sinceRenewal) {
            if block.isLearned(row) { learned += 1 }
            row += 1
        }
        return row - first
    }

    /// Predicts rows of the block and learns them, once for all dynamic calls that this takes.
    mutating func learn(
        _ rows: Range<Int>,
        of block: inout Block,
        _ preparation: inout Preparation,
        _ learner: inout some Learner
    ) {
        step.reset(width: block.width, outputs: learner.outputs)
        step.append(rows, of: block)
        preparation.follow(&step)
        let count = step.rows
        let learned = (0..<count).reduce(0) { $0 + (step.isLearned($1) ? 1 : 0) }
        let isReplaying = settings.replay != .none && learned > 0
        if settings.replay == .scores, learned > 0 { learner.score(&step) }
        teach(learned, isTogether: isReplaying || learner.settings.mode == .meanGradient)
        if isReplaying {
            learner.predict(&step)
            block.receive(step.predictions, for: rows, outputs: learner.outputs)
            if buffer.count > 0 { rehearse(learned, preparation, learner.outputs) }
            learner.stepTogether(&step)
        } else {
            learner.testThenTrain(&step)
            block.receive(step.predictions, for: rows, outputs: learner.outputs)
        }
        for row in 0..<count where step.isLearned(row) { remember(row) }
        sinceRenewal += learned
    }

    private mutating func remember(_ row: Int) {
        if settings.replay != .none { buffer.insert(row, of: step, random: &random) }
        if settings.ewc > 0 { recent.insert(row, of: step) }
    }

    /// Appends the drawn rows to those of the step.
    private mutating func rehearse(_ learned: Int, _ preparation: Preparation, _ outputs: Int) {
        let each = min(settings.draws, buffer.count)
        let draws = each * learned
        drawn.reset(width: step.width, outputs: outputs)
        drawn.teacher.reset(outputs: outputs)
        buffer.draw(draws, into: &drawn, strength: 0, share: 1, random: &random)
        if settings.replay == .scores {
            let weight = step.weightOfLearned + drawn.weightOfLearned
            if settings.alpha > 0 {
                let strength = settings.alpha / Float(draws)
                buffer.draw(draws, into: &drawn, strength: strength, share: 0, random: &random)
            }
            if settings.beta > 0 {
                step.meanWeight = weight
                let share = Float(Double(settings.beta) * weight / Double(draws))
                buffer.draw(draws, into: &drawn, strength: 0, share: share, random: &random)
            }
        }
        preparation.apply(&drawn)
        step.appendPrepared(drawn)
    }

    /// Has the teacher say what it thinks of the rows of the step that are learned.
    ///
    /// - Parameters:
    ///   - learned: How many there are.
    ///   - isTogether: Whether they make one step.
    private mutating func teach(_ learned: Int, isTogether: Bool) {
        guard settings.distil > 0, let teacher, learned > 0 else { return }
        let outputs = teacher.learner.outputs
        seen.reset(width: step.width, outputs: outputs)
        seen.append(0..<step.rows, of: step)
        teacher.preparation.apply(&seen)
        teacher.learner.score(&seen)
        let columns = max(outputs, step.outputs)
        step.teacher.reset(outputs: columns)
        let strength = settings.distil / Float(isTogether ? learned : 1)
        let temperature = teacher.learner.settings.task == .classes ? settings.temperature : 0
        for row in 0..<step.rows {
            guard step.isLearned(row) else {
                step.teacher.appendSilence(rows: 1)
                continue
            }
            step.teacher.append(
                seen.scores[row * outputs..<(row + 1) * outputs],
                strength: strength,
                temperature: temperature
            )
        }
    }

    /// Whether teacher, anchor and importance are to be those of now.
    var isDue: Bool {
        settings.pulls && settings.renewEvery > 0 && sinceRenewal >= settings.renewEvery
    }

    /// Makes what the contender is now what it holds on to.
    mutating func renew(_ preparation: Preparation, _ learner: inout any Learner) {
        sinceRenewal = 0
        if settings.distil > 0 { teacher = Teacher(preparation: preparation, learner: learner) }
        learner.anchor(Anchor(l2: settings.anchor, l1: settings.anchorL1))
        guard settings.ewc > 0 else { return }
        recent.fill(&seen, outputs: learner.outputs)
        preparation.apply(&seen)
        learner.holdOn(
            to: &seen,
            decay: settings.ewcDecay,
            strength: settings.ewc,
            random: &random
        )
    }

    /// Fills the buffer with what a contender was made of, and has it say what it thinks of it: so
    /// the buffer of a challenger goes with its model.
    mutating func refill(
        from rows: Block,
        _ preparation: Preparation,
        _ learner: any Learner
    ) {
        guard settings.isActive else { return }
        buffer = ReplayBuffer(settings)
        buffer.grow(width: rows.width, outputs: learner.outputs, random: &random)
        step.reset(width: rows.width, outputs: learner.outputs)
        step.append(0..<rows.rows, of: rows)
        preparation.apply(&step)
        learner.score(&step)
        for row in 0..<step.rows where step.isLearned(row) { remember(row) }
    }
}

extension Block {
    /// Whether a learner learns the row, whatever it is.
    func isLearned(_ row: Int) -> Bool {
        uses[row] == .train && weights[row] > 0 && weights[row].isFinite
            && (classes[row] >= 0 || targets[row].isFinite)
    }

    /// The weights of all rows that are learned, in their order.
    var weightOfLearned: Double {
        var sum: Double = 0
        for row in 0..<rows where isLearned(row) { sum += Double(weights[row]) }
        return sum
    }

    /// Appends rows of another block, as they came.
    mutating func append(_ rows: Range<Int>, of other: borrowing Block) {
        let numbers = rows.lowerBound * other.width..<rows.upperBound * other.width
        raw.append(contentsOf: other.raw[numbers])
        targets.append(contentsOf: other.targets[rows])
        classes.append(contentsOf: other.classes[rows])
        weights.append(contentsOf: other.weights[rows])
        contexts.append(contentsOf: other.contexts[rows])
        uses.append(contentsOf: other.uses[rows])
        self.rows += rows.count
    }

    /// Appends rows whose features are standardised already, with what their teacher says.
    mutating func appendPrepared(_ other: borrowing Block) {
        if teacher.isEmpty, !other.teacher.isSilent {
            teacher.reset(outputs: other.teacher.outputs)
            teacher.appendSilence(rows: rows)
        }
        if !teacher.isEmpty { teacher.append(other.teacher) }
        features.append(contentsOf: other.features)
        targets.append(contentsOf: other.targets)
        classes.append(contentsOf: other.classes)
        weights.append(contentsOf: other.weights)
        contexts.append(contentsOf: other.contexts)
        uses.append(contentsOf: other.uses)
        rows += other.rows
    }

    /// Takes predictions that another block has of some of the rows.
    mutating func receive(_ other: [Float], for rows: Range<Int>, outputs: Int) {
        self.outputs = outputs
        if predictions.count != self.rows * outputs {
            predictions = [Float](repeating: 0, count: self.rows * outputs)
        }
        let start = rows.lowerBound * outputs
        for place in 0..<rows.count * outputs { predictions[start + place] = other[place] }
    }
}
