// SPDX-License-Identifier: Apache-2.0
//
// How well classes are predicted, prequentially: every labelled row is counted once, with the
// prediction that was made before it was learned. Beside the model stand two baselines that see
// the same rows in the same way: the most frequent class so far (of equals, the one that got there
// first), and the last label. Neither knows the first row, which counts as wrong. A row whose label
// is late is judged by what the baselines said when it came, like the model.

import Primitives

/// Running measures of a stream of classes.
struct ClassMeasures: Sendable {
    private(set) var count: UInt64 = 0
    private var correct: UInt64 = 0
    private var majorityCorrect: UInt64 = 0
    private var noChangeCorrect: UInt64 = 0
    private var lossSum: Double = 0
    private var predicted: [UInt64] = []
    private var labels: [UInt64] = []
    private var majority: Int = -1
    private var last: Int = -1
    private var accuracyRecent: SlidingMean
    private var lossRecent: SlidingMean
    private var area: AreaUnderCurve
    private var calibration = Calibration()

    /// Probabilities below this count as this much, so that one sure mistake has a finite loss.
    static let smallestProbability: Float = 1e-7

    init(window: Int) {
        accuracyRecent = SlidingMean(size: window)
        lossRecent = SlidingMean(size: window)
        area = AreaUnderCurve(size: window)
    }

    /// The mean log loss over the window.
    var recentLoss: Double { lossRecent.mean }
    /// The share of right predictions over the window.
    var recentAccuracy: Double { accuracyRecent.mean }
    /// The share of right predictions since the start.
    var accuracy: Double { count == 0 ? .nan : Double(correct) / Double(count) }
    /// The mean log loss since the start.
    var loss: Double { count == 0 ? .nan : lossSum / Double(count) }

    /// Counts the rows of a block that have a loss, and fills in what the baselines say of the
    /// others, where that is asked for.
    mutating func record(_ block: inout Block) {
        var opinions = Block.take(&block.baselines)
        record(block, &opinions)
        block.baselines = opinions
    }

    /// The rows are taken in runs, within which every row is counted and no class is new; a row
    /// that has waited is a run.
    private mutating func record(_ block: borrowing Block, _ opinions: inout [BaselineOpinion]) {
        let losses = block.losses.span
        let classes = block.classes.span
        let areLate = !opinions.isEmpty
        var row = 0
        while row < block.rows {
            guard !losses[row].isNaN else {
                if areLate { opinions[row] = opinion }
                row += 1
                continue
            }
            grow(to: max(block.outputs, Int(classes[row]) + 1))
            let start = row
            if areLate {
                let hits = (majorityCorrect, noChangeCorrect)
                count(row..<row + 1, of: block)
                if opinions[row].isPast { recount(opinions[row], Int(classes[row]), after: hits) }
                row += 1
                continue
            }
            while row < block.rows, !losses[row].isNaN, Int(classes[row]) < labels.count {
                row += 1
            }
            count(start..<row, of: block)
        }
    }

    /// What the baselines say of the next row.
    private var opinion: BaselineOpinion {
        BaselineOpinion(usual: Double(majority), last: Double(last))
    }

    /// Takes back what the baselines would say of a row now, for what they said when it came.
    private mutating func recount(
        _ opinion: BaselineOpinion,
        _ label: Int,
        after hits: (majority: UInt64, noChange: UInt64)
    ) {
        majorityCorrect = hits.majority + (opinion.usual == Double(label) ? 1 : 0)
        noChangeCorrect = hits.noChange + (opinion.last == Double(label) ? 1 : 0)
    }

    private mutating func count(_ run: Range<Int>, of block: borrowing Block) {
        let losses = block.losses.span
        let errors = block.errors.span
        if labels.count == 2 && block.outputs == 2 {
            countPairs(run, block.classes.span, errors)
        } else {
            countAny(run, block)
        }
        var sum = lossSum
        for row in run { sum += Double(losses[row]) }
        lossSum = sum
        accuracyRecent.add(errors, run) { $0 == 0 ? 1 : 0 }
        lossRecent.add(losses, run) { $0 }
        area.add(
            block.predictions.span,
            outputs: block.outputs,
            classes: block.classes.span,
            run
        )
        calibration.add(block, run)
    }

