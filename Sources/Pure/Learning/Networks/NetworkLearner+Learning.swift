// SPDX-License-Identifier: Apache-2.0
//
// Test, then train. The workspace is the block's, so that a learner is no larger than its state.

import Kernels
import Networks
import Primitives

extension NetworkLearner {
    /// Predicts without changing anything.
    package func predict(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        let input = staged(&block)
        var work = Workspace()
        var predictions = Block.take(&block.predictions)
        swap(&work, &block.workspace)
        for rows in runs(of: block.rows) {
            network.forward(
                input.span,
                at: rows.lowerBound * network.inputs,
                rows: rows.count,
                &work
            )
            write(rows, work, &predictions)
        }
        swap(&work, &block.workspace)
        block.predictions = predictions
    }

    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        switch settings.mode {
        case .sequential:
            block.preparePredictions(width: width, outputs: outputs)
            let input = staged(&block)
            for row in 0..<block.rows {
                learn(row..<row + 1, &block, input, predicts: true, isMean: false)
                watchPlasticity(row..<row + 1, &block, input)
            }
        case .meanGradient:
            // One pass will do where the rows are one step, and learning has no masks.
            let isOne =
                block.rows <= stepRows && block.rows <= network.rowsMost && !network.hasMasks
            if isOne {
                block.preparePredictions(width: width, outputs: outputs)
            } else {
                predict(&block)
            }
            let input = staged(&block)
            var start = 0
            while start < block.rows {
                let end = min(start + stepRows, block.rows)
                learn(start..<end, &block, input, predicts: isOne, isMean: true)
                start = end
            }
            watchPlasticity(0..<block.rows, &block, input)
        }
    }

    /// Learns all rows in one step along the weighted mean of their gradients, whatever the mode.
    package mutating func stepTogether(_ block: inout Block) {
        block.preparePredictions(width: width, outputs: outputs)
        let input = staged(&block)
        learn(0..<block.rows, &block, input, predicts: false, isMean: true)
        watchPlasticity(0..<block.rows, &block, input)
    }

    /// Fills the block's scores: what becomes the predictions.
    package func score(_ block: inout Block) {
        block.prepareScores(width: width, outputs: outputs)
        let input = staged(&block)
        var work = Workspace()
        var scores = Block.take(&block.scores)
        swap(&work, &block.workspace)
        for rows in runs(of: block.rows) {
            network.forward(
                input.span,
                at: rows.lowerBound * network.inputs,
                rows: rows.count,
                &work
            )
            read(rows, work, &scores)
        }
        swap(&work, &block.workspace)
        block.scores = scores
    }

    /// Passes of a block's rows: one by one in sequential mode.
    private func runs(of rows: Int) -> some Sequence<Range<Int>> {
        let most = settings.mode == .sequential ? 1 : network.rowsMost
        return stride(from: 0, to: rows, by: most).lazy.map { $0..<min($0 + most, rows) }
    }

    /// One step on some rows, if any of them is to be learned.
    private mutating func learn(
        _ rows: Range<Int>,
        _ block: inout Block,
        _ input: [Float],
        predicts: Bool,
        isMean: Bool
    ) {
        var work = Workspace()
        swap(&work, &block.workspace)
        defer { swap(&work, &block.workspace) }
        let target = NetworkTarget(settings, outputs: outputs)
        let weight = target.weight(of: rows, block, isMean: isMean)
        let total = isMean && block.meanWeight > 0 ? block.meanWeight : weight
        let isLesson = weight > 0 || rows.contains { block.teacher.speaks(of: $0) }
        let inputs = network.inputs
        if predicts, !isLesson || network.hasMasks {
            var predictions = Block.take(&block.predictions)
            network.forward(input.span, at: rows.lowerBound * inputs, rows: rows.count, &work)
            write(rows, work, &predictions)
            block.predictions = predictions
        }
        guard isLesson else { return }
        work.clearGradient(network.parameters.count)
        var slopes = Block.take(&block.slopes)
        var last = rows
        var start = rows.lowerBound
        while start < rows.upperBound {
            let part = start..<min(start + network.rowsMost, rows.upperBound)
            network.forwardTraining(input.span, at: start * inputs, rows: part.count, &work)
            Block.resize(&slopes, to: part.count * outputs)
            var scores = slopes.mutableSpan
            work.read(
                .values(network.scoresAt(rows: part.count)),
                count: part.count * outputs,
                to: &scores,
                at: 0
            )
            let isTaught = part.contains { block.teacher.speaks(of: $0) }
            if isTaught { block.takeLesson(part, scores: scores.span, outputs: outputs) }
            target.predict(&scores, rows: part.count)
            if predicts, !network.hasMasks {
                for place in scores.indices {
                    block.predictions[part.lowerBound * outputs + place] = scores[place]
                }
            }
            target.subtractLabels(from: &scores, part, block, total: total)
            if isTaught { block.addLesson(part, to: &scores, outputs: outputs) }
            network.backward(slopes.span, at: 0, rows: part.count, &work)
            last = part
            start = part.upperBound
        }
        block.slopes = slopes
        step(&work, rows: last.count)
    }

    private mutating func step(_ work: inout Workspace, rows: Int) {
        var clip = settings.gradientClip
        if !importance.isEmpty {
            // Regularisers are not clipped.
            let norm = FlatSteps.norm(work.gradient.span)
            if let most = clip, norm > Double(most) {
                let scale = Float(Double(most) / norm)
                for place in work.gradient.indices { work.gradient[place] *= scale }
            }
            clip = nil
            importance.addPull(to: &work.gradient, at: network.parameters, most: pullMost)
        }
        let step = NetworkStep(
            rule,
            rate: settings.optimiser.rate,
            l1: settings.l1,
            l2: settings.l2,
            clip: clip,
            pull: pull.l2,
            pullL1: pull.l1
        )
        let anchor = anchored
        let hasStepped = optimiser.step(
            &network,
            gradient: work.gradient.span,
            anchor: anchor.span,
            step
        )
        guard hasStepped else { return }
        let touched = network.replaceUnits(rows: rows, work)
        if !touched.isEmpty { optimiser.restart(at: touched) }
    }

    /// Writes the predictions of the rows that have just passed.
    private func write(
        _ rows: Range<Int>,
        _ work: borrowing Workspace,
        _ predictions: inout [Float]
    ) {
        let at = rows.lowerBound * outputs
        read(rows, work, &predictions)
        var numbers = predictions.mutableSpan
        NetworkTarget(settings, outputs: outputs).predict(&numbers, from: at, rows: rows.count)
    }

    /// Writes the scores of the rows that have just passed.
    private func read(_ rows: Range<Int>, _ work: borrowing Workspace, _ scores: inout [Float]) {
        var numbers = scores.mutableSpan
        work.read(
            .values(network.scoresAt(rows: rows.count)),
            count: rows.count * outputs,
            to: &numbers,
            at: rows.lowerBound * outputs
        )
    }

    /// The rows as wide as the network's input: cut, or with zeros behind.
    func staged(_ block: inout Block) -> [Float] {
        let inputs = network.inputs
        guard inputs != width else { return block.features }
        var rows = Block.take(&block.staged)
        Block.resize(&rows, to: block.rows * inputs)
        NetworkLearner.stage(block.features.span, width: width, &rows, inputs: inputs)
        block.staged = rows
        return rows
    }

    private static func stage(
        _ features: Span<Float>,
        width: Int,
        _ rows: inout [Float],
        inputs: Int
    ) {
        let count = min(inputs, width)
        var numbers = rows.mutableSpan
        for row in 0..<(inputs > 0 ? numbers.count / inputs : 0) {
            for column in 0..<count {
                numbers[row * inputs + column] = features[row * width + column]
            }
            for column in count..<inputs { numbers[row * inputs + column] = 0 }
        }
    }
}
