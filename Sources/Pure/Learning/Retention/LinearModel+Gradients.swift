// SPDX-License-Identifier: Apache-2.0
//
// Steps along a gradient that is written out: the mean over rows, or one row where something joins
// its gradient that is no multiple of its features (a teacher, or the pull towards parameters that
// matter), or a tensor stays as it is, or weights stay at 0. The order of the sum is that of the
// rows, so the bits do not depend on anything else.
//
//   1. predict the rows of the step
//   2. gradient = Σ share (p - y) x          share: weight / Σ weights, or the weight of a lone row
//   3. gradient += what teachers say of the rows
//   4. clip its norm
//   5. gradient += strength F (w - w*)       regularisers are not clipped
//   6. the optimiser's step

import Kernels

/// How many rows make one step.
enum GradientSteps {
    /// Each row its own step.
    case alone
    /// All rows of the block one step.
    case together
}

extension LinearModel {
    /// Whether the gradient of a row is more than a multiple of its features.
    func needsGradients(for block: borrowing Block) -> Bool {
        !block.teacher.isEmpty || !importance.isEmpty || frozen.isAny || !mask.isEmpty
    }

    /// Takes the steps of a block; the predictions have their room already.
    mutating func learnByGradients(
        _ block: borrowing Block,
        _ predictions: inout [Float],
        _ steps: GradientSteps,
        _ optimiser: inout some Optimiser
    ) {
        switch steps {
        case .together:
            step(0..<block.rows, of: block, steps, &predictions, &optimiser)
        case .alone:
            for row in 0..<block.rows {
                step(row..<row + 1, of: block, steps, &predictions, &optimiser)
            }
        }
    }

    private mutating func step(
        _ rows: Range<Int>,
        of block: borrowing Block,
        _ steps: GradientSteps,
        _ predictions: inout [Float],
        _ optimiser: inout some Optimiser
    ) {
        let link = Link(settings, Layout(self))
        predictRows(rows, of: block, &predictions)
        let isLesson = isLesson(rows, of: block, link)
        if isLesson {
            optimiser.begin()
            sumGradient(rows, of: block, steps, predictions, link, optimiser)
        }
        if link.layout.learnsFromScores { link.layout.map(rows, &predictions) }
        guard isLesson else { return }
        mask.apply(to: &gradient)
        var scale: Float = 1
        if link.clip > 0 {
            var squares: Double = 0
            for number in gradient { squares += Double(number) * Double(number) }
            scale = link.clipScale(squaredGradient: squares)
        }
        if !importance.isEmpty {
            if scale < 1 { for place in gradient.indices { gradient[place] *= scale } }
            scale = 1
            importance.addPull(to: &gradient, at: values, most: optimiser.pullMost)
        }
        let before = frozen.isAny ? values : []
        descend(link.layout, scale: scale, &optimiser)
        if frozen.isAny { restoreFrozen(from: before) }
        mask.apply(to: &values)
    }