    /// Counts rows of two classes, without a branch.
    private mutating func countPairs(
        _ run: Range<Int>,
        _ classes: Span<Int32>,
        _ errors: Span<UInt8>
    ) {
        var wrong = 0
        var ones = 0
        var predictedOnes = 0
        var hits = (majority: 0, last: 0)
        var majority = Int32(self.majority)
        var last = Int32(self.last)
        // By how many rows class 1 is ahead.
        var lead = Int64(truncatingIfNeeded: labels[1] &- labels[0])
        for row in run {
            let label = classes[row]
            let error = Int32(errors[row])
            wrong &+= Int(error)
            ones &+= Int(label)
            predictedOnes &+= Int(label ^ error)
            hits.majority &+= majority == label ? 1 : 0
            hits.last &+= last == label ? 1 : 0
            lead &+= label == 1 ? 1 : -1
            majority = lead > 0 ? 1 : lead < 0 ? 0 : majority
            last = label
        }
        count += UInt64(run.count)
        correct += UInt64(run.count - wrong)
        majorityCorrect += UInt64(hits.majority)
        noChangeCorrect += UInt64(hits.last)
        labels[0] += UInt64(run.count - ones)
        labels[1] += UInt64(ones)
        predicted[0] += UInt64(run.count - predictedOnes)
        predicted[1] += UInt64(predictedOnes)
        self.majority = Int(majority)
        self.last = Int(last)
    }

    private mutating func countAny(_ run: Range<Int>, _ block: borrowing Block) {
        let predictions = block.predictions.span
        let classes = block.classes.span
        let errors = block.errors.span
        let outputs = block.outputs
        var ownLabels = Block.take(&labels)
        var ownPredicted = Block.take(&predicted)
        var labelCounts = ownLabels.mutableSpan
        var predictedCounts = ownPredicted.mutableSpan
        for row in run {
            let label = Int(classes[row])
            var best = label
            if errors[row] == 0 {
                correct += 1
            } else {
                best = 0
                let start = row * outputs
                for output in stride(from: 1, to: outputs, by: 1)
                where predictions[start + output] > predictions[start + best] {
                    best = output
                }
            }
            if majority == label { majorityCorrect += 1 }
            if last == label { noChangeCorrect += 1 }
            if outputs > 0 { predictedCounts[best] += 1 }
            labelCounts[label] += 1
            if majority < 0 || labelCounts[label] > labelCounts[majority] { majority = label }
            last = label
        }
        count += UInt64(run.count)
        labels = ownLabels
        predicted = ownPredicted
    }

    private mutating func grow(to classes: Int) {
        while labels.count < classes {
            labels.append(0)
            predicted.append(0)
        }
        area.grow(to: labels.count)
    }

    var json: JSONValue {
        let noChange = ratio(noChangeCorrect)
        let chance = Kappa.chance(predicted: predicted, labels: labels, count: count)
        return .object(pairs: [
            "count": .int(Int64(clamping: count)),
            "accuracy": .number(accuracy),
            "accuracy_recent": .number(accuracyRecent.mean),
            "loss": .number(loss),
            "loss_recent": .number(lossRecent.mean),
            "log_loss": .number(loss),
            "kappa": number(count == 0 ? nil : Kappa.beyond(chance, accuracy: accuracy)),
            "kappa_no_change": number(
                count == 0 ? nil : Kappa.beyond(noChange, accuracy: accuracy)
            ),
            "auc": number(area.value),
            "brier": .number(calibration.brier),
            "ece": .number(calibration.error),
            "reliability": calibration.reliability,
            "baselines": .object(pairs: [
                "majority": .number(ratio(majorityCorrect)),
                "no_change": .number(noChange),
            ]),
        ])
    }

    private func ratio(_ right: UInt64) -> Double {
        count == 0 ? .nan : Double(right) / Double(count)
    }

    private func number(_ value: Double?) -> JSONValue {
        if let value { .number(value) } else { .null }
    }
}

extension ClassMeasures: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        for number in [count, correct, majorityCorrect, noChangeCorrect] { writer.write(number) }
        writer.write(lossSum)
        writer.write(numbers: predicted)
        writer.write(numbers: labels)
        writer.write(Int64(majority))
        writer.write(Int64(last))
        accuracyRecent.encode(into: &writer)
        lossRecent.encode(into: &writer)
        area.encode(into: &writer)
        calibration.encode(into: &writer)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        count = try reader.read()
        correct = try reader.read()
        majorityCorrect = try reader.read()
        noChangeCorrect = try reader.read()
        lossSum = try reader.readDouble()
        predicted = try reader.readNumbers()
        labels = try reader.readNumbers()
        let majority = try reader.read(Int64.self)
        let last = try reader.read(Int64.self)
        accuracyRecent = try SlidingMean(from: &reader)
        lossRecent = try SlidingMean(from: &reader)
        area = try AreaUnderCurve(from: &reader)
        calibration = try Calibration(from: &reader)
        let most: UInt64 = 1 << 56
        guard [count, correct, majorityCorrect, noChangeCorrect].allSatisfy({ $0 < most }),
            labels.allSatisfy({ $0 < most }), predicted.allSatisfy({ $0 < most })
        else { throw .invalid("class measures count more rows than a life has") }
        let classes = -1..<Int64(labels.count)
        guard predicted.count == labels.count, classes.contains(majority), classes.contains(last)
        else {
            throw .invalid("class measures name a class that was never counted")
        }
        self.majority = Int(majority)
        self.last = Int(last)
    }
}
