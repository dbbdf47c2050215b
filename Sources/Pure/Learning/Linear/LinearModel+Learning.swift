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
        if learnWhole(&block) { return }
        testThenTrainByRows(&block)
    }

    /// The long way, for every model.
    mutating func testThenTrainByRows(_ block: inout Block) {
        switch rule {
        case .sgd(var optimiser):
            learn(&block, &optimiser)
            rule = .sgd(optimiser)
        case .invariant(var optimiser):
            learn(&block, &optimiser)
            rule = .invariant(optimiser)
        case .momentum(var optimiser):
            learn(&block, &optimiser)
            rule = .momentum(optimiser)
        case .adaGrad(var optimiser):
            learn(&block, &optimiser)
            rule = .adaGrad(optimiser)
        case .adam(var optimiser):
            learn(&block, &optimiser)
            rule = .adam(optimiser)
        }
    }

    @inline(__always)
    private mutating func learn(_ block: inout Block, _ optimiser: inout some Optimiser) {
        switch settings.mode {
        case .sequential:
            block.preparePredictions(width: width, outputs: outputs)
            var predictions = Block.take(&block.predictions)
            learnRows(block, &predictions, &optimiser)
            block.predictions = predictions
        case .meanGradient: learnMean(&block, &optimiser)
        }
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
            layout.predict(row, values: values.span, features: features, into: &predictions)
            let weight = weights[row]
            guard uses[row] == .train, weight > 0, weight.isFinite,
                link.hasLabel(target: targets[row], class: classes[row])
            else { continue }
            let norm = link.norm(Rule.usesNorm, row, features)
            var scale: Float = 1
            if link.clip > 0 {
                var errors: Double = 0
                for output in 0..<layout.rows {
                    let error = optimiser.weighted(
                        error: link.error(output, row, predictions.span, targets, classes),
                        weight: weight,
                        squaredNorm: norm
                    )
                    errors += Double(error) * Double(error)
                }
                scale = link.clipScale(squaredGradient: errors * Double(norm))
            }
            optimiser.begin()
            for output in 0..<layout.rows {
                let plain = link.error(output, row, predictions.span, targets, classes)
                let weighted = optimiser.weighted(error: plain, weight: weight, squaredNorm: norm)
                let error = Link.bounded(weighted) * scale
                let place = Steps.Place(
                    row: output,
                    width: layout.width,
                    at: row * layout.width,
                    error: error,
                    biasError: error
                )
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

    private mutating func learnMean(_ block: inout Block, _ optimiser: inout some Optimiser) {
        predict(&block)
        let link = Link(settings, Layout(self))
        guard sumGradient(block, link) else { return }
        var scale: Float = 1
        if link.clip > 0 {
            var squares: Double = 0
            for number in gradient { squares += Double(number) * Double(number) }
            scale = link.clipScale(squaredGradient: squares)
        }
        var ownValues = Block.take(&self.values)
        var ownFirst = Block.take(&self.first)
        var ownSecond = Block.take(&self.second)
        let ownAnchor = anchored
        let ownGradient = gradient
        let anchor = ownAnchor.span
        let sums = ownGradient.span
        var values = ownValues.mutableSpan
        var first = ownFirst.mutableSpan
        var second = ownSecond.mutableSpan
        optimiser.begin()
        for output in 0..<link.layout.rows {
            let start = output * (link.layout.width + 1)
            let place = Steps.Place(
                row: output,
                width: link.layout.width,
                at: start,
                error: scale,
                biasError: sums[start + link.layout.width] * scale
            )
            optimiser.step(
                &values,
                &first,
                &second,
                anchor: anchor,
                features: sums,
                place: place
            )
        }
        self.values = ownValues
        self.first = ownFirst
        self.second = ownSecond
    }

    /// Fills `gradient` with the weighted mean over the rows to be learned; false when there are
    /// none.
    private mutating func sumGradient(_ block: borrowing Block, _ link: Link) -> Bool {
        var total: Double = 0
        for row in 0..<block.rows where link.learns(block, row) {
            total += Double(block.weights[row])
        }
        guard total > 0 else { return false }
        let stride = width + 1
        let predictions = block.predictions.span
        let targets = block.targets.span
        let classes = block.classes.span
        var sum = Block.take(&gradient)
        sum.removeAll(keepingCapacity: true)
        sum.append(contentsOf: repeatElement(0, count: values.count))
        var sums = sum.mutableSpan
        for row in 0..<block.rows where link.learns(block, row) {
            let share = Float(Double(block.weights[row]) / total)
            for output in 0..<link.layout.rows {
                let error = Link.bounded(
                    link.error(output, row, predictions, targets, classes)
                )
                Scores.add(
                    block.features.span,
                    at: row * width,
                    width: width,
                    scale: error * share,
                    to: &sums,
                    from: output * stride
                )
                sums[output * stride + width] += error * share
            }
        }
        gradient = sum
        return true
    }
}

extension Layout {
    /// Writes the predictions of one row.
    @inline(__always)
    func predict(
        _ row: Int,
        values: Span<Float>,
        features: Span<Float>,
        into predictions: inout MutableSpan<Float>
    ) {
        let to = row * outputs
        Scores.fill(
            &predictions,
            to: to,
            rows: rows,
            width: width,
            parameters: values,
            features: features,
            at: row * width
        )
        switch kind {
        case .linear: break
        case .logistic:
            let probability = Probability.sigmoid(predictions[to])
            predictions[to] = 1 - probability
            predictions[to + 1] = probability
        case .softmax: Probability.softmax(&predictions, at: to, count: outputs)
        }
    }
}
