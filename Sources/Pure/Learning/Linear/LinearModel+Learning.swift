// SPDX-License-Identifier: Apache-2.0
//
// Test, then train. The loops below are generic over the optimiser and called with concrete types
// only, once for each block; in them nothing allocates, retains or is called dynamically. They are
// static and take spans, since a row's prediction needs the parameters while they change.

import Kernels

extension LinearModel {
    /// Predicts each row, then learns it when it is for training, labelled, and has a positive
    /// weight; fills the predictions.
    package mutating func testThenTrain(_ block: inout Block) {
        if !needsGradients(for: block), learnWhole(&block) { return }
        testThenTrainByRows(&block)
    }

    /// The long way, for every model.
    mutating func testThenTrainByRows(_ block: inout Block) {
        learn(&block, settings.mode == .meanGradient ? .together : .alone)
    }

    /// Learns all rows in one step along their mean gradient; one after the other where the
    /// optimiser's step is made for single rows.
    package mutating func stepTogether(_ block: inout Block) {
        switch rule {
        case .invariant, .decayedInvariant, .hyperInvariant: testThenTrain(&block)
        default: learn(&block, .together)
        }
    }

    private mutating func learn(_ block: inout Block, _ steps: GradientSteps) {
        switch rule {
        case .sgd(let optimiser): rule = .sgd(learn(&block, steps, optimiser))
        case .invariant(let optimiser): rule = .invariant(learn(&block, steps, optimiser))
        case .momentum(let optimiser): rule = .momentum(learn(&block, steps, optimiser))
        case .adaGrad(let optimiser): rule = .adaGrad(learn(&block, steps, optimiser))
        case .rmsProp(let optimiser): rule = .rmsProp(learn(&block, steps, optimiser))
        case .adam(let optimiser): rule = .adam(learn(&block, steps, optimiser))
        case .followTheLeader(let optimiser):
            rule = .followTheLeader(learn(&block, steps, optimiser))
        case .decayedSGD(let optimiser): rule = .decayedSGD(learn(&block, steps, optimiser))
        case .decayedInvariant(let optimiser):
            rule = .decayedInvariant(learn(&block, steps, optimiser))
        case .hyperSGD(let optimiser): rule = .hyperSGD(learn(&block, steps, optimiser))
        case .hyperInvariant(let optimiser): rule = .hyperInvariant(learn(&block, steps, optimiser))
        }
    }

    /// Learns the block, and returns the optimiser as it is afterwards.
    @inline(__always)
    private mutating func learn<Rule: Optimiser>(
        _ block: inout Block,
        _ steps: GradientSteps,
        _ optimiser: Rule
    ) -> Rule {
        var optimiser = optimiser
        block.preparePredictions(width: width, outputs: outputs)
        var predictions = Block.take(&block.predictions)
        if steps == .together || needsGradients(for: block) {
            learnByGradients(block, &predictions, steps, &optimiser)
        } else {
            learnRows(block, &predictions, &optimiser)
            let layout = Layout(self)
            if layout.learnsFromScores { layout.map(0..<block.rows, &predictions) }
        }
        block.predictions = predictions
        return optimiser
    }

    private mutating func learnRows<Rule: Optimiser>(
        _ block: borrowing Block,
        _ predicted: inout [Float],
        _ optimiser: inout Rule
    ) {
        let layout = Layout(self)
        let link = Link(settings, layout)
        // On loan, so that the loop is their only owner and changes them in place.
        var ownValues = Block.take(&self.values)
        var ownFirst = Block.take(&self.first)
        var ownSecond = Block.take(&self.second)
        let ownAnchor = anchored
        let anchor = ownAnchor.span
        let features = block.features.span
        let targets = block.targets.span
        let classes = block.classes.span
        let weights = block.weights.span
        let uses = block.uses.span
        var predictions = predicted.mutableSpan
        var values = ownValues.mutableSpan
        var first = ownFirst.mutableSpan
        var second = ownSecond.mutableSpan
        for row in 0..<block.rows {
            layout.score(row, values: values.span, features: features, into: &predictions)
            if !layout.learnsFromScores { layout.map(row, &predictions) }
            var weight = weights[row]
            guard uses[row] == .train, weight > 0, weight.isFinite,
                link.hasLabel(target: targets[row], class: classes[row])
            else { continue }
            weight = link.importance(weight, row, predictions.span, targets)
            optimiser.begin()
            let norm = link.norm(Rule.usesNorm, row, features)
            let scale = link.clipScale(
                row,
                optimiser,
                weight: weight,
                squaredNorm: norm,
                predictions.span,
                targets,
                classes
            )
            if Rule.observes {
                for output in 0..<layout.rows {
                    let plain = link.error(output, row, predictions.span, targets, classes)
                    let error = Link.bounded(plain * weight)
                    let place = layout.place(output, at: row * layout.width, error: error)
                    optimiser.observe(first.span, features: features, place: place)
                }
                optimiser.adapt()
            }
            for output in 0..<layout.rows {
                let plain = link.error(output, row, predictions.span, targets, classes)
                let weighted = optimiser.weighted(error: plain, weight: weight, squaredNorm: norm)
                let error = Link.bounded(weighted) * scale
                let place = layout.place(output, at: row * layout.width, error: error)
                optimiser.step(
                    &values,
                    &first,
                    &second,
                    anchor: anchor,
                    features: features,
                    place: place
                )
            }
        }
        self.values = ownValues
        self.first = ownFirst
        self.second = ownSecond
    }
}

extension Layout {
    /// Where the step of one row's gradient goes.
    @inline(__always)
    func place(_ output: Int, at: Int, error: Float) -> Steps.Place {
        Steps.Place(row: output, width: width, at: at, error: error, biasError: error)
    }

    /// Where the step of a mean gradient goes.
    @inline(__always)
    func place(_ output: Int, sums: Span<Float>, scale: Float) -> Steps.Place {
        let start = output * (width + 1)
        return Steps.Place(
            row: output,
            width: width,
            at: start,
            error: scale,
            biasError: sums[start + width] * scale
        )
    }

    /// Writes the scores of one row.
    @inline(__always)
    func score(
        _ row: Int,
        values: Span<Float>,
        features: Span<Float>,
        into predictions: inout MutableSpan<Float>
    ) {
        Scores.fill(
            &predictions,
            to: row * outputs,
            rows: rows,
            width: width,
            parameters: values,
            features: features,
            at: row * width
        )
    }

    /// Turns the scores of one row into predictions.
    ///
    /// Margins become probabilities by a map that only keeps their order: with a margin for each
    /// class their softmax, and with one for the second of two classes the softmax of it and its
    /// opposite.
    @inline(__always)
    func map(_ row: Int, _ predictions: inout MutableSpan<Float>) {
        let to = row * outputs
        switch kind {
        case .logistic: Layout.split(&predictions, at: to, score: predictions[to])
        case .svm where rows == 1: Layout.split(&predictions, at: to, score: 2 * predictions[to])
        case .softmax, .svm: Probability.softmax(&predictions, at: to, count: outputs)
        default: break
        }
    }

    @inline(__always)
    private static func split(_ predictions: inout MutableSpan<Float>, at: Int, score: Float) {
        let probability = Probability.sigmoid(score)
        predictions[at] = 1 - probability
        predictions[at + 1] = probability
    }
}
