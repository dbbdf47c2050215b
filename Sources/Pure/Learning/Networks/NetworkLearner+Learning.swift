// SPDX-License-Identifier: Apache-2.0
//
// Test, then train. The workspace is the block's, so that a learner is no larger than its state.
//
//   1. the scores of the rows, which become their predictions
//   2. slopes = share (p - y)           share: weight / Σ weights, or the weight of a lone row
//   3. slopes += what teachers say of the rows
//   4. back through the layers; clip the norm of the gradient
//   5. gradient += strength F (w - w*)  what the learner holds on to is not clipped
//   6. the optimiser's step; useless units are replaced; what is pruned stays at 0

import Kernels
import Networks
import Primitives

extension NetworkLearner {
    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        switch settings.mode {
        case .sequential:
            block.preparePredictions(width: width, outputs: outputs)
            let input = staged(&block)
            for row in 0..<block.rows {
                learn(row..<row + 1, &block, input, .alone, predicts: true)
                watchPlasticity(row..<row + 1, &block, input)
            }
        case .meanGradient: learnTogether(&block, stepRows: stepRows)
        }
    }

    /// Learns all rows in one step along their mean gradient, whatever the mode.
    package mutating func stepTogether(_ block: inout Block) {
        learnTogether(&block, stepRows: max(1, block.rows))
    }

    private mutating func learnTogether(_ block: inout Block, stepRows: Int) {
        // One pass will do where the rows are one step, and learning has no masks.
        let isOne =
            block.rows <= stepRows && block.rows <= rowsMost && !network.hasMasks
        if isOne {
            block.preparePredictions(width: width, outputs: outputs)
        } else {
            predict(&block)
        }
        let input = staged(&block)
        var start = 0
        while start < block.rows {
            let end = min(start + stepRows, block.rows)
            learn(start..<end, &block, input, .together, predicts: isOne)
            start = end
        }
        watchPlasticity(0..<block.rows, &block, input)
    }

    /// One step on some rows, if any of them teaches something.
    private mutating func learn(
        _ rows: Range<Int>,
        _ block: inout Block,
        _ input: [Float],
        _ steps: GradientSteps,
        predicts: Bool
    ) {
        var work = Workspace()
        swap(&work, &block.workspace)
        defer { swap(&work, &block.workspace) }
        let target = NetworkTarget(settings, outputs: outputs)
        let isLesson = target.isLesson(rows, block)
        if predicts, !isLesson || network.hasMasks {
            var predictions = Block.take(&block.predictions)
            let at = rows.lowerBound * network.inputs
            network.forward(input.span, at: at, rows: rows.count, &work)
            read(rows, work, to: &predictions)
            target.predict(&predictions, rows)
            block.predictions = predictions
        }
        guard isLesson else { return }
        let total = target.weight(of: rows, block, steps)
        work.clearGradient(network.parameters.count)
        var last = rows
        var start = rows.lowerBound
        while start < rows.upperBound {
            last = start..<min(start + network.rowsMost, rows.upperBound)
            pass(last, &block, input, &work, total: total, predicts && !network.hasMasks)
            start = last.upperBound
        }
        step(&work, rows: last.count)
    }

    /// Adds the gradient of some rows to that of the workspace.
    private mutating func pass(
        _ rows: Range<Int>,
        _ block: inout Block,
        _ input: [Float],
        _ work: inout Workspace,
        total: Double,
        _ predicts: Bool
    ) {
        let target = NetworkTarget(settings, outputs: outputs)
        let count = rows.count * outputs
        let at = rows.lowerBound * network.inputs
        network.forwardTraining(input.span, at: at, rows: rows.count, &work)
        var slopes = Block.take(&block.slopes)
        Copying.resize(&slopes, to: count)
        read(0..<rows.count, work, to: &slopes)
        let lesson = block.teacher.isEmpty ? [] : target.lesson(rows, block, scores: slopes)
        target.predict(&slopes, 0..<rows.count)
        if predicts {
            let from = rows.lowerBound * outputs
            for place in 0..<count { block.predictions[from + place] = slopes[place] }
        }
        target.subtractLabels(from: &slopes, rows, block, total: total)
        for place in lesson.indices { slopes[place] += lesson[place] }
        network.backward(slopes.span, at: 0, rows: rows.count, &work)
        block.slopes = slopes
    }

    private mutating func step(_ work: inout Workspace, rows: Int) {
        var step = NetworkStep(
            rule,
            rate: settings.optimiser.rate,
            l1: settings.l1,
            l2: settings.l2,
            clip: settings.gradientClip,
            pull: pull.l2,
            pullL1: pull.l1
        )
        var gradient: [Float] = []
        swap(&gradient, &work.gradient)
        mask.apply(to: &gradient)
        if !importance.isEmpty {
            holdOn(&gradient)
            step.clip = nil
        }
        let anchor = anchored
        let hasStepped = optimiser.step(
            &network,
            gradient: gradient.span,
            anchor: anchor.span,
            step
        )
        swap(&gradient, &work.gradient)
        guard hasStepped else { return }
        let touched = network.replaceUnits(rows: rows, work)
        if !touched.isEmpty { optimiser.restart(at: touched) }
        mask.apply(to: &network.parameters)
    }

    /// Clips the gradient, then adds the pull towards the parameters that matter.
    private func holdOn(_ gradient: inout [Float]) {
        let norm = FlatSteps.norm(gradient.span)
        guard norm.isFinite else { return }
        if let clip = settings.gradientClip, norm > Double(clip) {
            let scale = Float(Double(clip) / norm)
            for place in gradient.indices { gradient[place] *= scale }
        }
        importance.addPull(to: &gradient, at: network.parameters, most: pullMost)
    }
}