    /// Makes the optimiser's step along the gradient.
    private mutating func descend<Rule: Optimiser>(
        _ layout: Layout,
        scale: Float,
        _ optimiser: inout Rule
    ) {
        // On loan, so that the step changes them in place.
        var ownValues = Block.take(&self.values)
        var ownFirst = Block.take(&self.first)
        var ownSecond = Block.take(&self.second)
        let ownGradient = Block.take(&gradient)
        let ownAnchor = anchored
        let anchor = ownAnchor.span
        let sums = ownGradient.span
        var values = ownValues.mutableSpan
        var first = ownFirst.mutableSpan
        var second = ownSecond.mutableSpan
        if Rule.observes {
            for output in 0..<layout.rows {
                let place = layout.place(output, sums: sums, scale: scale)
                optimiser.observe(first.span, features: sums, place: place)
            }
            optimiser.adapt()
        }
        for output in 0..<layout.rows {
            let place = layout.place(output, sums: sums, scale: scale)
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
        gradient = ownGradient
    }

    private func predictRows(
        _ rows: Range<Int>,
        of block: borrowing Block,
        _ predicted: inout [Float]
    ) {
        let layout = Layout(self)
        let features = block.features.span
        var predictions = predicted.mutableSpan
        for row in rows {
            layout.score(row, values: values.span, features: features, into: &predictions)
            if !layout.learnsFromScores { layout.map(row, &predictions) }
        }
    }

    /// Whether there is anything to be learned.
    private func isLesson(_ rows: Range<Int>, of block: borrowing Block, _ link: Link) -> Bool {
        for row in rows {
            if link.learns(block, row) || block.teacher.speaks(of: row) { return true }
        }
        return false
    }

    /// Fills `gradient`.
    private mutating func sumGradient<Rule: Optimiser>(
        _ rows: Range<Int>,
        of block: borrowing Block,
        _ steps: GradientSteps,
        _ predicted: [Float],
        _ link: Link,
        _ optimiser: Rule
    ) {
        var total = block.meanWeight
        if total == 0 {
            for row in rows where link.learns(block, row) { total += Double(block.weights[row]) }
        }
        let predictions = predicted.span
        var sum = Block.take(&gradient)
        sum.removeAll(keepingCapacity: true)
        sum.append(contentsOf: repeatElement(0, count: values.count))
        var sums = sum.mutableSpan
        for row in rows where link.learns(block, row) {
            let weight = block.weights[row]
            let share = link.importance(
                steps == .together ? Float(Double(weight) / total) : weight,
                row,
                predictions,
                block.targets.span
            )
            let norm = link.norm(Rule.usesNorm && steps == .alone, row, block.features.span)
            for output in 0..<link.layout.rows {
                let error = link.error(
                    output,
                    row,
                    predictions,
                    block.targets.span,
                    block.classes.span
                )
                let weighted =
                    steps == .together
                    ? Link.bounded(error) * share
                    : Link.bounded(
                        optimiser.weighted(error: error, weight: share, squaredNorm: norm)
                    )
                add(weighted, row, output, of: block, to: &sums)
            }
        }
        if !block.teacher.isEmpty { teach(rows, of: block, to: &sums) }
        gradient = sum
    }

    /// Adds what teachers say of the rows.
    private mutating func teach(
        _ rows: Range<Int>,
        of block: borrowing Block,
        to sums: inout MutableSpan<Float>
    ) {
        let layout = Layout(self)
        let ownValues = values
        let parameters = ownValues.span
        var own = Block.take(&lesson)
        own.removeAll(keepingCapacity: true)
        own.append(contentsOf: repeatElement(0, count: TeacherColumn.room(for: outputs)))
        var room = own.mutableSpan
        for row in rows where block.teacher.speaks(of: row) {
            layout.score(row, values: parameters, features: block.features.span, at: 0, of: &room)
            for output in 0..<outputs { room[outputs + output] = 0 }
            block.teacher.addGradient(of: row, count: outputs, in: &room)
            if self.rows == 1, outputs == 2 {
                // The two scores are half the log odds, or the margin, with either sign.
                let share: Float = kind == .logistic ? 0.5 : 1
                let error = (room[outputs + 1] - room[outputs]) * share
                add(Link.bounded(error), row, 0, of: block, to: &sums)
            } else {
                for output in 0..<outputs {
                    add(Link.bounded(room[outputs + output]), row, output, of: block, to: &sums)
                }
            }
        }
        lesson = own
    }

    /// Adds the gradient by one row of parameters, given that by its score.
    @inline(__always)
    private func add(
        _ error: Float,
        _ row: Int,
        _ output: Int,
        of block: borrowing Block,
        to sums: inout MutableSpan<Float>
    ) {
        let start = output * (width + 1)
        Scores.add(
            block.features.span,
            at: row * width,
            width: width,
            scale: error,
            to: &sums,
            from: start
        )
        sums[start + width] += error
    }
}

extension LinearModel {
    /// Fills the block's scores: the number, the two halves of the log odds, the two margins, or
    /// the scores of the classes.
    package func score(_ block: inout Block) {
        block.prepareScores(width: width, outputs: outputs)
        var scores = Block.take(&block.scores)
        scoreRows(block, &scores)
        block.scores = scores
    }

    private func scoreRows(_ block: borrowing Block, _ scored: inout [Float]) {
        let layout = Layout(self)
        var scores = scored.mutableSpan
        for row in 0..<block.rows {
            layout.score(
                row,
                values: values.span,
                features: block.features.span,
                at: row * outputs,
                of: &scores
            )
        }
    }
}

extension Layout {
    /// Writes the scores of one row.
    func score(
        _ row: Int,
        values: Span<Float>,
        features: Span<Float>,
        at: Int,
        of scores: inout MutableSpan<Float>
    ) {
        Scores.fill(
            &scores,
            to: at,
            rows: rows,
            width: width,
            parameters: values,
            features: features,
            at: row * width
        )
        guard rows == 1, outputs == 2 else { return }
        let half = kind == .logistic ? scores[at] / 2 : scores[at]
        scores[at] = -half
        scores[at + 1] = half
    }

    /// Turns the scores of some rows into predictions.
    func map(_ rows: Range<Int>, _ predicted: inout [Float]) {
        var predictions = predicted.mutableSpan
        for row in rows { map(row, &predictions) }
    }
}
