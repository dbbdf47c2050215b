// SPDX-License-Identifier: Apache-2.0
//
// How well classes are predicted, prequentially: every labelled row is counted once, with the
// prediction that was made before it was learned. Beside the model stand two baselines that see
// the same rows in the same way: the most frequent class so far (of equals, the one that got there
// first), and the last label. Neither knows the first row, which counts as wrong.

import Kernels
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

    /// Counts one row and returns its log loss. Of equal probabilities the first is the prediction.
    mutating func record(
        _ predictions: Span<Float>,
        at start: Int,
        outputs: Int,
        label: Int
    ) -> Float {
        grow(to: max(outputs, label + 1))
        var best = 0
        var highest = outputs > 0 ? predictions[start] : 0
        for output in stride(from: 1, to: outputs, by: 1)
        where predictions[start + output] > highest {
            highest = predictions[start + output]
            best = output
        }
        let probability = label < outputs ? predictions[start + label] : 0
        let loss = -Float(
            Scalar.log(Double(max(probability, ClassMeasures.smallestProbability)))
        )
        let isCorrect = best == label && outputs > 0
        count += 1
        if isCorrect { correct += 1 }
        if majority == label { majorityCorrect += 1 }
        if last == label { noChangeCorrect += 1 }
        lossSum += Double(loss)
        accuracyRecent.add(isCorrect ? 1 : 0)
        lossRecent.add(loss)
        if labels.count == 2 {
            area.add(
                score: outputs == 2 ? predictions[start + 1] : 0,
                isPositive: label == 1
            )
        }
        if outputs > 0 { predicted[best] += 1 }
        labels[label] += 1
        if majority < 0 || labels[label] > labels[majority] { majority = label }
        last = label
        return loss
    }

    private mutating func grow(to classes: Int) {
        while labels.count < classes {
            labels.append(0)
            predicted.append(0)
        }
    }

    var json: JSONValue {
        let noChange = ratio(noChangeCorrect)
        let chance = Kappa.chance(predicted: predicted, labels: labels, count: count)
        let area = labels.count == 2 ? area.value : nil
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
            "auc": number(area),
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
        let classes = -1..<Int64(labels.count)
        guard predicted.count == labels.count, classes.contains(majority), classes.contains(last)
        else {
            throw .invalid("class measures name a class that was never counted")
        }
        self.majority = Int(majority)
        self.last = Int(last)
    }
}
